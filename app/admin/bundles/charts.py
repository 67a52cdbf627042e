"""Small charts of a bundle as SVG within the page: a null with its metamers, and a loss by step; pure."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from synthesis.bundle.nulls import NullSummary

WIDTH, HEIGHT, BASE, MARGIN = 260, 74, 44, 6
_INSIDE = WIDTH - 2 * MARGIN


def null_chart(null: NullSummary, metamers: Sequence[float], what: str) -> Markup:
    """The null's histogram in grey with a line at its maximum, and below a mark for each metamer.

    The axis reaches from the smallest to the largest of both; `what` names the statistic.
    """
    shown = [value for value in metamers if math.isfinite(value)]
    low = min([null.histogram.edges[0], *shown])
    high = max([null.maximum, *shown])
    span = high - low or 1.0

    def x(value: float) -> float:
        return round(MARGIN + _INSIDE * (value - low) / span, 1)

    top = max(null.histogram.counts) or 1
    edges = null.histogram.edges
    bars = "".join(
        f"M{x(left)} {BASE}V{round(BASE - 36 * math.sqrt(count / top), 1)}H{x(right)}V{BASE}Z"
        for left, right, count in zip(edges, edges[1:], null.histogram.counts, strict=False)
    )
    # Marks nearer to each other than half a pixel are one: a bundle may have thousands.
    marks = "".join(
        f"M{place} {BASE + 3}v9" for place in sorted({round(2 * x(value)) / 2 for value in shown})
    )
    reach = f"from {min(shown):.3g} to {max(shown):.3g}" if shown else "none"
    said = f"{what}: null up to {null.maximum:.3g}, metamers {reach}"
    return Markup(  # noqa: S704 (numbers only)
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f'<path class="null" d="{bars}"/><path class="marks" d="{marks}"/>'
        f'<path class="limit" d="M{x(null.maximum)} 4V{BASE + 14}"/>'
        f'<text x="{MARGIN}" y="{HEIGHT - 4}">{low:.3g}</text>'
        f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - 4}" text-anchor="end">{high:.3g}</text></svg>'
    )


def loss_chart(steps: Sequence[int], losses: Sequence[float]) -> Markup:
    """The loss by step; the loss is on a logarithmic axis."""
    points = [
        (step, math.log10(loss))
        for step, loss in zip(steps, losses, strict=False)
        if loss > 0 and math.isfinite(loss)
    ]
    if len(points) < 2:
        return Markup("")
    low, high = min(y for _, y in points), max(y for _, y in points)
    last, span, height = max(points[-1][0], 1), high - low or 1.0, HEIGHT - 30
    path = "".join(
        f"{'L' if number else 'M'}{MARGIN + _INSIDE * step / last:.1f} {6 + height * (high - y) / span:.1f}"
        for number, (step, y) in enumerate(points)
    )
    said = f"Loss from {10 ** points[0][1]:.2g} to {10 ** points[-1][1]:.2g} in {last} steps"
    return Markup(  # noqa: S704 (numbers only)
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">'
        f'<path class="curve-line" d="{path}"/>'
        f'<text x="{MARGIN}" y="{HEIGHT - 6}">{10 ** points[0][1]:.2g} at step {points[0][0]}</text>'
        f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - 6}" text-anchor="end">'
        f"{10 ** points[-1][1]:.2g} at step {last:,}</text></svg>"
    )
