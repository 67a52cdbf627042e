"""The versions of what made a bundle or a null, for its record."""

from importlib.metadata import version
from platform import python_version

_PACKAGES = ("metamerlab", "numpy", "pillow", "scipy", "soundfile", "timm", "torch")


def versions() -> dict[str, str]:
    """Name to version, of Python and of the packages that numbers depend on."""
    return {"python": python_version(), **{package: version(package) for package in _PACKAGES}}
