"""Pixels per degree follow from a card and a distance; a distance that cannot be is refused."""

import math
from typing import Any

import numpy as np
import pytest

from app.steps.registry import parameters_of
from app.steps.screen_scale import (
    CARD_MM,
    ScreenScale,
    ScreenScaleParameters,
    ScreenScaleRecord,
    px_per_degree,
)
from app.steps.step import Parts, Setting
from app.tasks.reading import read
from app.tasks.registry import TASKS

SCALE = ScreenScale()
SETTING = Setting(TASKS["image16"], (), Parts(0, 0, 1))


def scale(**fields: Any) -> ScreenScaleParameters:
    parameters = parameters_of({"kind": "screen_scale", **fields})
    assert isinstance(parameters, ScreenScaleParameters)
    return parameters


def stored(parameters: ScreenScaleParameters, sent: dict[str, Any]) -> ScreenScaleRecord:
    record = SCALE.judged(parameters, read(ScreenScaleRecord, sent).record, np.random.default_rng(0)).record
    assert isinstance(record, ScreenScaleRecord)
    return record


def test_one_cm_at_57_cm_is_about_one_degree() -> None:
    assert px_per_degree(4.0, 57.29) == pytest.approx(40, abs=0.01)
    # By hand: at 50 cm half a degree covers 500 mm * tan(0.5 degrees) = 4.3635 mm.
    assert px_per_degree(10.0, 50.0) == pytest.approx(2 * 43.635, abs=0.01)
    visible = 2 * math.degrees(math.atan(px_per_degree(3.78, 60) / 3.78 / 2 / 600))
    assert visible == pytest.approx(1)
    assert CARD_MM == (85.60, 53.98)


def test_the_server_derives_it_whatever_the_page_says() -> None:
    record = stored(scale(), {"px_per_mm": 4.0, "distance_cm": 57.29, "px_per_degree": 1.0})
    assert record.px_per_degree == pytest.approx(40, abs=0.01)
    assert stored(scale(), {"distance_cm": 60, "px_per_degree": 7.0}).px_per_degree is None


def test_a_laboratory_knows_the_distance() -> None:
    fixed = scale(distance="fixed", distance_cm=57.29)
    record = stored(fixed, {"px_per_mm": 4.0, "distance_cm": 20})
    assert (record.distance_cm, round(record.px_per_degree or 0)) == (57.29, 40)
    assert SCALE.problems(fixed, {}) == {}
    assert "the viewing distance was 57.29 cm" in SCALE.sentence(fixed, SETTING)
    assert "reported how far" in SCALE.sentence(scale(), SETTING)


@pytest.mark.parametrize(
    ("distance", "problem"),
    [(57.5, None), (10, None), (9.9, "too-small"), (1001, "too-large"), ("57", "number"), (None, "required")],
)
def test_a_distance_is_checked_as_an_answer_is(distance: Any, problem: str | None) -> None:
    assert SCALE.problems(scale(), {"distance_cm": distance}).get("distance_cm") == problem


@pytest.mark.parametrize(
    "fields",
    [{"distance": "fixed"}, {"distance_cm": 60}, {"distance": "fixed", "distance_cm": 5}],
)
def test_a_distance_is_fixed_at_something(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="distance_cm"):
        scale(**fields)
