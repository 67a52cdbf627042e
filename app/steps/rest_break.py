"""A break, which the participant ends; pure."""

from typing import Any

from app.steps.step import Page, Setting, Step, StepParameters


class RestBreak(Page):
    name = "rest_break"

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        """Only main trials count, as in the line that says how far one has come."""
        before_main = setting.parts.practice + setting.parts.gate
        return {"done": max(0, step.before - before_main), "total": setting.parts.main}

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        return "A break lasted as long as the participant wanted."
