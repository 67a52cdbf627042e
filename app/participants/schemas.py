"""What the pages show and what the browser may report."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from app.web.parameters import CleanText
from app.web.templating import PageContext

Word = Annotated[CleanText, Field(max_length=500)]
Name = Annotated[CleanText, Field(max_length=64)]
# Numbers first: pydantic keeps true and false apart from them in its smart mode.
Scalar = FiniteFloat | bool | Word | None


class EventIn(BaseModel):
    """Something that happened in the participant's browser; `detail` is small and flat."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["resume", "focus", "visibility", "fullscreen", "error", "environment"]
    detail: dict[Name, Scalar] = Field(default_factory=dict, max_length=40)


@dataclass(frozen=True)
class LandingContext(PageContext):
    template: ClassVar[str] = "participant/landing.html"

    study_name: str
    code: str
    summary: str
    stimuli: str
    consent_paragraphs: tuple[str, ...]
    duration_minutes: int
    trials: int


@dataclass(frozen=True)
class RunContext(PageContext):
    template: ClassVar[str] = "participant/run.html"

    study_name: str
    code: str


@dataclass(frozen=True)
class EndContext(PageContext):
    template: ClassVar[str] = "participant/end.html"

    study_name: str
    completion_code: str
    message: str
