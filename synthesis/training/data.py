"""Batches of composed clips. A batch depends on the seed and its number alone, so a training can resume."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from synthesis.common.stopping import look
from synthesis.training.backgrounds import Backgrounds
from synthesis.training.clips import Clip, ClipSettings, compose, draw_clip
from synthesis.training.voices import SpokenWords


@dataclass(frozen=True)
class Batch:
    """sounds: (batch, 40000) float32. words, backgrounds: (batch,) int64, -1 for no class."""

    sounds: Tensor
    words: Tensor
    backgrounds: Tensor

    @classmethod
    def of(cls, clips: list[Clip]) -> "Batch":
        return cls(
            torch.from_numpy(np.stack([clip.waveform for clip in clips])),
            torch.tensor([clip.word for clip in clips]),
            torch.tensor([clip.background for clip in clips]),
        )


@dataclass(frozen=True)
class ClipSource:
    """Words and backgrounds of one part, from which batches are composed."""

    spoken: SpokenWords
    backgrounds: Backgrounds | None
    weights: dict[str, float]
    seed: int

    def batch(self, number: int, size: int, settings: ClipSettings) -> Batch:
        rng = np.random.default_rng([self.seed, number])
        drawn = []
        for _ in range(size):
            look()
            drawn.append(draw_clip(rng, self.spoken, self.weights, settings, self.backgrounds))
        return Batch.of(drawn)

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
            yield Batch.of(clips[start : start + size])


@dataclass(frozen=True)
class Parts:
    """The clips that are trained on, those that say when to stop, and the names of the background classes."""

    training: ClipSource
    validation: ClipSource
    backgrounds: tuple[str, ...]
