"""`audio.textures.background_reduced_aliasing`: classes of backgrounds named by the network trained on them.

Instances of the synthetic textures that were made for testing, mixed with held-out takes at 0 to 10 dB
signal-to-noise ratio. The control is chance.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from synthesis.networks.registry import load_network
from synthesis.speech.textures import TEXTURES
from synthesis.training.backgrounds import make_backgrounds
from synthesis.training.data import ClipSource
from synthesis.training.held_out import CONDITIONS
from synthesis.training.voices import read_spoken_words
from tests.benchmarks.audio.words import held_out_corpora

MODEL = "background_reduced_aliasing"
_PER_CLASS, _BATCHES, _BATCH = 8, 24, 32


def texture_lines(cache: Path) -> Iterator[dict[str, Any]]:
    """One line."""
    network = load_network(MODEL)
    source = ClipSource(
        read_spoken_words(held_out_corpora(cache), "test"), make_backgrounds("test", _PER_CLASS, None), {}, 0
    )
    settings = replace(CONDITIONS["snr10"], snr_db=(0.0, 10.0))
    right = n = 0
    for number in range(_BATCHES):
        batch = source.batch(number, _BATCH, settings)
        with torch.inference_mode():
            named = network.module(batch.sounds).argmax(1)
        right += int((named == batch.backgrounds).sum())
        n += _BATCH
    yield {
        "name": f"audio.textures.{MODEL}",
        "value": round(right / n, 4),
        "unit": "share of clips",
        "n": n,
        "control": round(1 / len(TEXTURES), 4),
    }
