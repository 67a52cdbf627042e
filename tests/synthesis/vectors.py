"""A third kind of stimuli, vectors of numbers: what a kind must bring, and a network that is shown them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from pydantic import Field
from torch import Tensor, nn

from synthesis.bundle.formats import StimulusFormat, register_format
from synthesis.common.errors import UserError
from synthesis.media.folders import FileKind
from synthesis.media.medium import RecipeSettings, Stimulus, standardised
from synthesis.media.registry import register_medium
from synthesis.networks.registry import Layer, Network

SIZE = 48
ANSWERS = ("flat", "rising", "wavy")


@register_format
class VectorFormat(StimulusFormat):
    media_type: ClassVar[str] = "application/x-vector"
    kind: Literal["vector"] = "vector"
    size: int = Field(gt=0)

    def __str__(self) -> str:
        return f"{self.size} numbers"


@dataclass(frozen=True)
class VectorInput:
    size: int
    normalised: ClassVar[bool] = False

    @property
    def format(self) -> VectorFormat:
        return VectorFormat(size=self.size)


def grey_vector(generator: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    return 0.5 + torch.randn(shape, generator=generator) / 20


@register_medium
@dataclass(frozen=True)
class Vectors:
    """Numbers from 0 to 1 in steps of 1/65535, served as little-endian int32."""

    shown: VectorInput
    noun: ClassVar[str] = "vector"
    groups: ClassVar[str] = "shapes"
    conversion: ClassVar[str] = "none"
    explained: ClassVar[str] = "One column per number."
    played: ClassVar[bool] = False
    files: ClassVar[FileKind] = FileKind("vectors", (".vec",))
    media_type: ClassVar[str] = VectorFormat.media_type
    decisions: ClassVar[tuple[str, ...]] = ("words", "own")
    alike: ClassVar[float] = 0.99
    preparations: ClassVar[tuple[str, ...]] = ("as-they-are",)

    @staticmethod
    def recipes() -> RecipeSettings:
        return {"fast": {"start": grey_vector, "bounds": (0.0, 1.0)}}

    @staticmethod
    def drawn(data: bytes, size: tuple[int, int]) -> Image.Image:
        grey = (np.frombuffer(data, "<i4") // 257).astype(np.uint8)
        return Image.fromarray(grey[None]).resize(size).convert("RGB")

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.shown.size,)

    def read(self, path: Path, prepare: str) -> Stimulus:
        return self.to_stimuli(np.loadtxt(path, dtype=np.float32))

    def encode(self, stimulus: Stimulus) -> bytes:
        return stimulus.astype("<i4").tobytes()

    def decode(self, data: bytes) -> Stimulus:
        if len(data) != 4 * self.shown.size:
            raise UserError(f"is not a vector of {self.shown.format}")
        return np.frombuffer(data, "<i4").astype(np.int32)

    def adapt(self, data: bytes) -> Stimulus:
        return self.decode(data)

    def to_input(self, stimuli: Sequence[Stimulus]) -> NDArray[np.float32]:
        return np.asarray(stimuli, dtype=np.float32) / np.float32(65_535)

    def to_stimuli(self, inputs: NDArray[np.float32]) -> Stimulus:
        return np.rint(np.clip(inputs, 0, 1) * 65_535).astype(np.int32)

    def fingerprint(self, stimulus: Stimulus) -> NDArray[np.float32]:
        return standardised(stimulus[None].astype(np.float64))

    def white_noise(self, random: np.random.Generator) -> NDArray[np.float32]:
        return random.random(self.shape, dtype=np.float32)


class Perceptron(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.relu, self.last = nn.Linear(SIZE, 64), nn.ReLU(), nn.Linear(64, len(ANSWERS))

    def forward(self, vectors: Tensor) -> Tensor:
        answers: Tensor = self.last(self.relu(self.first(vectors)))
        return answers


def make() -> Network:
    layers = (Layer("first", "first"), Layer("hidden", "relu"))
    return Network("vectors", Perceptron(), layers, VectorInput(SIZE), answers=ANSWERS)


def write_vectors(folder: Path, each: int) -> None:
    """folder/SHAPE/N.vec, all different."""
    rng = np.random.default_rng(5)
    for shape in ANSWERS:
        (folder / shape).mkdir(parents=True)
        for number in range(each):
            values = np.clip(0.5 + 0.25 * rng.standard_normal(SIZE), 0, 1)
            np.savetxt(folder / shape / f"{number}.vec", values)
