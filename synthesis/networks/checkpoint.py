"""Reading checkpoint files safely, in the layouts that are about, and fitting them into a network.

Nothing in a file is executed: safetensors, or torch.load with `weights_only`, or for files that hold other
objects too, the reader of `tensors_only`.
"""

import hashlib
import io
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor, nn

from synthesis.common.errors import UserError
from synthesis.networks.entry import Normalisation
from synthesis.networks.sources import promised_digest
from synthesis.networks.tensors_only import read_tensors_only
from synthesis.process.progress import tell_once

State = dict[str, Tensor]

# Under one of these names a training checkpoint keeps the state dict, beside the optimiser's and so on.
_WRAPPERS = ("state_dict", "model", "model_state_dict")
# What stands beside the network in the layout of the `robustness` library, and of the papers' changed copy.
_BESIDE = ("normalizer.", "attacker.", "preproc.", "audio_rep_transform.")
_NORMALISER = ("normalizer", "preproc.normalize")
_COLOURS = 3
_SHOWN = 3


@dataclass(frozen=True)
class Checkpoint:
    """A state dict with the architecture's own keys; `normalisation` where the file holds one.

    A network's own precision is float32: what is stored in another is converted by `fit`.
    """

    path: Path
    sha256: str
    state: State
    normalisation: Normalisation | None

    def fit(self, module: nn.Module, network: str, key: Callable[[str], str]) -> None:
        """Load into `module`; `key` translates names, an empty string drops one.

        Raises `UserError` naming the missing and unexpected keys, and the shapes that differ.
        """
        state = {renamed: value for name, value in self.state.items() if (renamed := key(name))}
        if problems := _misfits(module.state_dict(), state):
            raise UserError(f"{self.path}: does not fit {network}: {'; '.join(problems)}")
        module.load_state_dict(state, strict=False)

    @property
    def conversion(self) -> str:
        """What a record adds to where the weights are from."""
        return converted(self.state.values())


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint file.

    Understood are a plain state dict, one wrapped in a dict (`state_dict`, `model`), one with the prefix
    `module.` of parallel training, and the layout of the `robustness` library and of the papers' code, which
    keep the network under `module.model.`, a copy under `module.attacker.`, and the normalisation. Other
    objects beside the weights are left out, and one line on stderr names them.

    Raises
    ------
    UserError
        The file is missing, damaged, or holds no weights.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: no such weights file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read as weights ({error.strerror})") from None
    sha256 = hashlib.sha256(data).hexdigest()
    if not sha256.startswith(promised_digest(path.name)):
        raise UserError(f"{path}: is damaged: its SHA-256 is {sha256[:8]}..., its name says another")
    content, left_out = _content(path, data)
    state, normalisation = _own_layout(_tensors(content))
    if left_out and state:
        tell_once(f"{path}: read without the objects beside its weights: {_some(left_out)}")
    elif left_out:
        raise UserError(
            f"{path}: holds objects other than weights, which are not loaded ({_some(left_out)}); save its "
            "state dict alone, with safetensors or torch.save"
        )
    if not state:
        raise UserError(f"{path}: holds no weights; give a file with a network's state dict")
    if broken := [name for name, value in state.items() if not bool(value.isfinite().all())]:
        raise UserError(f"{path}: has NaN or infinite weights in {_some(broken)}")
    return Checkpoint(path, sha256, state, normalisation)


def state_digest(module: nn.Module, *more: bytes) -> str:
    """SHA-256 over the names, shapes, dtypes and bytes of a module's state dict, and over `more`."""
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        digest.update(f"{name} {tuple(value.shape)} {value.dtype}\n".encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    for extra in more:
        digest.update(extra)
    return digest.hexdigest()


def converted(values: Iterable[Tensor]) -> str:
    """`, converted from float16 to float32`, or nothing where all weights are float32."""
    kinds = {str(value.dtype).removeprefix("torch.") for value in values if value.is_floating_point()}
    others = sorted(kinds - {"float32"})
    return f", converted from {' and '.join(others)} to float32" if others else ""


def _content(path: Path, data: bytes) -> tuple[Any, list[str]]:
    """What the file holds, and the names of the objects in it that were left out."""
    try:
        if path.suffix == ".safetensors":
            return load(data), []
        try:
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True), []
        except pickle.UnpicklingError:
            return read_tensors_only(data)
    except MemoryError:
        raise
    except Exception as error:  # a malformed pickle can make torch raise anything
        raise UserError(f"{path}: cannot be read as weights ({_first_line(error)})") from None


def _tensors(content: Any) -> State:
    while isinstance(content, dict):
        inner = next((content[name] for name in _WRAPPERS if isinstance(content.get(name), dict)), None)
        if inner is None:
            return {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
        content = inner
    return {}


def _own_layout(state: State) -> tuple[State, Normalisation | None]:
    """The state dict without the prefixes of wrappers, and the normalisation of a `robustness` checkpoint."""
    state = _under("module.", state) if all(name.startswith("module.") for name in state) else state
    if not all(name.startswith(("model.", *_BESIDE)) for name in state):
        return state, None
    normalisation = None
    for place in _NORMALISER:
        mean, std = state.get(f"{place}.new_mean"), state.get(f"{place}.new_std")
        # Networks that are shown sounds have one number here, which changes nothing.
        if mean is not None and std is not None and mean.numel() == std.numel() == _COLOURS:
            normalisation = Normalisation(_triple(mean), _triple(std))
    return _under("model.", state), normalisation


def _under(prefix: str, state: State) -> State:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _triple(values: Tensor) -> tuple[float, float, float]:
    red, green, blue = values.flatten().double().tolist()
    # Float32 digits of decimal numbers: 0.485 and not 0.48500001430511475.
    return round(red, 6), round(green, 6), round(blue, 6)


def _misfits(wanted: State, state: State) -> list[str]:
    # Counts of batches, which old files lack, are used in training alone.
    missing = [name for name in wanted if name not in state and not name.endswith("num_batches_tracked")]
    unexpected = [name for name in state if name not in wanted]
    reshaped = [
        f"{name} {tuple(state[name].shape)}, here {tuple(wanted[name].shape)}"
        for name in wanted
        if name in state and state[name].shape != wanted[name].shape
    ]
    # Whole numbers in place of weights, as quantised networks have, would be taken for the weights.
    whole = [
        f"{name} {state[name].dtype}"
        for name in wanted
        if name in state and wanted[name].is_floating_point() and not state[name].is_floating_point()
    ]
    kinds = (
        ("missing", missing),
        ("unexpected", unexpected),
        ("of another shape", reshaped),
        ("of another type", whole),
    )
    return [f"{len(names)} keys {kind} ({_some(names)})" for kind, names in kinds if names]


def _some(names: list[str]) -> str:
    more = ", ..." if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
