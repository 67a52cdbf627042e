"""`audio.under_attack.MODEL.KIND`: words of voices never heard that are still named under a perturbation.

Clips without noise, as in `words`, with other words around the target. Each kind by an attack of five steps
and at random: on the waveform those of the audio networks of Feather et al. (2023), L2 0.5 (a fortieth of a
clip's norm) and Linf 0.002, and L2 0.5 on the cochleagram. The control is a network of random weights.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from synthesis.networks.registry import load_network
from synthesis.training.adversary_spec import AdversarySpec
from synthesis.training.data import ClipSource
from synthesis.training.held_out import CONDITIONS
from synthesis.training.robustness import robustness
from synthesis.training.voices import read_spoken_words
from tests.benchmarks.audio.words import CONTROL, MODELS, held_out_corpora

KINDS = {
    "l2_0.5": AdversarySpec(norm="l2", eps=0.5),
    "linf_0.002": AdversarySpec(norm="linf", eps=0.002),
    "cochleagram_l2_0.5": AdversarySpec(norm="l2", eps=0.5, space="cochleagram"),
}
_BATCHES, _BATCH = 2, 32


def attack_lines(cache: Path, models: tuple[str, ...] = (*MODELS, CONTROL)) -> Iterator[dict[str, Any]]:
    """One line per model and kind of perturbation."""
    spoken = read_spoken_words(held_out_corpora(cache), "test")
    source = ClipSource(spoken, None, {}, 0)

    def batches() -> Iterator[tuple[Tensor, list[str]]]:
        for number in range(_BATCHES):
            batch = source.batch(number, _BATCH, CONDITIONS["clean"])
            yield batch.sounds, [spoken.vocabulary[int(word)] for word in batch.words]

    for model in models:
        for kind, spec in KINDS.items():
            found = robustness(load_network(model), batches(), spec, 0)
            yield {
                "name": f"audio.under_attack.{model}.{kind}",
                "value": round(found.attacked / found.clips, 4),
                "unit": "share of clips",
                "n": found.clips,
                "clean": round(found.clean / found.clips, 4),
                "random_step": round(found.random_step / found.clips, 4),
                "control": model == CONTROL,
            }
