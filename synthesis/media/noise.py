"""The noise that syntheses start from, each of one item, from a generator of its own."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

# float32 of the shape that one item has as network input.
Noise = Callable[[torch.Generator, tuple[int, ...]], Tensor]

_PINK_RMS = 0.01


def light_grey(generator: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    """0.5 + 0.1 U(0, 1): pictures of Feather et al. 2019."""
    return 0.5 + 0.1 * torch.rand(shape, generator=generator)


def grey(generator: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    """clamp(0.5 + N(0, 1) / 20): pictures of Feather et al. 2023."""
    return (0.5 + torch.randn(shape, generator=generator) / 20).clamp_(0, 1)


def light_uncoloured(generator: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    """`light_grey` with the same value for each colour, shape (3, height, width)."""
    return light_grey(generator, (1, *shape[1:])).repeat(shape[0], 1, 1)


def uncoloured(generator: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    """`grey` with the same value for each colour, shape (3, height, width)."""
    return grey(generator, (1, *shape[1:])).repeat(shape[0], 1, 1)


def pink(generator: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    """Noise of equal power per octave, mean 0, RMS 0.01, shape (samples,): sounds of Feather et al. 2019."""
    (samples,) = shape
    spectrum = torch.fft.rfft(torch.randn(samples, generator=generator, dtype=torch.float64))
    frequency = torch.arange(len(spectrum), dtype=torch.float64)
    frequency[0] = math.inf
    noise = torch.fft.irfft(spectrum / frequency.sqrt(), n=samples)
    level: Tensor = noise * (_PINK_RMS / noise.square().mean().sqrt())
    return level.float()


def faint(generator: torch.Generator, shape: tuple[int, ...]) -> Tensor:
    """N(0, 1) * 1e-7: sounds of Feather et al. 2023."""
    return 1e-7 * torch.randn(shape, generator=generator)
