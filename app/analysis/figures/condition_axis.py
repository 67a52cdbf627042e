"""The axis of conditions: natural set apart, then layers in depth order under readable names."""

import json
from collections.abc import Sequence

import altair as alt

from app.analysis.wording import readable
from synthesis.common.vega_names import safe_name

_STEP = 64  # drawing units from layer to layer, more where there are few layers
_MANY, _NARROW_STEP = 24, 34  # with more conditions, labels are slanted anyway
_MIN_WIDTH = 480
_GAP = 1.6  # the natural point stands apart by this many steps


def position(index: int) -> float:
    """Place on the axis of the condition with this index: 0 is the natural condition."""
    return 0.0 if index == 0 else index - 1 + _GAP


def width(conditions: int) -> int:
    step = _STEP if conditions <= _MANY else _NARROW_STEP
    return max(_MIN_WIDTH, int(step * (position(conditions - 1) + 1.1)))


def condition_axis(conditions: Sequence[str], model: str) -> alt.X:
    """The x channel of a field `position`; with several networks they stand side by side."""
    title = f"Layer of {model} whose activations were matched (early to late)"
    return stage_axis([readable(condition) for condition in conditions], title)


def stage_axis(labels: Sequence[str], title: str) -> alt.X:
    """The x channel of a field `position` with a label for each place, natural first."""
    places = [position(index) for index in range(len(labels))]
    names = [safe_name(label) for label in labels]
    label = (
        "".join(
            f"abs(datum.value - {place}) < 0.01 ? {json.dumps(name)} : "
            for place, name in zip(places, names, strict=True)
        )
        + "''"
    )
    long = max(map(len, names)) > 9
    return alt.X(
        "position:Q",
        scale=alt.Scale(domain=[-0.6, places[-1] + 0.5], nice=False, zero=False),
        axis=alt.Axis(
            title=title,
            values=places,
            labelExpr=label,
            labelAngle=-35 if long else 0,
            labelAlign="right" if long else "center",
            labelOverlap=False,
            labelLimit=0,
            grid=False,
        ),
    )
