"""Spectrotemporal filters, a model of auditory cortex (Chi, Ru & Shamma 2005), on a cochleagram."""

from dataclasses import dataclass

import torch
from timm.layers import register_notrace_module  # type: ignore[attr-defined]
from torch import Tensor, nn

from synthesis.hearing.cochleagram import Cochleagram
from synthesis.hearing.settings import FEATHER2023, CochleagramSettings

_LEAST_POWER = 1e-8


@dataclass(frozen=True)
class Modulations:
    """Which modulations the filters are tuned to.

    Attributes
    ----------
    rates_hz
        Temporal modulation; 0 passes the mean alone, the highest all that is faster.
    scales
        Spectral modulation in cycles per ERB number; 0 passes the mean alone, the highest all that is denser.
    channels_per_erb
        How densely the cochleagram's channels lie; 2023's code says 6 where the filters lie 6.1 to one.
    """

    rates_hz: tuple[float, ...] = (0, 0.5, 1, 2, 4, 8, 16, 32, 64)
    scales: tuple[float, ...] = (0, 0.0625, 0.125, 0.25, 0.5, 1, 2)
    channels_per_erb: float = 6.0

    @property
    def tunings(self) -> tuple[tuple[float, float], ...]:
        """Rate and scale of each filter, in order.

        The sign of a rate is the direction: with a positive one, ripples that fall in frequency, with a
        negative one, ripples that rise. What does not move, or has no spectral modulation, is in once.
        """
        negative = [(-rate, scale) for scale in self.scales for rate in self.rates_hz]
        positive = [(rate, scale) for scale in self.scales for rate in self.rates_hz if rate and scale]
        return (*negative, *positive)


FEATHER2023_MODULATIONS = Modulations()


@register_notrace_module
class SpectrotemporalFilters(nn.Module):
    """Cochleagrams (batch, 1, channels, frames) to filtered ones (batch, filters, channels, frames).

    A filter is the product of a temporal and a spectral one, with two quadrants of its transfer function left
    out: it passes one direction. Temporal: t^2 exp(-3.5 t) sin(2 pi t), t in periods of the rate, mean
    removed. Spectral: r exp(-r), r = (frequency / scale)^2, which is the second derivative of a Gaussian
    (Chi et al. 2005, equations 3 to 6). Both have a maximum of 1. Silence of twice the sound's length and as
    many empty channels as there are are appended, so that nothing comes round from the other end. Float32
    under autocast too; one node of a graph.
    """

    temporal: Tensor
    spectral: Tensor
    directions: Tensor

    def __init__(self, channels: int, frames: int, frame_rate_hz: float, tuned: Modulations) -> None:
        super().__init__()
        self.channels, self.frames = channels, frames
        self.padded = 2 * channels, 3 * frames
        self.tuned = tuned
        temporal = [
            _temporal(rate, frames, self.padded[1], frame_rate_hz, fastest=rate == max(tuned.rates_hz))
            for rate in tuned.rates_hz
        ]
        spectral = [
            _spectral(scale, self.padded[0], tuned.channels_per_erb, densest=scale == max(tuned.scales))
            for scale in tuned.scales
        ]
        # Computed, so not stored in a checkpoint.
        self.register_buffer("temporal", torch.stack(temporal).to(torch.complex64), persistent=False)
        self.register_buffer("spectral", torch.stack(spectral).float(), persistent=False)
        self.register_buffer("directions", _directions(self.padded), persistent=False)

    def forward(self, cochleagrams: Tensor) -> Tensor:
        with torch.autocast(cochleagrams.device.type, enabled=False):
            x = cochleagrams[:, 0].to(torch.promote_types(cochleagrams.dtype, torch.float32))
            spectrum = torch.fft.rfft2(x, self.padded)
            moving = [index for index, rate in enumerate(self.tuned.rates_hz) if rate]
            filtered = []
            for falling in (False, True):
                rates = self.temporal[moving] if falling else self.temporal
                for scale, transfer in zip(self.tuned.scales, self.spectral, strict=True):
                    if scale or not falling:
                        passes = transfer[:, None] * self.directions[int(falling)]
                        filtered.append(self._at_rates(spectrum * passes, rates))
            return torch.cat(filtered, 1)

    def _at_rates(self, spectrum: Tensor, rates: Tensor) -> Tensor:
        # Back to channels first: that is the same for all rates.
        passed = torch.fft.ifft(spectrum, dim=-2)[:, None, : self.channels]
        filtered: Tensor = torch.fft.irfft(passed * rates[:, None], self.padded[1])
        return filtered[..., : self.frames]


def _temporal(rate_hz: float, frames: int, padded: int, frame_rate_hz: float, *, fastest: bool) -> Tensor:
    """The transfer function at the non-negative frequencies, complex: of a rate of 0, the mean alone."""
    size = padded // 2 + 1
    if not rate_hz:
        return torch.eye(size, dtype=torch.complex128)[0]
    periods = torch.arange(frames, dtype=torch.float64) * rate_hz / frame_rate_hz
    response = periods**2 * torch.exp(-3.5 * periods) * torch.sin(2 * torch.pi * periods)
    transfer = torch.fft.rfft(response - response.mean(), padded)
    gain = transfer.abs() / transfer.abs().max()
    if fastest:
        gain[gain.argmax() :] = 1
    made: Tensor = torch.polar(gain, transfer.angle())
    return made


def _spectral(scale: float, padded: int, channels_per_erb: float, *, densest: bool) -> Tensor:
    """The transfer function at all frequencies, real."""
    if not scale:
        return torch.eye(padded, dtype=torch.float64)[0]
    ratios: Tensor = (torch.fft.fftfreq(padded, 1 / channels_per_erb, dtype=torch.float64) / scale) ** 2
    transfer = ratios * torch.exp(-ratios)
    transfer = transfer / transfer.max()
    if densest:
        transfer[ratios >= ratios[transfer.argmax()]] = 1
    return transfer


def _directions(padded: tuple[int, int]) -> Tensor:
    """1 where a filter passes: (rising or falling, spectral, non-negative temporal frequencies).

    The borders of the quadrants, frequencies of 0 and the highest ones, belong to both directions.
    """
    spectral = torch.fft.fftfreq(padded[0])[:, None]
    temporal = torch.fft.rfftfreq(padded[1])
    border = (spectral == 0) | (spectral == -0.5) | (temporal == 0) | (temporal == 0.5)
    passes: Tensor = torch.stack([(spectral < 0) | border, (spectral > 0) | border]).float()
    return passes


class Power(nn.Module):
    """The square, at least 1e-8."""

    def forward(self, x: Tensor) -> Tensor:
        return (x**2).clamp(min=_LEAST_POWER)


class SpectrotemporalNetwork(nn.Module):
    """Waveforms (batch, samples) in [-1, 1] to logits (batch, classes); laid out like 2023's checkpoint.

    The power of each filter in each channel, averaged over time, is read out by a linear classifier, which is
    all that was trained (Feather et al. 2023, Methods).
    """

    def __init__(
        self,
        classes: int = 794,
        cochleagram: CochleagramSettings = FEATHER2023,
        tuned: Modulations = FEATHER2023_MODULATIONS,
    ) -> None:
        super().__init__()
        made = cochleagram
        self.cochleagram = Cochleagram(made)
        self.filters = SpectrotemporalFilters(made.channels, made.frames, made.frame_rate_hz, tuned)
        self.power = Power()
        self.avgpool = nn.AdaptiveAvgPool2d((None, 1))
        self.flatten = nn.Flatten()
        self.classification = nn.Linear(len(tuned.tunings) * made.channels, classes)

    def forward(self, sounds: Tensor) -> Tensor:
        # A cochleagram's values are small, and their squares would be lost beside the least power.
        filtered = self.filters(100 * self.cochleagram(sounds))
        logits: Tensor = self.classification(self.flatten(self.avgpool(self.power(filtered))))
        return logits
