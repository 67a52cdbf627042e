"""Setting the volume with a noise that is as strong as the sounds; pure."""

from typing import Any

import numpy as np

from app.steps.step import Page, Setting, StepParameters, StepRecord
from app.stimuli.medium import Kind as MediumKind
from app.tasks.codebook import Column
from app.tasks.record import Count, Duration


class SoundLevelRecord(StepRecord):
    """`plays` is how often the noise was started, `played_ms` how long it was to be heard in all.

    No browser tells the volume that was set.
    """

    plays: Count | None = None
    played_ms: Duration | None = None


class SoundLevel(Page):
    name = "sound_level"
    medium: MediumKind | None = "sound"
    result = SoundLevelRecord
    columns = (
        Column("plays", "integer", "", "how often the noise for setting the volume was started"),
        Column("played_ms", "number", "ms", "how long the noise was played in all"),
    )

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        page = super().simulate(told, random)
        played_ms = page["shown_ms"] * float(random.uniform(0.3, 0.9))
        return {**page, "plays": int(random.integers(1, 4)), "played_ms": round(played_ms, 1)}

    def sentence(self, parameters: StepParameters, setting: Setting) -> str:
        checked = "" if "headphone_check" in setting.kinds else "; no headphone check was made"
        return f"The participant set the volume with a noise of the sounds’ level{checked}."
