"""The state of a training, written whole, so that it goes on after any end of the process."""

import io
from pathlib import Path
from typing import Any

import torch
from torch import nn

from synthesis.bundle.errors import UserError
from synthesis.bundle.files import write_atomically
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
    saved = _read(folder / FILE)
    if saved["spec"] != spec.model_dump_json():
        raise UserError(f"{folder}: holds a training of another spec; name another folder")
    network.load_state_dict(saved["network"])
    optimiser.load_state_dict(saved["optimiser"])
    state: dict[str, Any] = saved["state"]
    return state


def load_weights(folder: Path, network: nn.Module) -> None:
    """The weights of another training; a second task's head that it does not have is left as it is.

    Raises `UserError` if the training is not there or of another network.
    """
    path = folder / FILE
    if not path.exists():
        raise UserError(f"start_from: {folder} holds no training (it has no {FILE})")
    try:
        missing, unexpected = network.load_state_dict(_read(path)["network"], strict=False)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(f"start_from: the network in {folder} is another one ({reason})") from None
    others = [*unexpected, *(name for name in missing if not name.startswith("second."))]
    if others:
        raise UserError(f"start_from: the network in {folder} is another one ({others[0]})")


def _read(path: Path) -> dict[str, Any]:
    try:
        saved: dict[str, Any] = torch.load(path, weights_only=True)
        if not {"spec", "network", "optimiser", "state"} <= saved.keys():
            raise ValueError
    except Exception as error:  # torch raises many kinds for a damaged file
        raise UserError(
            f"{path}: is no checkpoint ({error.__class__.__name__}); remove it to begin again"
        ) from None
    return saved
