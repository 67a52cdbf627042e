"""What the pages show, what their forms send, and what the browser may report."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from app.core.text import CleanText
from app.experiments.schemas import Asked
from app.web.templating import PageContext

Word = Annotated[CleanText, Field(max_length=500)]
Name = Annotated[CleanText, Field(max_length=64)]
# Numbers first: pydantic keeps true and false apart from them in its smart mode.
Scalar = FiniteFloat | bool | Word | None
# Names and values of a form's hidden fields: the ids that came with the link.
Fields = tuple[tuple[str, str], ...]


class EventIn(BaseModel):
    """Something that happened in the participant's browser; `detail` is small and flat."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["resume", "focus", "visibility", "fullscreen", "error", "environment"]
    detail: dict[Name, Scalar] = Field(default_factory=dict, max_length=40)


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
    """`task` is the kind of stimuli. `another` says what to confirm: whose session is here, if any is."""

    template: ClassVar[str] = "participant/landing.html"

    study_name: str
    code: str
    summary: str
    task: str
    consent_paragraphs: tuple[str, ...]
    duration_minutes: int
    trials: int
    uuid: str
    fields: Fields
    another: Literal["begun", "finished"] | None
    asks_number: Asked
    number: str
    problem: str | None
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
    """Why nobody is let in here, and what to do."""

    template: ClassVar[str] = "participant/sorry.html"

    study_name: str
    title: str
    paragraphs: tuple[str, ...]
    again: str | None = None


@dataclass(frozen=True)
class RunContext(PageContext):
    template: ClassVar[str] = "participant/run.html"

    study_name: str
    code: str


@dataclass(frozen=True)
class EndContext(PageContext):
    """`leads_back` is where the recruiter waits, and `host` its name; None without one."""

    template: ClassVar[str] = "participant/end.html"

    study_name: str
    completion_code: str
    message: str
    leads_back: str | None
    host: str | None
