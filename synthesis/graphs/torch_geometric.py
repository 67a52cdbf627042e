"""torch_geometric, where it is installed; only networks with its layers need it."""

import warnings
from functools import cache
from types import ModuleType

from synthesis.common.errors import UserError


@cache
def layers() -> ModuleType:
    """`torch_geometric.nn`. Raises `UserError` saying what to install."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own use of what torch deprecates
            import torch_geometric.nn as found
    except ImportError:
        raise UserError(
            "networks of graphs need torch_geometric: pip install 'metamerlab[graphs]' "
            "(dense-gcn and mlp do without)"
        ) from None
    module: ModuleType = found
    return module
