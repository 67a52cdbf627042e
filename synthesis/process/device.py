"""Where the network runs while a picture is optimised: CUDA, Apple's MPS, or the processor."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from synthesis.common.errors import UserError

if TYPE_CHECKING:
    import torch

DeviceName = Literal["auto", "cpu", "cuda", "mps"]


def devices(name: DeviceName) -> list[torch.device]:
    """Every device of the kind `name`, or for "auto" of the best kind there is: CUDA, then MPS, then CPU.

    Raises `UserError` when the machine has none of the kind.
    """
    import torch

    kinds = [name] if name != "auto" else ["cuda", "mps", "cpu"]
    for kind in kinds:
        if kind == "cuda" and torch.cuda.is_available():
            return [torch.device("cuda", index) for index in range(torch.cuda.device_count())]
        if kind == "mps" and torch.backends.mps.is_available():
            return [torch.device("mps")]
        if kind == "cpu":
            return [torch.device("cpu")]
    raise UserError(f"--device {name}: torch finds no such device here; give --device cpu, or auto")


def describe(device: torch.device) -> str:
    """What is recorded of a device: its kind, and a graphics card's name."""
    import torch

    return f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else device.type


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
