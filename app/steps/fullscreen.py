"""Asking for the whole screen, so that nothing beside the stimuli distracts; pure."""

from typing import Any

import numpy as np

from app.steps.step import Page, Setting, StepParameters, StepRecord
from app.tasks.codebook import Column


class FullscreenRecord(StepRecord):
    """`granted` is null where the browser has no full screen, as on some phones."""

    granted: bool | None = None


class Fullscreen(Page):
    """Leaving the full screen later is an event, and ends nothing."""

    name = "fullscreen"
    result = FullscreenRecord
    columns = (Column("granted", "boolean", "", "the browser went to full screen; empty if it has none"),)

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        return {**super().simulate(told, random), "granted": True}

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        return "Participants were asked to let the study fill the screen; those who did not went on as well."
