"""What passes between the server and the page that runs the trials. All durations are in ms."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Moment = Annotated[FiniteFloat, Field(ge=-1e9, le=1e9)]
Duration = Annotated[FiniteFloat, Field(ge=0, le=1e9)]


class Choice(BaseModel):
    """`icon` is an address, or None for a category that has no icon: its label stands alone."""

    name: str
    label: str
    icon: str | None


class Durations(BaseModel):
    blank_ms: int
    fixation_ms: int
    image_ms: int
    mask_ms: int
    practice_image_ms: int
    practice_mask_ms: int


class StudyName(BaseModel):
    name: str


class Display(BaseModel):
    image_px: int = 224


class SessionView(BaseModel):
    """What the page needs to begin or to go on. `next_index` is the first trial without an answer."""

    study: StudyName
    total: int
    practice: int
    next_index: int | None
    completed: bool
    timing: Durations
    display: Display = Display()
    choices: list[Choice]
    masks: list[str]
    instructions: list[str]
    breaks_after: list[int]


class TrialView(BaseModel):
    """One trial: the same shape for all, and nothing that tells what the picture shows."""

    index: int
    phase: Literal["practice", "main"]
    image: str
    mask: str
    answered: bool


class TrialWindow(BaseModel):
    trials: list[TrialView]


class Flips(BaseModel):
    """When each phase reached the screen, counted from the start of the trial."""

    model_config = ConfigDict(extra="forbid")

    fixation: Moment | None = None
    image: Moment | None = None
    mask: Moment | None = None
    response: Moment | None = None


class Timing(BaseModel):
    """How the trial was really shown, by the page's own measurement.

    What could not be measured is null: an answer is never refused for want of a measurement. The page may
    add flat fields of its own.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, FiniteFloat | bool | Annotated[str, Field(max_length=200)] | None]

    requested_image_ms: Duration
    image_frames: Count | None = None
    frame_ms: Duration | None = None
    flips_ms: Flips = Flips()
    achieved_image_ms: Duration | None = None
    dropped_frames: Count | None = None
    focus_losses: Count | None = None
    hidden: bool | None = None

    @model_validator(mode="after")
    def _small(self) -> "Timing":
        extra = self.__pydantic_extra__ or {}
        if len(extra) > 40 or any(len(name) > 64 for name in extra):
            raise ValueError("at most 40 further fields, with names of at most 64 characters")
        return self


class AnswerIn(BaseModel):
    """`uuid` is made by the page once per answer, so that sending it again is recognised."""

    model_config = ConfigDict(extra="forbid")

    uuid: UUID
    answer: str = Field(max_length=64)
    rt_ms: Duration
    timing: Timing


class Feedback(BaseModel):
    correct: bool
    answer: str


class AnswerOut(BaseModel):
    """The answer as it is stored."""

    index: int
    uuid: str
    answer: str
    next_index: int | None
    feedback: Feedback | None


class Finished(BaseModel):
    completion_code: str
    message: str


def refusal(code: str, message: str, stored: AnswerOut) -> dict[str, Any]:
    """The body of a refused second answer: an error, and the stored answer beside it."""
    error = {"code": code, "message": message, "detail": {"index": stored.index}}
    return {"error": error, **stored.model_dump(mode="json")}
