"""Charts of a dimension as SVG within the page: what its levels became, each a mark; pure."""

import math
from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 260, 150
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 8, 34

# (target, measured, whether certified)
Point = tuple[float, float, bool]


def level_chart(points: Sequence[Point], what: str, unit: str, *, line: bool) -> Markup:
    """Marks of measured values by target level, both axes logarithmic; those that failed in another colour.

    With `line` the diagonal of equal values is drawn. Values of 0 and below lie on the lower edge.
    """
    targets = [target for target, _, _ in points if target > 0]
    values = [value for _, value, _ in points if value > 0 and math.isfinite(value)]
    if not targets or not values:
        return Markup("")
    x_low, x_high = min(targets), max(targets)
    y_low, y_high = min(values), max(values)
    if line:
        y_low, y_high = min(y_low, x_low), max(y_high, x_high)

    def x(target: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * _share(target, x_low, x_high)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * _share(value, y_low, y_high)

    def marks(certified: bool) -> str:
        # Marks nearer to each other than half a pixel are one: a bundle may have thousands.
        places = sorted(
            {
                (round(2 * x(target)) / 2, round(2 * y(value)) / 2)
                for target, value, passed in points
                if passed == certified and target > 0
            }
        )
        return "".join(f"M{across} {down}h0" for across, down in places)

    diagonal = f'<path class="target" d="M{x(x_low):.1f} {y(x_low):.1f}L{x(x_high):.1f} {y(x_high):.1f}"/>'
    failed = sum(not passed for _, _, passed in points)
    said = (
        f"{what} by target level: {y_low:.3g} to {y_high:.3g} for levels of {x_low:.3g} to {x_high:.3g} "
        f"{unit}; {len(points) - failed} certified, {failed} not"
    )
    foot = HEIGHT - BOTTOM
    return Markup(  # noqa: S704 (numbers, and words of this program)
        f'<svg class="chart levels" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f'<path class="axis" d="M{LEFT} {TOP}V{foot}H{WIDTH - RIGHT}"/>{diagonal if line else ""}'
        f'<path class="dots" d="{marks(True)}"/><path class="dots failed" d="{marks(False)}"/>'
        f'<text x="{LEFT - 4}" y="{TOP + 8}" text-anchor="end">{y_high:.2g}</text>'
        f'<text x="{LEFT - 4}" y="{foot}" text-anchor="end">{y_low:.2g}</text>'
        f'<text x="{LEFT}" y="{foot + 14}">{x_low:.3g}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{foot + 14}" text-anchor="end">{x_high:.3g}</text>'
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"target level, {unit}</text></svg>"
    )


def _share(value: float, low: float, high: float) -> float:
    """Where a value lies between two on a logarithmic axis, from 0 to 1."""
    if not value > low:
        return 0.0
    return min(1.0, math.log(value / low) / math.log(high / low)) if high > low else 0.5
