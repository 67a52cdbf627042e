"""Reading the tensors of a torch file that holds other objects too, of which none is run or built.

Training programs save a command line's arguments, numpy numbers, schedules or functions beside the weights,
as users of the `robustness` library do, and `torch.load` with `weights_only` refuses such a file as a whole.
Here no name in a file is ever looked up. Each stands for `LeftOut`, which does nothing when it is called,
filled or given a state. The exceptions are the ordered dict, which becomes a plain one, and the functions of
torch that put a tensor together from a stored piece of memory, in whose place stand the two below. torch
itself finds its types of storage by their names, in a list of its own.
"""

import io
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, ClassVar

import torch


class LeftOut:
    """Stands for whatever a file holds beside tensors, and for what comes of calling it."""

    def __new__(cls, *_: Any, **__: Any) -> "LeftOut":
        return super().__new__(cls)

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self

    def __setstate__(self, *_: Any) -> None:
        pass

    # What pickle calls of lists, sets and dicts.
    append = extend = add = __setitem__ = __setstate__


class _Dict(dict[Any, Any]):
    """In place of an ordered dict, whose own attributes are left out."""

    def __setstate__(self, *_: Any) -> None:
        pass


# Objects and not functions: a file cannot give them attributes.
class _Tensor(LeftOut):
    def __call__(self, storage: Any, offset: int, size: Any, stride: Any, *_: Any) -> Any:
        if not isinstance(storage, torch.storage.TypedStorage):
            return LeftOut()
        return torch._utils._rebuild_tensor(storage, offset, size, stride)  # type: ignore[no-untyped-call]


class _Parameter(LeftOut):
    def __call__(self, data: Any, *_: Any) -> Any:
        return data


_BUILT = {
    ("collections", "OrderedDict"): _Dict,
    ("torch._utils", "_rebuild_tensor"): _Tensor(),
    ("torch._utils", "_rebuild_tensor_v2"): _Tensor(),
    ("torch._utils", "_rebuild_parameter"): _Parameter(),
    ("torch._utils", "_rebuild_parameter_with_state"): _Parameter(),
}


class _Unpickler(pickle.Unpickler):
    """Builds tensors, texts, numbers and containers of them; `names` gathers what was left out."""

    names: ClassVar[dict[str, None]]

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _BUILT:
            return _BUILT[module, name]
        self.names[f"{module}.{name}"] = None
        return LeftOut

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, _to_storages(value) if name == "persistent_load" else value)


def _to_storages(follow: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """torch's way to follow a file's references, for those to storages; for classes it would read sources."""

    def followed(reference: Any) -> Any:
        is_storage = isinstance(reference, tuple) and reference[:1] in (("storage",), (b"storage",))
        return follow(reference) if is_storage else LeftOut

    return followed


def read_tensors_only(data: bytes) -> tuple[Any, list[str]]:
    """The content of a file of `torch.save`, zipped or in the older form, and the names of what was left out.

    `torch.load(weights_only=True)` must have found `data` to be a pickle: it refuses the kinds of files that
    `torch.load` would hand to other readers. Raises whatever torch raises for a malformed file.
    """

    class Unpickler(_Unpickler):
        names: ClassVar[dict[str, None]] = {}

    def load(file: Any, **options: Any) -> Any:
        return Unpickler(file, **options).load()

    restricted = SimpleNamespace(__name__=__name__, Unpickler=Unpickler, load=load)
    content = torch.load(io.BytesIO(data), "cpu", restricted, weights_only=False)
    return content, list(Unpickler.names)
