"""Smoothed envelopes of filtered sounds: for each filter, an inverse transform of its own band alone.

The magnitude of an analytic signal does not change when its band is shifted to 0 Hz, so a filter needs only
the bins of its band, and a narrow one may be sampled at a lower rate than the sound.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from synthesis.hearing.filters import filter_bank
from synthesis.hearing.settings import CochleagramSettings

# Envelope samples that are worked on at once: 2 MB of them stay in a core's cache, a GPU wants many.
_BLOCK = {"cpu": 2**18}
_BLOCK_ELSEWHERE = 2**25
# Envelope samples per frame, where fewer than the sound's own are enough; few lengths make few groups.
_LOWER_RATES = (4, 6, 8, 12, 16, 24, 32, 48, 64)
_KAISER_BETA = 5.0


class Envelopes(nn.Module):
    """Spectra (batch, bins) of real sounds to smoothed envelopes (batch, channels, frames)."""

    place: Tensor

    def __init__(self, settings: CochleagramSettings) -> None:
        super().__init__()
        gains = filter_bank(settings).gains / settings.samples  # the inverse transform's own factor
        rates = np.array([_samples_per_frame(settings, _width(row)) for row in gains])
        self.groups = nn.ModuleList(
            _Group(settings, gains, np.flatnonzero(rates == rate), int(rate)) for rate in np.unique(rates)
        )
        order = np.argsort(rates, kind="stable")  # the channels as the groups hold them, one after the other
        self.register_buffer("place", torch.from_numpy(np.argsort(order)), persistent=False)

    def forward(self, spectra: Tensor) -> Tensor:
        found = torch.cat([group(spectra) for group in self.groups], dim=1)
        return found[:, self.place]


class _Group(nn.Module):
    """The filters whose envelopes are sampled at one rate."""

    bins: Tensor
    gains: Tensor
    kernel: Tensor

    def __init__(
        self,
        settings: CochleagramSettings,
        gains: NDArray[np.float64],
        channels: NDArray[np.intp],
        rate: int,
    ) -> None:
        super().__init__()
        starts = [int(np.flatnonzero(row)[0]) for row in gains[channels]]
        width = max(_width(row) for row in gains[channels])
        bins = np.minimum(np.array(starts)[:, None] + np.arange(width), gains.shape[1] - 1)
        inside = np.array(starts)[:, None] + np.arange(width) < gains.shape[1]
        band = np.where(inside, np.take_along_axis(gains[channels], bins, axis=1), 0.0)
        kernel, first_block = _kernel_blocks(settings, rate)
        self.register_buffer("bins", torch.from_numpy(bins), persistent=False)
        self.register_buffer("gains", torch.from_numpy(band).float(), persistent=False)
        self.register_buffer("kernel", torch.from_numpy(kernel).float(), persistent=False)
        full = rate == settings.stride
        length = settings.samples if full else rate * (settings.samples // settings.stride)
        self.shape = _Shape(length, rate, first_block, settings.frames)

    def forward(self, spectra: Tensor) -> Tensor:
        found: Tensor = _SmoothedEnvelopes.apply(spectra, self.bins, self.gains, self.kernel, self.shape)
        return found


@dataclass(frozen=True)
class _Shape:
    """`length` envelope samples, `rate` of them per frame; frame 0 begins in block `first_block`."""

    length: int
    rate: int
    first_block: int
    frames: int

    @property
    def blocks(self) -> int:
        return -(-self.length // self.rate)

    def meetings(self, parts: int) -> Iterator[tuple[slice, slice]]:
        """For each part of the kernel, the frames that have it inside the sound, and the blocks it meets."""
        for shift in range(self.first_block, self.first_block + parts):
            begin, end = max(0, -shift), min(self.frames, self.blocks - shift)
            yield slice(begin, end), slice(begin + shift, end + shift)


class _SmoothedEnvelopes(torch.autograd.Function):
    """Envelopes of one group, in blocks that stay in the cache; keeps each envelope's phase for the gradient.

    A kernel of many samples and a stride of one frame is a product with a small matrix: each block of one
    frame's samples meets every part of the kernel, and a frame is the sum along a diagonal.
    """

    @staticmethod
    def forward(
        ctx: Any, spectra: Tensor, bins: Tensor, gains: Tensor, kernel: Tensor, shape: _Shape
    ) -> Tensor:
        batch, channels = len(spectra), len(bins)
        frames = spectra.new_empty((batch, channels, shape.frames), dtype=gains.dtype)
        keep = ctx.needs_input_grad[0]
        phase = spectra.new_empty((batch, channels, shape.length)) if keep else None
        for clips, rows in _blocks(batch, channels, shape.length, spectra.device.type):
            band = _bands(spectra[clips], bins[rows]) * gains[rows]
            analytic = torch.fft.ifft(band, n=shape.length, norm="forward")
            envelope = _magnitude(analytic)
            if phase is not None:
                inverse = torch.where(envelope > 0, envelope.reciprocal(), 0)
                torch.mul(analytic, inverse, out=phase[clips, rows])
            frames[clips, rows] = _smooth(envelope, kernel, shape)
        ctx.save_for_backward(phase, bins, gains, kernel)
        ctx.shape, ctx.bins_in_all = shape, spectra.shape[-1]
        return frames

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None, None]:
        phase, bins, gains, kernel = ctx.saved_tensors
        shape: _Shape = ctx.shape
        batch, channels, _ = gradient.shape
        spectra = phase.new_zeros((batch, ctx.bins_in_all))
        for clips, rows in _blocks(batch, channels, shape.length, gradient.device.type):
            with torch.autocast(gradient.device.type, enabled=False):  # a backward pass may stand under it
                envelope = _spread(gradient[clips, rows], kernel, shape)
            analytic = torch.fft.fft(phase[clips, rows] * envelope)
            band = analytic[..., : bins.shape[1]] * gains[rows]
            spectra[clips].index_add_(1, bins[rows].flatten(), band.flatten(1))
        return spectra, None, None, None, None


def _blocks(batch: int, channels: int, length: int, device: str) -> Iterator[tuple[slice, slice]]:
    """Slices of clips and of channels: some whole clips at once, or some channels of one clip."""
    rows = max(1, _BLOCK.get(device, _BLOCK_ELSEWHERE) // length)
    clips, channels_at_once = max(1, rows // channels), min(rows, channels)
    for clip in range(0, batch, clips):
        for channel in range(0, channels, channels_at_once):
            yield slice(clip, clip + clips), slice(channel, channel + channels_at_once)


def _bands(spectra: Tensor, bins: Tensor) -> Tensor:
    """(clips, bins in all) at `bins` (channels, width): (clips, channels, width)."""
    every = spectra.unsqueeze(1).expand(-1, len(bins), -1)
    return every.gather(2, bins.expand(len(spectra), -1, -1))


def _magnitude(values: Tensor) -> Tensor:
    """As `abs` of complex values, several times faster on a CPU."""
    real, imaginary = values.real, values.imag
    return torch.addcmul(real.square(), imaginary, imaginary).sqrt_()


def _smooth(envelope: Tensor, kernel: Tensor, shape: _Shape) -> Tensor:
    """(..., length) to (..., frames)."""
    rows = envelope.shape[:-1]
    missing = shape.blocks * shape.rate - shape.length
    padded = nn.functional.pad(envelope, (0, missing)) if missing else envelope
    met = (kernel @ padded.reshape(-1, shape.rate).T).view(len(kernel), *rows, shape.blocks)
    frames = envelope.new_zeros((*rows, shape.frames))
    for part, (of_frames, of_blocks) in zip(met, shape.meetings(len(kernel)), strict=True):
        frames[..., of_frames] += part[..., of_blocks]
    return frames


def _spread(frames: Tensor, kernel: Tensor, shape: _Shape) -> Tensor:
    """The transpose of `_smooth`: (..., frames) to (..., length)."""
    rows = frames.shape[:-1]
    met = frames.new_zeros((len(kernel), *rows, shape.blocks))
    for part, (of_frames, of_blocks) in zip(met, shape.meetings(len(kernel)), strict=True):
        part[..., of_blocks] = frames[..., of_frames]
    return (met.view(len(kernel), -1).T @ kernel).view(*rows, -1)[..., : shape.length]


def _kernel_blocks(settings: CochleagramSettings, rate: int) -> tuple[NDArray[np.float64], int]:
    """The smoothing kernel as a matrix (parts, rate), and the block in which the first frame begins.

    The published kernel is a sinc that falls to half at half the frame rate, under a Kaiser window. It lies
    half a sample early, as in the code of both papers.
    """
    taps, stride = settings.kernel_taps, settings.stride
    first = settings.kernel_start // stride
    parts = (settings.kernel_start + taps - 1) // stride - first + 1
    samples = np.arange(rate) * (stride / rate) + stride * (np.arange(parts)[:, None] + first)
    tap = samples - settings.kernel_start
    middle = (taps - 1) / 2
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - ((tap - middle) / max(middle, 1)) ** 2, 0, None)))
    response = np.sinc((tap - taps / 2) / stride) / stride * window / np.i0(_KAISER_BETA)
    inside = (tap >= 0) & (tap <= taps - 1)
    return np.where(inside, response, 0.0) * (stride / rate), first


def _samples_per_frame(settings: CochleagramSettings, width: int) -> int:
    """How often a filter's envelope is sampled, from its width in bins."""
    if settings.oversampling is None:
        return settings.stride
    periods = settings.samples // settings.stride
    enough = (rate for rate in _LOWER_RATES if rate * periods >= settings.oversampling * width)
    return min(next(enough, settings.stride), settings.stride)


def _width(gains: NDArray[np.float64]) -> int:
    """Bins from the first to the last that a filter passes."""
    passed = np.flatnonzero(gains)
    return int(passed[-1] - passed[0]) + 1
