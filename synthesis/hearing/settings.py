"""The numbers of a cochleagram, with the two published sets of them. Free of torch."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class CochleagramSettings:
    """What a cochleagram is made with.

    Attributes
    ----------
    sample_rate_hz, samples
        Of the waveform; its length is fixed.
    low_hz, high_hz
        Limits of the band-pass filters, whose centres lie between them, equally spaced in ERB numbers.
    filters
        Band-pass filters that would cover the range at a sample factor of 1, neighbours overlapping by half.
        `channels` is how many there are in all: `filters` 50 and factor 4 make 211, 40 and 4 make 171.
    sample_factor
        How many times denser the filters lie; their width stays.
    frame_rate_hz, kernel_taps, padding
        Envelopes are smoothed with a sinc under a Kaiser window (beta 5) of so many taps at the sample rate,
        and sampled at the frame rate. Padding "none" keeps frames whose kernel lies inside the sound, "same"
        as many as there are periods of the frame rate, with zeros outside.
    scale, offset, exponent
        Compression: (scale * (max(envelope, 0) + offset)) ** exponent.
    derivative_limit
        The power's derivative is clamped to plus or minus this in the gradient.
    oversampling
        None takes envelopes at the sample rate, as published. A number takes each filter's envelope at
        least at so many times the filter's bandwidth: several times faster, but another cochleagram, whose
        error falls with the square of the number.

    Raises `ValueError` for numbers that make no cochleagram.
    """

    sample_rate_hz: int = 20_000
    samples: int = 40_000
    low_hz: float = 50.0
    high_hz: float = 10_000.0
    filters: int = 50
    sample_factor: int = 4
    frame_rate_hz: int = 200
    kernel_taps: int = 1001
    padding: Literal["none", "same"] = "none"
    scale: float = 1.0
    offset: float = 1e-8
    exponent: float = 0.3
    derivative_limit: float = 5.0
    oversampling: float | None = None

    def __post_init__(self) -> None:
        for name in ("sample_rate_hz", "samples", "filters", "sample_factor", "frame_rate_hz", "kernel_taps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.low_hz < self.high_hz <= self.sample_rate_hz / 2:
            raise ValueError(
                f"low_hz {self.low_hz:g} and high_hz {self.high_hz:g} must be in order, from 0 to half of "
                f"sample_rate_hz ({self.sample_rate_hz / 2:g})"
            )
        if self.sample_rate_hz % self.frame_rate_hz:
            raise ValueError(
                f"frame_rate_hz {self.frame_rate_hz} does not divide sample_rate_hz {self.sample_rate_hz}"
            )
        if self.frames < 1:
            raise ValueError(f"{self.samples} samples are shorter than the kernel's {self.kernel_taps} taps")
        if min(self.scale, self.exponent, self.derivative_limit) <= 0 or self.offset < 0:
            raise ValueError("scale, exponent and derivative_limit must be above 0, offset not below 0")
        if self.oversampling is not None and (self.oversampling < 1 or self.samples % self.stride):
            raise ValueError(
                f"oversampling needs a number of at least 1 and samples ({self.samples}) that are a multiple "
                f"of {self.stride} (sample_rate_hz / frame_rate_hz)"
            )

    @property
    def bandpass_filters(self) -> int:
        return self.sample_factor * (self.filters + 1) - 1

    @property
    def channels(self) -> int:
        """Filters in all: low-pass, band-pass and high-pass ones."""
        return self.bandpass_filters + 2 * self.sample_factor

    @property
    def stride(self) -> int:
        """Samples from one frame to the next."""
        return self.sample_rate_hz // self.frame_rate_hz

    @property
    def kernel_start(self) -> int:
        """The sample at which the first frame's kernel begins, negative with padding."""
        if self.padding == "none":
            return 0
        # TensorFlow's rule: what cannot be halved is added at the end.
        return -(max((self.frames - 1) * self.stride + self.kernel_taps - self.samples, 0) // 2)

    @property
    def frames(self) -> int:
        if self.padding == "same":
            return -(-self.samples // self.stride)
        return (self.samples - self.kernel_taps) // self.stride + 1


# 211 filters x 390 frames: Feather et al. 2023, Methods, "Cochlear stage", and its code.
FEATHER2023 = CochleagramSettings()
# 211 filters x 400 frames, as in the code of Feather et al. 2019; its text says 171 filters: `filters` 40.
FEATHER2019 = CochleagramSettings(
    low_hz=20.0, high_hz=8_000.0, padding="same", scale=796.87416837456942, offset=0.0, derivative_limit=1.0
)
