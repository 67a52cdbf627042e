"""What a run tells the program that started it: progress on stderr, and the summary as stdout's last line.

With ``python -m synthesis run ... --progress json`` each line of stderr is one event as JSON or a message for
people.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError


class ProgressEvent(BaseModel):
    """How far one stage of a run is.

    `per_second` is the stage's mean rate in pieces per second, `seconds_left` what the rest takes at that
    rate; both are None until a piece was made. Fields of a newer program are passed over.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    event: Literal["progress"] = "progress"
    stage: str = Field(min_length=1, max_length=200)
    done: int = Field(ge=0)
    total: int = Field(ge=0)
    per_second: FiniteFloat | None = None
    seconds_left: FiniteFloat | None = None


class RunSummary(BaseModel):
    """What a run or a verification came to; an item is one (stimulus, model, layer, seed).

    `faults` counts the reasons (`synthesis.bundle.manifest.Fault`) for which items did not pass.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    items: int = Field(ge=0)
    passed: int = Field(ge=0)
    failed: int = Field(ge=0)
    seconds: FiniteFloat
    faults: dict[str, int] = Field(default_factory=dict)


def read_event(line: str) -> ProgressEvent | None:
    """The event in a line of stderr, or None: the line is a message for people."""
    try:
        return ProgressEvent.model_validate_json(line)
    except ValidationError:
        return None
