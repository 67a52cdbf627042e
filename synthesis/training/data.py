"""Batches of composed clips. A batch depends on the seed and its number alone, so a training can resume."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from synthesis.common.stopping import look
from synthesis.training.backgrounds import UNNAMED, Backgrounds, Labels
from synthesis.training.clips import NO_SPEECH, Clip, ClipSettings, compose, draw_clip
from synthesis.training.voices import SpokenWords


@dataclass(frozen=True)
class Batch:
    """sounds: (batch, 40000) float32. words: (batch,) int64, -1 for no word.

    backgrounds: (batch,) int64, -1 for no class; or, where several labels can be there at once, (batch,
    classes) float32 of 0 and 1, rows of -1 where the labels are not known.
    """

    sounds: Tensor
    words: Tensor
    backgrounds: Tensor

    @classmethod
    def of(cls, clips: list[Clip], null: int = UNNAMED, classes: int = 0) -> "Batch":
        """`null` is the word of clips without speech; `classes` 0 for backgrounds with one label each."""
        words = torch.tensor([null if clip.word == NO_SPEECH else clip.word for clip in clips])
        backgrounds = torch.tensor([clip.background for clip in clips])
        if classes:
            backgrounds = torch.stack([_one_for_each_label(clip.labels, classes) for clip in clips])
        return cls(torch.from_numpy(np.stack([clip.waveform for clip in clips])), words, backgrounds)


def _one_for_each_label(labels: Labels, classes: int) -> Tensor:
    if labels is None:
        return torch.full((classes,), -1.0)
    row = torch.zeros(classes)
    row[list(labels)] = 1.0
    return row


@dataclass(frozen=True)
class ClipSource:
    """Words and backgrounds of one part, from which batches are composed.

    null
        The word of clips without speech, UNNAMED if it is no answer.
    several
        Whether a background can have several labels at once.
    in_epochs
        Whether each spoken word is a target once, in random order, before any is again; else targets are
        drawn: a word, an engine by its weight, a take.
    """

    spoken: SpokenWords
    backgrounds: Backgrounds | None
    weights: dict[str, float]
    seed: int
    null: int = UNNAMED
    several: bool = False
    in_epochs: bool = False

    def batch(self, number: int, size: int, settings: ClipSettings) -> Batch:
        rng = np.random.default_rng([self.seed, number])
        drawn = []
        for place in range(number * size, (number + 1) * size):
            look()
            drawn.append(self._clip(rng, place, settings))
        return self._batch(drawn)

    def every_take(self, name: str, size: int, settings: ClipSettings) -> Iterator[Batch]:
        """Each take of the voice called `name` once, as the target of a clip."""
        rng = np.random.default_rng([self.seed, 0])
        clips = [
            compose(rng, voice, int(index), settings, self.backgrounds)
            for voice in self.spoken.voices
            if voice.name == name
            for index in voice.chosen
        ]
        for start in range(0, len(clips), size):
            yield self._batch(clips[start : start + size])

    def _clip(self, rng: np.random.Generator, place: int, settings: ClipSettings) -> Clip:
        if not self.in_epochs:
            return draw_clip(rng, self.spoken, self.weights, settings, self.backgrounds)
        epoch, at = divmod(place, len(self.spoken))
        voice, index = self.spoken.target(int(_order(self.seed, epoch, len(self.spoken))[at]))
        return compose(rng, voice, index, settings, self.backgrounds)

    def _batch(self, clips: list[Clip]) -> Batch:
        classes = len(self.backgrounds.names) if self.several and self.backgrounds else 0
        return Batch.of(clips, self.null, classes)


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, targets: int) -> np.ndarray:
    return np.random.default_rng([seed, epoch, targets]).permutation(targets)


@dataclass(frozen=True)
class Parts:
    """The clips that are trained on, those that say when to stop, and the names of the background classes."""

    training: ClipSource
    validation: ClipSource
    backgrounds: tuple[str, ...]
