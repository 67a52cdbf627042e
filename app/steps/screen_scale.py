"""How large a pixel of the participant's screen is, and how far away the screen; pure.

The size is measured with a card of the format ID-1 (ISO/IEC 7810), which bank cards have (Li et al. 2020,
"Controlling for participants' viewing distance in large-scale, psychophysical online experiments").
"""

import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, FiniteFloat, model_validator

from app.steps import questions as rules
from app.steps.columns import DEVICE_PIXEL_RATIO, PixelRatio
from app.steps.step import Judgement, Page, Setting, Step, StepParameters, StepRecord
from app.tasks.codebook import Column

CARD_MM = (85.60, 53.98)
LEAST_CM, MOST_CM = 10.0, 1000.0

Distance = Annotated[FiniteFloat, Field(ge=LEAST_CM, le=MOST_CM)]


class ScreenScaleParameters(StepParameters):
    """`distance`: the participant is asked for it, or it is fixed by the laboratory, at `distance_cm`."""

    kind: Literal["screen_scale"] = "screen_scale"
    distance: Literal["asked", "fixed"] = "asked"
    distance_cm: Distance | None = None

    @model_validator(mode="after")
    def _fixed_at_something(self) -> "ScreenScaleParameters":
        if (self.distance == "fixed") != (self.distance_cm is not None):
            raise ValueError("distance_cm: give it with distance: fixed, and only then")
        return self


class ScreenScaleRecord(StepRecord):
    """Lengths on the screen are in CSS px. `px_per_degree` is the server's, at the middle of the screen."""

    px_per_mm: Annotated[float, Field(ge=0.5, le=50)] | None = None
    distance_cm: Annotated[float, Field(ge=LEAST_CM, le=MOST_CM)] | None = None
    device_pixel_ratio: PixelRatio | None = None
    px_per_degree: Annotated[float, Field(ge=0, le=20_000)] | None = None


def px_per_degree(px_per_mm: float, distance_cm: float) -> float:
    """CSS px that one degree of visual angle covers on a flat screen, centred on the line of sight."""
    return px_per_mm * 2 * distance_cm * 10 * math.tan(math.radians(0.5))


class ScreenScale(Page):
    name = "screen_scale"
    parameters = ScreenScaleParameters
    result = ScreenScaleRecord
    for_trials = True
    columns = (
        Column("px_per_mm", "number", "CSS px/mm", "pixels per mm of the screen, measured with a card"),
        Column("distance_cm", "number", "cm", "distance of the eyes from the screen, as told or as fixed"),
        DEVICE_PIXEL_RATIO,
        Column("px_per_degree", "number", "CSS px/deg", "pixels per degree of visual angle, from both"),
    )

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        assert isinstance(step.parameters, ScreenScaleParameters)
        asked = step.parameters.distance == "asked"
        return {"card_mm": list(CARD_MM), "distance": {"least": LEAST_CM, "most": MOST_CM} if asked else None}

    def problems(self, parameters: ScreenScaleParameters, given: Any) -> dict[str, str]:
        if parameters.distance == "fixed":
            return {}
        question = rules.NumberQuestion(id="distance_cm", text="-", least=LEAST_CM, most=MOST_CM)
        answers = given if isinstance(given, dict) else {}
        return rules.problems((question,), {question.id: answers.get(question.id)})

    def judged(
        self, parameters: ScreenScaleParameters, record: ScreenScaleRecord, secret: np.random.Generator
    ) -> Judgement:
        distance = parameters.distance_cm if parameters.distance == "fixed" else record.distance_cm
        known = record.px_per_mm is not None and distance is not None
        angle = px_per_degree(record.px_per_mm or 0, distance or 0) if known else None
        return Judgement(record.model_copy(update={"distance_cm": distance, "px_per_degree": angle}))

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        distance = round(float(random.uniform(40, 80)), 1) if told["distance"] else None
        scale = {"px_per_mm": round(float(random.uniform(3, 6)), 3), "device_pixel_ratio": 1.0}
        return {**super().simulate(told, random), **scale, "distance_cm": distance}

    def sentence(self, parameters: ScreenScaleParameters, setting: Setting) -> str:
        distance = (
            "and reported how far their eyes were from the screen"
            if parameters.distance_cm is None
            else f"and the viewing distance was {parameters.distance_cm:g} cm"
        )
        return (
            "The size of the screen’s pixels was measured by matching an outline to a card of the format "
            f"ID-1 (85.60 x 53.98 mm), {distance}."
        )
