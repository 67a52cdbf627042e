"""What a network is shown: pictures, sounds, graphs or another kind, and their preparation. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from synthesis.bundle.formats import GraphFormat, PictureFormat, SoundFormat, StimulusFormat


class NetworkInput(Protocol):
    """Stimuli of one kind, as one network is shown them; what it holds is frozen and can be hashed.

    With `normalised`, an entry's normalisation of red, green and blue comes before the network.
    """

    normalised: ClassVar[bool]

    @property
    def format(self) -> StimulusFormat:
        """What a stimulus is when it is served."""
        ...


@dataclass(frozen=True)
class PictureInput:
    """Pictures (batch, 3, size_px, size_px) in [0, 1]: short side to `resize_px`, then a central crop.

    A `grey` network sees luminance alone: a synthesis for it starts from grey noise.
    """

    size_px: int = 224
    resize_px: int = 256
    grey: bool = False
    normalised: ClassVar[bool] = True

    @property
    def format(self) -> PictureFormat:
        return PictureFormat(size_px=self.size_px)


@dataclass(frozen=True)
class SoundInput:
    """Waveforms (batch, samples) in [-1, 1]: one channel, mean removed, at a level of `rms`."""

    sample_rate_hz: int = 20_000
    samples: int = 40_000
    rms: float = 0.1
    normalised: ClassVar[bool] = False

    @property
    def format(self) -> SoundFormat:
        return SoundFormat(sample_rate_hz=self.sample_rate_hz, samples=self.samples)


@dataclass(frozen=True)
class GraphInput:
    """Graphs of any number of nodes and edges, each node with `features` numbers, as they are stored."""

    features: int
    classes: int
    node_level: bool
    normalised: ClassVar[bool] = False

    @property
    def format(self) -> GraphFormat:
        labels: Literal["nodes", "graphs"] = "nodes" if self.node_level else "graphs"
        return GraphFormat(features=self.features, classes=self.classes, labels=labels)


USUAL_PICTURES = PictureInput()
