"""The networks that a run can be made of, as the synthesis program lists them; it is asked once."""

import json
import subprocess
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.core.errors import Conflict
from synthesis.bundle.formats import AnyFormat
from synthesis.common.command_line import PROGRAM

PATIENCE_S = 60.0


class ListedNetwork(BaseModel):
    """`layers` are in depth order; none are listed for a network whose file says what it is.

    `reference_null` says that a null ships for it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    input: AnyFormat
    weights: str
    licence: str
    description: str
    layers: tuple[str, ...]
    reference_null: bool

    @property
    def medium(self) -> Literal["picture", "sound"]:
        return "sound" if self.input.kind == "sound" else "picture"


_LIST = TypeAdapter(tuple[ListedNetwork, ...])


@lru_cache(maxsize=1)
def listed_networks() -> tuple[ListedNetwork, ...]:
    """All registered networks, by name. A process of its own is asked, since this one never loads torch.

    Raises `Conflict`: the synthesis program is not installed here, or did not answer.
    """
    command = [*PROGRAM, "models", "--json"]
    try:
        said = subprocess.run(  # noqa: S603
            command, capture_output=True, check=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL
        )
        return _LIST.validate_python(json.loads(said.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, ValidationError) as error:
        raise Conflict(
            "no_networks",
            f"the synthesis program on this machine does not list its networks ({type(error).__name__}); "
            "install metamerlab[synthesis] here, or write the spec yourself",
        ) from None
