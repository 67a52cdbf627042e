"""The state of a training, written whole, so that it goes on after any end of the process."""

import io
from pathlib import Path
from typing import Any

import torch
from torch import nn

from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.training.spec import TrainSpec

FILE = "checkpoint.pt"


def save_checkpoint(
    folder: Path, spec: TrainSpec, network: nn.Module, optimiser: torch.optim.Optimizer, state: dict[str, Any]
) -> None:
    """Replace the checkpoint. `state` holds plain numbers, strings, lists and dicts."""
    file = io.BytesIO()
    torch.save(
        {
            "spec": spec.model_dump_json(),
            "network": network.state_dict(),
            "optimiser": optimiser.state_dict(),
            "state": state,
        },
        file,
    )
    write_atomically(folder / FILE, file.getvalue())


def load_checkpoint(
    folder: Path, spec: TrainSpec, network: nn.Module, optimiser: torch.optim.Optimizer
) -> dict[str, Any] | None:
    """The state of an earlier run of the same spec, its weights loaded; None if there is none.

    Raises `UserError` if the folder holds another spec's training, or a file that is no checkpoint.
    """
    if not (folder / FILE).exists():
        return None
    saved = read_checkpoint(folder)
    if saved["spec"] != spec.model_dump_json():
        raise UserError(f"{folder}: holds a training of another spec; name another folder")
    network.load_state_dict(saved["network"])
    optimiser.load_state_dict(saved["optimiser"])
    state: dict[str, Any] = saved["state"]
    return state


def read_checkpoint(folder: Path) -> dict[str, Any]:
    """Everything that `save_checkpoint` wrote. Raises `UserError` for a file that is no checkpoint."""
    path = folder / FILE
    try:
        saved: dict[str, Any] = torch.load(path, weights_only=True)
        if not {"spec", "network", "optimiser", "state"} <= saved.keys():
            raise ValueError
    except Exception as error:  # torch raises many kinds for a damaged file
        raise UserError(
            f"{path}: is no checkpoint ({error.__class__.__name__}); remove it to begin again"
        ) from None
    return saved
