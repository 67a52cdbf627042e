"""timm's layers in networks that may have none: importing timm takes longer than importing torch."""

import sys


def timm_is_loaded() -> bool:
    """Whether anything has imported timm's layers. Before that, no network can contain one of them."""
    return "timm.layers" in sys.modules
