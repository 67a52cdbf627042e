"""What a network is shown: pictures or sounds, and how they are prepared. Free of torch."""

from __future__ import annotations

from dataclasses import dataclass

from synthesis.bundle.manifest import PictureFormat, SoundFormat


@dataclass(frozen=True)
class PictureInput:
    """Pictures (batch, 3, size_px, size_px) in [0, 1]: short side to `resize_px`, then a central crop."""

    size_px: int = 224
    resize_px: int = 256

    @property
    def format(self) -> PictureFormat:
        """What a picture is when it is served."""
        return PictureFormat(size_px=self.size_px)


@dataclass(frozen=True)
class SoundInput:
    """Waveforms (batch, samples) in [-1, 1]: one channel, mean removed, at a level of `rms`."""

    sample_rate_hz: int = 20_000
    samples: int = 40_000
    rms: float = 0.1

    @property
    def format(self) -> SoundFormat:
        """What a sound is when it is served."""
        return SoundFormat(sample_rate_hz=self.sample_rate_hz, samples=self.samples)


NetworkInput = PictureInput | SoundInput
USUAL_PICTURES = PictureInput()
