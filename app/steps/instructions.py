"""The page that says what to do; of words, with the list of all that can be answered; pure."""

from typing import Any

from app.steps.step import Page, Setting, Step, StepParameters, StepRecord
from app.tasks.codebook import Column


class InstructionsRecord(StepRecord):
    """Whether the list of words was opened, and searched; null where there is none."""

    list_opened: bool | None = None
    searched: bool | None = None


class Instructions(Page):
    name = "instructions"
    result = InstructionsRecord
    columns = (
        Column("list_opened", "boolean", "", "the list of all words was opened; empty without one"),
        Column("searched", "boolean", "", "the list of all words was searched; empty without one"),
    )

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        """The study's own paragraphs, or the key of the preset's text, which the page has in its language."""
        own = list(setting.instructions)
        return {"paragraphs": own} if own else {"message": setting.instructions_key}

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        shown = ", with the searchable list of all words," if setting.task.has_vocabulary else ""
        return f"Written instructions{shown} were shown until the participant went on."
