"""`audio.cochleagram_ms.NAME.BATCH`: ms per 2-s clip, one thread, forward and with the gradient.

The control is the way of the published code, written out here with torch: dense filters on the whole
spectrum, envelopes at the sample rate, a strided convolution; a clip at a time, since 16 need gigabytes.
`relative_error` is the distance to its output over its norm. Medians of RUNS runs after one that is not
counted; the two take turns.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from synthesis.hearing.cochleagram import Cochleagram
from synthesis.hearing.compression import compress
from synthesis.hearing.filters import filter_bank
from synthesis.hearing.settings import FEATHER2019, FEATHER2023, CochleagramSettings

BATCHES = (1, 16)
RUNS = 5
CONTENDERS = {
    "feather2023": FEATHER2023,
    "feather2019": FEATHER2019,
    "feather2019_171": replace(FEATHER2019, filters=40),
    "feather2023_oversampling_4": replace(FEATHER2023, oversampling=4.0),
}


class DenseCochleagram(nn.Module):
    """The same function at the sample rate, without pruning."""

    def __init__(self, settings: CochleagramSettings) -> None:
        super().__init__()
        self.settings = settings
        self.gains = torch.from_numpy(filter_bank(settings).gains).float()
        times = np.arange(settings.kernel_taps) - settings.kernel_taps / 2
        kernel = np.kaiser(settings.kernel_taps, 5) * np.sinc(times / settings.stride) / settings.stride
        self.kernel = torch.from_numpy(kernel).float().view(1, 1, -1)

    def forward(self, sounds: Tensor) -> Tensor:
        made = self.settings
        bands = torch.fft.rfft(sounds).unsqueeze(1) * self.gains
        envelopes = torch.fft.ifft(bands, made.samples).abs()
        before = -made.kernel_start
        total = max((made.frames - 1) * made.stride + made.kernel_taps - made.samples, 0)
        padded = functional.pad(envelopes, (before, total - before))
        smooth = functional.conv1d(padded.flatten(0, 1).unsqueeze(1), self.kernel, stride=made.stride)
        smooth = smooth.view(len(sounds), 1, made.channels, -1)
        return compress(smooth, made.scale, made.offset, made.exponent, made.derivative_limit)


def cochleagram_lines() -> Iterator[dict[str, Any]]:
    """One line per preset and batch size."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for name, settings in CONTENDERS.items():
        ours, control = Cochleagram(settings), DenseCochleagram(replace(settings, oversampling=None))
        for batch in BATCHES:
            yield _line(name, ours, control, batch)
    torch.set_num_threads(threads)


def _line(name: str, ours: nn.Module, control: nn.Module, batch: int) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(0)
    sounds = 0.1 * torch.randn((batch, 40_000), generator=generator)
    one = sounds[:1]
    timed: dict[str, list[float]] = {}
    for _ in range(RUNS + 1):
        for kind, module, shown in (("ours", ours, sounds), ("control", control, one)):
            for pass_name, work in (("forward", _forward), ("both", _forward_and_backward)):
                ms = 1000 * _seconds(work, module, shown) / len(shown)
                timed.setdefault(f"{kind}_{pass_name}", []).append(ms)
    median = {key: round(statistics.median(values[1:]), 2) for key, values in timed.items()}
    with torch.no_grad():
        wanted = control(one)
        error = float((ours(one) - wanted).norm() / wanted.norm())
    return {
        "name": f"audio.cochleagram_ms.{name}.{batch}",
        "value": median["ours_forward"],
        "unit": "ms per clip",
        "n": RUNS,
        "control": median["control_forward"],
        "with_gradient": median["ours_both"],
        "control_with_gradient": median["control_both"],
        "relative_error": float(f"{error:.2g}"),
    }


def _forward(module: nn.Module, sounds: Tensor) -> None:
    with torch.no_grad():
        module(sounds)


def _forward_and_backward(module: nn.Module, sounds: Tensor) -> None:
    shown = sounds.clone().requires_grad_()
    module(shown).sum().backward()


def _seconds(work: Callable[[nn.Module, Tensor], None], module: nn.Module, sounds: Tensor) -> float:
    began = time.perf_counter()
    work(module, sounds)
    return time.perf_counter() - began
