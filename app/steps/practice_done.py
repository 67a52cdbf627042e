"""The page between practice and the main trials; pure."""

from typing import Any

from app.steps.step import Page, Setting, Step, StepParameters


class PracticeDone(Page):
    name = "practice_done"
    of_practice = True

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        return {"left": setting.parts.main}

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        return "Before the main trials the participant was told that they have no feedback."
