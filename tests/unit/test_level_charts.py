"""Small charts of levels: those of a bundle of dimensions, and the course of a participant's."""

import re
from types import SimpleNamespace
from typing import Any

from app.admin.bundles.level_charts import level_chart
from app.admin.dashboard.staircases import staircases


def test_levels_are_marked_on_logarithmic_axes_and_failures_apart() -> None:
    points = [(1.0, 1.0, True), (2.0, 2.0, True), (4.0, 3.0, False)]
    chart = str(level_chart(points, "Measured value", "sd", line=True))
    good = re.search(r'class="dots" d="([^"]*)"', chart)
    bad = re.search(r'class="dots failed" d="([^"]*)"', chart)
    assert good and bad
    # From 44 to 252 px and from 116 to 8 px: 2 is half way between 1 and 4 on both axes.
    assert good[1] == "M44.0 116.0h0M148.0 62.0h0"
    assert bad[1].startswith("M252.0 ")
    assert 'class="target" d="M44.0 116.0L252.0 8.0"' in chart
    assert "1 to 4 for levels of 1 to 4 sd; 2 certified, 1 not" in chart


def test_a_value_below_zero_lies_on_the_lower_edge_and_none_draw_nothing() -> None:
    chart = str(level_chart([(1.0, -0.5, False), (2.0, 2.0, True)], "Measured value", "sd", line=True))
    assert 'class="dots failed" d="M44.0 116.0h0"' in chart
    assert level_chart([], "Measured value", "sd", line=True) == ""
    assert level_chart([(1.0, 0.0, False)], "RMS difference", "sd", line=False) == ""


def test_thousands_of_equal_levels_are_one_mark() -> None:
    chart = str(level_chart([(1.0, 1.0, True), (2.0, 1.0, True)] * 5_000, "RMS", "sd", line=False))
    assert chart.count("h0") == 2
    assert len(chart) < 1_500


def trial(level: float | None, right: bool | None, **fields: Any) -> SimpleNamespace:
    values = {"phase": "main", "dimension": "stem/1+", "level": level, "correct": right, **fields}
    return SimpleNamespace(**values)


def test_a_staircase_is_drawn_of_the_main_trials_that_were_answered() -> None:
    trials = [
        trial(4.0, True, phase="practice"),
        trial(4.0, True),
        trial(2.0, True, dimension="control"),
        trial(2.0, False),
        trial(4.0, True, phase="catch"),
        trial(1.0, None),
        trial(None, None),
        trial(1.0, True),
    ]
    control, stem = staircases(trials)
    assert (control.dimension, stem.dimension) == ("control", "stem/1+")
    assert stem.said == "2 of 3 right, levels from 1 to 4"
    assert 'class="course" d="M44.0 10.0L147.0 50.0L250.0 90.0"' in stem.chart
    assert re.findall(r'class="(right|wrong)"', stem.chart) == ["right", "wrong", "right"]
    assert staircases([trial(None, True, dimension=None)]) == ()
