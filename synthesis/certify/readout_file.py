"""Finding a readout's file; reading what is in it needs torch, and is in `synthesis.certify.readout`."""

from importlib.resources import files
from pathlib import Path

from synthesis.bundle.spec import STARTER_READOUT
from synthesis.common.errors import UserError


def readout_bytes(source: Path) -> bytes:
    """The bytes of a readout file; the word `starter` means the one that comes with the starter pictures."""
    if source == STARTER_READOUT:
        return (files("synthesis.starter") / "efficientnet_lite0_readout.safetensors").read_bytes()
    try:
        return source.read_bytes()
    except OSError as error:
        raise UserError(
            f"{source}: the readout cannot be read ({error.strerror}); "
            "write one with `python -m synthesis readout`, or say `readout: starter`"
        ) from None
