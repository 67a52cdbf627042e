"""A small network that hears, as a user's own module, and clips for it.

`clip` is a buzz whose pitch follows the word, in pink noise: each seed is another one.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor, nn

from synthesis.networks.registry import Layer, Network, SoundInput

RATE_HZ, SAMPLES = 8_000, 4_000
WORDS = ("about", "don't", "zebra")
SHOWN = SoundInput(RATE_HZ, SAMPLES)
LAYERS = (Layer("relu1", "relu1"), Layer("relu2", "relu2"), Layer("logits", "logits"))
MODULE = "from tests.synthesis.sound_networks import make, tones, mute\n"


class TinyEar(nn.Module):
    """Convolutions along time with a batch norm, then an average; one logit more than there are words."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.relu1 = nn.Conv1d(1, 16, 65, stride=8, padding=32), nn.ReLU()
        self.conv2, self.norm2, self.relu2 = nn.Conv1d(16, 32, 9, stride=4), nn.BatchNorm1d(32), nn.ReLU()
        self.logits = nn.Linear(32, len(WORDS) + 1)

    def forward(self, sounds: Tensor) -> Tensor:
        x = self.relu1(self.conv1(10 * sounds.unsqueeze(1)))
        logits: Tensor = self.logits(self.relu2(self.norm2(self.conv2(x))).mean(2))
        return logits


def make() -> Network:
    """The factory: weights are random, from the seed that synthesis sets. The null class is the first."""
    return Network("ear", TinyEar(), LAYERS, input=SHOWN, answers=("", *WORDS))


def tones() -> Network:
    """The same at twice the rate: another network of the same words."""
    return replace(make(), name="tones", input=SoundInput(2 * RATE_HZ, 2 * SAMPLES))


def mute() -> Network:
    """One whose logits stand for no words."""
    return replace(make(), name="mute", answers=())


def clip(seed: int, rate_hz: int = RATE_HZ, seconds: float = SAMPLES / RATE_HZ) -> np.ndarray:
    """float64 (samples,): harmonics of a pitch drawn by the seed, under a slow envelope, and noise."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    pitch_hz = rng.uniform(90, 400)
    waves = sum(np.sin(2 * np.pi * k * pitch_hz * time_s + rng.uniform(0, 6)) / k for k in range(1, 9))
    envelope = 1.2 + np.sin(2 * np.pi * rng.uniform(2, 6) * time_s + rng.uniform(0, 6))
    return 0.1 * waves * envelope + 0.01 * rng.normal(size=len(time_s))


def write_clips(folder: Path, words: tuple[str, ...] = WORDS, each: int = 1, first_seed: int = 0) -> None:
    """folder/WORD/N.flac, all different."""
    for number, word in enumerate(words):
        (folder / word).mkdir(parents=True, exist_ok=True)
        for index in range(each):
            path = folder / word / f"{index}.flac"
            soundfile.write(path, clip(first_seed + number * each + index), RATE_HZ, subtype="PCM_16")


def natural_input(seed: int) -> Tensor:
    """A clip as network input (samples,), at the natural level."""
    wave = clip(seed) - clip(seed).mean()
    return torch.from_numpy(wave * 0.1 / np.sqrt(np.mean(wave**2))).float()
