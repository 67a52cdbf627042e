"""Entries for networks that were trained here: those that ship, and any file that training wrote.

They are the five conditions of Feather et al. 2019, figure 4, in a reduced size; the word networks once more
as they were at 57 % of the words, where those of 2019 were stopped; and the main comparison of Feather et al.
2023: a network trained against an adversary, its control and a standard one. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from synthesis.common.errors import UserError
from synthesis.networks.entry import Entry
from synthesis.networks.hearing.cochcnn_settings import CochCNNSettings
from synthesis.networks.hearing.trained_file import Trained, read_trained
from synthesis.networks.inputs import SoundInput
from synthesis.networks.sources import WeightsSource

if TYPE_CHECKING:
    from torch import nn

_PLAIN, _REDUCED = CochCNNSettings(), CochCNNSettings(reduced_aliasing=True)


def _shipped(name: str, description: str, settings: CochCNNSettings) -> Entry:
    weights = WeightsSource(
        file=f"{name}.safetensors",
        licence="MIT",
        description="trained here on synthetic speech",
        package="synthesis",
        folder="weights",
    )
    header = partial(_read_header, name, weights)
    return Entry(
        name,
        description,
        partial(_build, header),
        weights,
        settings.layers,
        input=SoundInput(),
        header=header,
    )


def _read_header(name: str, weights: WeightsSource) -> Trained:
    path = weights.find(name)
    if (trained := read_trained(path)) is None:
        raise UserError(
            f"{path}: does not say what network it belongs to; put back the one that came with it"
        )
    return trained


def _build(header: Callable[[], Trained]) -> nn.Module:
    return header().build()


def _no_file() -> Trained:
    raise UserError("trained: the file says what network it is: `weights: {file: NAME.safetensors}`")


_WORD_REDUCED = _shipped(
    "word_reduced_aliasing", "CochCNN with reduced aliasing, trained on words, reduced size", _REDUCED
)

SHIPPED = (
    _shipped("word_cochcnn", "CochCNN trained on words, reduced size", _PLAIN),
    _shipped("word_cochcnn_at_57", "CochCNN trained on words until it named 57 %, reduced size", _PLAIN),
    _WORD_REDUCED,
    _shipped(
        "word_reduced_aliasing_at_57",
        "CochCNN with reduced aliasing, trained on words until it named 57 %, reduced size",
        _REDUCED,
    ),
    Entry(
        name="random_reduced_aliasing",
        description="word_reduced_aliasing before training: random weights, seed 0",
        build=_WORD_REDUCED.build,
        weights=None,
        layers=_REDUCED.layers,
        input=SoundInput(),
        header=_WORD_REDUCED.header,
        seed=0,
    ),
    _shipped(
        "background_reduced_aliasing",
        "CochCNN with reduced aliasing, trained on backgrounds, reduced size",
        _REDUCED,
    ),
    _shipped(
        "both_reduced_aliasing",
        "CochCNN with reduced aliasing, trained on words and backgrounds, reduced size",
        _REDUCED,
    ),
    _shipped("word_standard", "CochCNN trained on words without an adversary, reduced size", _PLAIN),
    _shipped(
        "word_random_step_cochleagram",
        "CochCNN trained on words with random perturbations of its cochleagrams, reduced size",
        _PLAIN,
    ),
    _shipped(
        "word_robust_cochleagram",
        "CochCNN trained on words with adversarial perturbations of its cochleagrams, reduced size",
        _PLAIN,
    ),
    Entry(
        name="trained",
        description="a file that `python -m synthesis train` wrote",
        build=partial(_build, _no_file),
        weights=None,
        layers=_PLAIN.layers,
        input=SoundInput(),
        header=_no_file,
    ),
)
