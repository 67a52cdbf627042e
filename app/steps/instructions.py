"""The page that says what to do; of words, with the list of all that can be answered; pure."""

from typing import Any

from app.steps.step import Page, Setting, Step, StepParameters, StepRecord
from app.tasks.codebook import Column


class InstructionsRecord(StepRecord):
    """`list_opened` says whether the list of words was looked at; null where there is none."""

    list_opened: bool | None = None


class Instructions(Page):
    name = "instructions"
    result = InstructionsRecord
    columns = (Column("list_opened", "boolean", "", "the list of all words was opened; empty without one"),)

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        return {"paragraphs": list(setting.instructions)}

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        shown = ", with the list of all words," if setting.task.has_vocabulary else ""
        return f"Written instructions{shown} were shown until the participant went on."
