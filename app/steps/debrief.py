"""What participants are told when the trials are over; pure."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.steps.step import Page, Setting, Step, StepParameters
from app.steps.words import Line, Paragraphs


class DebriefParameters(StepParameters):
    """Without a `title`, the page has one of its own in its language."""

    kind: Literal["debrief"] = "debrief"
    title: Line | None = None
    text: Annotated[Paragraphs, Field(min_length=1)]


class Debrief(Page):
    name = "debrief"
    after_main = True
    parameters = DebriefParameters

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        told: dict[str, Any] = step.parameters.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
        return told

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        return "After the main trials participants were told what the study is about."
