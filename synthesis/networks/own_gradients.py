"""Functions with a gradient of their own (`torch.autograd.Function`) as single nodes of a network's graph.

torch.fx would follow their forward and lose their backward: a fake ReLU's identity gradient, for one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import fx
from torch.autograd import Function


@contextmanager
def functions_as_nodes() -> Iterator[None]:
    """While a network is traced in this block, a function that is applied to a symbol becomes a node."""
    original = Function.__dict__["apply"]

    def apply(function: type[Function], *args: Any, **kwargs: Any) -> Any:
        def whole(*args: Any, **kwargs: Any) -> Any:
            return original.__get__(None, function)(*args, **kwargs)

        whole.__name__ = function.__name__
        for given in (*args, *kwargs.values()):
            if isinstance(given, fx.Proxy):
                return given.tracer.create_proxy("call_function", whole, args, kwargs)
        return whole(*args, **kwargs)

    Function.apply = classmethod(apply)
    try:
        yield
    finally:
        Function.apply = original
