"""The course of a participant's levels along each dimension, drawn small; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT = 260, 110
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 20


@dataclass(frozen=True)
class Staircase:
    dimension: str
    said: str
    chart: Markup


def staircases(trials: Sequence[Any]) -> tuple[Staircase, ...]:
    """One for each dimension with answered main trials.

    `trials` are the rows of `app.progress.queries.trials` in order; of them those count that the choice of
    levels counts. Trials of other tasks have no level.
    """
    counted = [
        one
        for one in trials
        if one.phase == "main" and one.level is not None and one.level > 0 and one.correct is not None
    ]
    by_dimension = sorted(counted, key=lambda one: one.dimension)
    return tuple(
        _staircase(dimension, [(one.level, one.correct) for one in own])
        for dimension, own in groupby(by_dimension, key=lambda one: one.dimension)
    )


def _staircase(dimension: str, answers: Sequence[tuple[float, bool]]) -> Staircase:
    low, high = min(level for level, _ in answers), max(level for level, _ in answers)
    last = max(len(answers) - 1, 1)

    def x(number: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * number / last, 1)

    def y(level: float) -> float:
        share = math.log(level / low) / math.log(high / low) if high > low else 0.5
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    line = "".join(
        f"{'L' if number else 'M'}{x(number)} {y(level)}" for number, (level, _) in enumerate(answers)
    )
    dots = "".join(
        f'<circle class="{"right" if right else "wrong"}" cx="{x(number)}" cy="{y(level)}" r="3"/>'
        for number, (level, right) in enumerate(answers)
    )
    right = sum(correct for _, correct in answers)
    said = f"{right} of {len(answers)} right, levels from {low:.3g} to {high:.3g}"
    chart = Markup(  # noqa: S704 (numbers only)
        f'<svg class="staircase" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>'
        f'<path class="course" d="{line}"/>{dots}'
        f'<text x="{LEFT - 5}" y="{TOP + 8}" text-anchor="end">{high:.2g}</text>'
        f'<text x="{LEFT - 5}" y="{HEIGHT - BOTTOM}" text-anchor="end">{low:.2g}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 4}" text-anchor="end">trial {len(answers)}</text></svg>'
    )
    return Staircase(dimension, said, chart)
