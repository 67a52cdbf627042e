"""Where the network runs while a picture is optimised: CUDA, Apple's MPS, or the processor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from synthesis.common.errors import UserError

if TYPE_CHECKING:
    import torch

# What one process with a large network and its batch takes, roughly.
_PROCESS_BYTES = 2 * 2**30

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


def set_item_threads(device: torch.device) -> None:
    """On a processor, compute with one thread from now on; see `synthesis.runs.engines.local`."""
    import torch

    if device.type == "cpu":
        torch.set_num_threads(1)


@contextmanager
def item_threads(device: torch.device) -> Iterator[None]:
    """The same within the block."""
    import torch

    before = torch.get_num_threads()
    set_item_threads(device)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def processes_on_a_processor() -> int:
    """How many the local engine starts: one per core, while there is memory for each."""
    if not {"SC_AVPHYS_PAGES", "SC_PAGE_SIZE"} <= os.sysconf_names.keys():
        return cores()
    free_bytes = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(cores(), free_bytes // _PROCESS_BYTES))


def exact_float32() -> None:
    """Let float32 be float32 in this process, also on graphics cards: no TensorFloat-32, with its 10 bits.

    torch's own default allows it in convolutions, and environment variables can in matrix products.
    """
    import torch

    torch.set_float32_matmul_precision("highest")
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def tf32() -> bool:
    """Whether matrix products or convolutions of float32 may be computed in TensorFloat-32 here."""
    import torch

    return (
        torch.get_float32_matmul_precision() != "highest"
        or torch.backends.cuda.matmul.allow_tf32
        or torch.backends.cudnn.allow_tf32
    )


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
