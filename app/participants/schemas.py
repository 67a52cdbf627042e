"""What the pages show, what their forms send, and what the browser may report."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, field_validator

from app.core.text import CleanText
from app.experiments.schemas import Asked
from app.web.templating import PageContext

Word = Annotated[CleanText, Field(max_length=500)]
Name = Annotated[CleanText, Field(max_length=64)]
# Numbers first: pydantic keeps true and false apart from them in its smart mode.
Scalar = FiniteFloat | bool | Word | None
# Names and values of a form's hidden fields: the ids that came with the link.
Fields = tuple[tuple[str, str], ...]
# What is wrong with the participant's number that was typed, or was not.
NumberProblem = Literal["missing", "taken"]
UTC_OFFSET = "utc_offset_minutes"
LARGEST_OFFSET_MIN = 14 * 60


class EventIn(BaseModel):
    """Something that happened in the participant's browser; `detail` is small and flat.

    With `utc_offset_minutes` a page tells its local time less UTC.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["focus", "visibility", "fullscreen", "error", "environment"]
    detail: dict[Name, Scalar] = Field(default_factory=dict, max_length=40)

    @field_validator("detail")
    @classmethod
    def _offset_of_some_place(cls, detail: dict[Name, Scalar]) -> dict[Name, Scalar]:
        offset = detail.get(UTC_OFFSET)
        whole = isinstance(offset, float) and offset.is_integer()
        if UTC_OFFSET in detail and not (whole and abs(offset) <= LARGEST_OFFSET_MIN):  # type: ignore[arg-type]
            raise ValueError(f"{UTC_OFFSET} is a whole number of minutes, at most 14 hours either way")
        return detail


class ResumeForm(BaseModel):
    """`uuid` is the form's own, drawn with the page. The ids of the link are beside it, under their names."""

    uuid: UUID


class ConsentForm(ResumeForm):
    """`another` is ticked by one who is not the person whose session this browser holds."""

    consent: Literal["yes"]
    another: Literal["yes"] | None = None
    participant_number: str = ""


@dataclass(frozen=True)
class LandingContext(PageContext):
    """`summary` is a key of the catalogues, and so is `counted`, what trials are called. `task` is the kind
    of stimuli.

    `another` says what to confirm: whose session is here, if any is.
    """

    template: ClassVar[str] = "participant/landing.html"

    study_name: str
    code: str
    summary: str
    counted: str
    task: str
    consent_paragraphs: tuple[str, ...]
    duration_minutes: int
    trials: int
    uuid: str
    fields: Fields
    another: Literal["begun", "finished"] | None
    asks_number: Asked
    number: str
    problem: NumberProblem | None
    preview: bool


@dataclass(frozen=True)
class AskContext(PageContext):
    """This browser holds a session, begun or finished."""

    template: ClassVar[str] = "participant/ask.html"

    study_name: str
    code: str
    finished: bool
    fields: Fields


@dataclass(frozen=True)
class ResumeContext(PageContext):
    """The recruiter knows this visit from another browser."""

    template: ClassVar[str] = "participant/resume.html"

    study_name: str
    code: str
    finished: bool
    uuid: str
    fields: Fields


@dataclass(frozen=True)
class SorryContext(PageContext):
    """Why nobody is let in here, and what to do: both are keys of the catalogues."""

    template: ClassVar[str] = "participant/sorry.html"

    study_name: str
    title: str
    text: str
    again: str | None = None


@dataclass(frozen=True)
class RunContext(PageContext):
    """`task` is the kind of the study's task, `step_scripts` show its steps: the page will need both."""

    template: ClassVar[str] = "participant/run.html"

    study_name: str
    code: str
    task: str
    step_scripts: tuple[str, ...]


@dataclass(frozen=True)
class HandIn:
    """Where a worker of MTurk hands in, by a form with the id of the assignment and the completion code."""

    address: str
    assignment: str


@dataclass(frozen=True)
class EndContext(PageContext):
    """`code` is that of the link, empty in a preview. `leads_back` is where the recruiter waits, and `host`
    its name; None without one.

    `title` and `text` are keys of the catalogue; `message` is the study's own text for who completed it, None
    without one. `hand_in` is MTurk's form. `withdrawal_link` leads to the page for withdrawing; behind its #
    is the participant's key, which no browser sends. None where nothing is stored of the participant, or no
    key was made.
    """

    template: ClassVar[str] = "participant/end.html"

    study_name: str
    code: str
    title: str
    text: str
    message: str | None
    complete: bool
    completion_code: str | None
    leads_back: str | None
    host: str | None
    withdrawal_link: str | None
    hand_in: HandIn | None


@dataclass(frozen=True)
class FrameContext(PageContext):
    """What MTurk shows in its frame: the study, and the way into it, which opens a window of its own."""

    template: ClassVar[str] = "participant/frame.html"

    study_name: str
    duration_minutes: int
    address: str | None


@dataclass(frozen=True)
class WithdrawContext(PageContext):
    """`known`: this browser took part, so that no key is needed; `unknown_key`: the one given was wrong."""

    template: ClassVar[str] = "participant/withdraw.html"

    study_name: str
    code: str
    known: bool
    unknown_key: bool = False


class WithdrawForm(BaseModel):
    """`key` is the participant's own; without it, the browser's session says who withdraws."""

    sure: Literal["yes"]
    key: Annotated[CleanText, Field(max_length=128)] = ""
