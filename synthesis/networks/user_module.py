"""A user's own network, `path/to/module.py:factory`. Its code is run: the name must come from the user alone.

The factory takes no argument and returns either a torch module, which gets pictures of 224 px in [0, 1] and
returns logits, or a `Network` that says otherwise: `input=SoundInput(...)` for one that hears.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from synthesis.common.errors import UserError
from synthesis.networks.network import Network, nearest_first


def run_factory(path: Path, factory: str, *arguments: int) -> Network:
    """What `factory` in the file at `path` returns when it gets these arguments, as a `Network`.

    Raises `UserError` when there is no such file or factory, when it fails, or returns something else.
    """
    module = _imported(path)
    make = getattr(module, factory, None)
    if not callable(make):
        own = [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]
        raise UserError(
            f"{path}: has no factory {factory!r}; it has {', '.join(nearest_first(factory, own))}"
        )
    made = _called(path, factory, make, arguments)
    if isinstance(made, Network):
        return made
    if isinstance(made, nn.Module):
        return Network(name=path.name, module=made)
    raise UserError(f"{path}:{factory} returned {type(made).__name__}; it must return a torch nn.Module")


def _imported(path: Path) -> ModuleType:
    if not path.is_file():
        raise UserError(f"{path}: no such module file")
    spec = spec_from_file_location(f"metamerlab_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UserError(f"{path}: is not a Python file")
    module = module_from_spec(spec)
    # Dataclasses and pickling look a class's module up here.
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UserError(f"{path}: cannot be run: {_in_one_line(error)}") from error
    return module


def _called(path: Path, factory: str, make: Any, arguments: tuple[int, ...]) -> Any:
    try:
        return make(*arguments)
    except Exception as error:
        raise UserError(f"{path}:{factory} failed: {_in_one_line(error)}") from error


def _in_one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
