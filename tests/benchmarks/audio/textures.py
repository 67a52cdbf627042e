"""`audio.textures.background_reduced_aliasing`: classes of backgrounds named by the network trained on them.

`audio.textures_auc...` and `audio.textures_average_precision...` are the area under the ROC curve and the
average precision of its logits, each class against the others, means over classes: the measures of networks
that name several backgrounds at once.

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
from synthesis.training.tally import label_scores
from synthesis.training.voices import read_spoken_words
from tests.benchmarks.audio.words import held_out_corpora

MODEL = "background_reduced_aliasing"
_PER_CLASS, _BATCHES, _BATCH = 8, 24, 32


def texture_lines(cache: Path) -> Iterator[dict[str, Any]]:
    """One line for each measure."""
    network = load_network(MODEL)
    source = ClipSource(
        read_spoken_words(held_out_corpora(cache), "test"), make_backgrounds("test", _PER_CLASS, None), {}, 0
    )
    settings = replace(CONDITIONS["snr10"], snr_db=(0.0, 10.0))
    logits, present = [], []
    for number in range(_BATCHES):
        batch = source.batch(number, _BATCH, settings)
        with torch.inference_mode():
            logits.append(network.module(batch.sounds))
        present.append(batch.backgrounds)
    scores, classes = torch.cat(logits), torch.cat(present)
    labels = torch.nn.functional.one_hot(classes, len(TEXTURES)).numpy()
    chance = 1 / len(TEXTURES)
    found = {"": (float((scores.argmax(1) == classes).float().mean()), "share of clips", chance)}
    for measure, value in label_scores(scores.numpy(), labels).items():
        by_chance = 0.5 if measure == "auc" else chance
        found[f"_{measure}"] = (value, "mean over classes", by_chance)
    for measure, (value, unit, control) in found.items():
        yield {
            "name": f"audio.textures{measure}.{MODEL}",
            "value": round(value, 4),
            "unit": unit,
            "n": len(classes),
            "control": round(control, 4),
        }
