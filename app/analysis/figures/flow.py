"""The flow of participants and trials through the exclusions, as in a CONSORT diagram."""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap
from xml.etree.ElementTree import Element, SubElement, tostring

import pandas as pd

from app.analysis.figures.figure import Figure
from app.analysis.measures.exclusions import Flow
from app.analysis.results import StudyAnalysis
from app.analysis.wording import participants_in_words, plural
from app.core.version import code_version
from synthesis.common.charts import FONT, INK, MUTED

_WIDTH, _MARGIN, _HEAD = 640, 18, 78
_BOX, _SIDE, _SIDE_LEFT = 264, 290, 332  # widths, and where the boxes at the side begin
_LINE, _PAD, _GAP = 18, 12, 14
_LETTERS = 42  # per line in a box at the side


@dataclass(frozen=True)
class Stage:
    """A box of those who go on, with what was left out on the way to it ("" for the first)."""

    left_out: str
    remaining: str
    final: bool = False


def flow_figure(analysis: StudyAnalysis) -> Figure:
    """N at each gate: participants, then trials."""
    title = f"Exclusions: {analysis.study.name}"
    stages = list(_stages(analysis.flow, analysis.audience))
    alt = "; ".join(" ".join(part for part in (stage.left_out, stage.remaining) if part) for stage in stages)
    return Figure(title, alt, flow_table(analysis.flow), _drawing(title, stages))


def flow_table(flow: Flow) -> pd.DataFrame:
    """One row per gate: `unit`, `gate`, `rule` in words, `left_out`, `remaining`."""
    rows = [("participants", "consented", "consented", 0, flow.consented)]
    rows += [("participants", step.name, step.label, step.excluded, step.remaining) for step in flow.steps]
    rows.append(("trials", "answered", "answered main trials of these", 0, flow.trials_before))
    rows += [("trials", step.name, step.label, step.excluded, step.remaining) for step in flow.trial_steps]
    return pd.DataFrame(rows, columns=["unit", "gate", "rule", "left_out", "remaining"])


def _stages(flow: Flow, audience: str) -> Iterator[Stage]:
    yield Stage("", f"{participants_in_words(flow.consented, audience)} consented", final=False)
    for number, step in enumerate(flow.steps, start=1):
        last = number == len(flow.steps) and flow.trial_steps
        trials = f", with {plural(flow.trials_before, 'trial')}" if last else ""
        yield Stage(f"{step.excluded} left out: {step.label}", f"{step.remaining} remain{trials}")
    for step in flow.trial_steps:
        yield Stage(
            f"{plural(step.excluded, 'trial')} dropped: {step.label}",
            f"{plural(step.remaining, 'trial')} remain",
        )
    yield Stage(
        "", f"Analysed: {plural(flow.analysed, 'participant')}, {plural(flow.trials_analysed, 'trial')}", True
    )


def _drawing(title: str, stages: list[Stage]) -> str:
    svg = Element("svg", xmlns="http://www.w3.org/2000/svg", width=str(_WIDTH))
    svg.set("font-family", FONT)
    SubElement(svg, "rect", width="100%", height="100%", fill="white")
    _text(svg, _MARGIN, 34, title, size=16, weight="600")
    _text(svg, _MARGIN, 56, f"metamerlab {code_version()}", size=12, colour=MUTED)
    top = _HEAD
    centre = _MARGIN + _BOX / 2
    for number, stage in enumerate(stages):
        if number:
            side = _wrapped(stage.left_out, _LETTERS)
            reach = max(2 * _GAP, (len(side) * _LINE + _PAD) + _GAP if side else 0)
            _line(svg, centre, top, centre, top + reach - 6)
            SubElement(svg, "path", d=f"M{centre - 4},{top + reach - 7}h8l-4,7z", fill=MUTED)
            if side:
                height = len(side) * _LINE + _PAD
                middle = top + reach / 2 - 3
                _line(svg, centre, middle, _SIDE_LEFT, middle)
                _box(svg, _SIDE_LEFT, middle - height / 2, _SIDE, height, side, fill="#ffffff")
            top += reach
        words = _wrapped(stage.remaining, 40)
        height = len(words) * _LINE + 2 * _PAD - 4
        _box(svg, _MARGIN, top, _BOX, height, words, fill="#e8f1ee" if stage.final else "#f6f5f1")
        top += height
    svg.set("height", str(top + _MARGIN))
    svg.set("viewBox", f"0 0 {_WIDTH} {top + _MARGIN}")
    return tostring(svg, encoding="unicode")


def _wrapped(words: str, letters: int) -> list[str]:
    """Lines of at most so many letters; a number and its unit stay together."""
    return wrap(words.replace(" ms", "\N{NO-BREAK SPACE}ms"), letters, break_long_words=False)


def _box(
    svg: Element, left: float, top: float, width: float, height: float, lines: list[str], fill: str
) -> None:
    box = SubElement(svg, "rect", x=f"{left}", y=f"{top}", width=f"{width}", height=f"{height}", rx="4")
    box.set("fill", fill)
    box.set("stroke", MUTED)
    first = top + (height - len(lines) * _LINE) / 2 + 13
    for number, line in enumerate(lines):
        _text(svg, left + 12, first + number * _LINE, line)


def _line(svg: Element, x1: float, y1: float, x2: float, y2: float) -> None:
    SubElement(svg, "path", d=f"M{x1},{y1}L{x2},{y2}", stroke=MUTED, fill="none")


def _text(
    svg: Element, x: float, y: float, words: str, size: int = 13, weight: str = "400", colour: str = INK
) -> None:
    text = SubElement(svg, "text", x=f"{x}", y=f"{y}", fill=colour)
    text.set("font-size", f"{size}px")
    text.set("font-weight", weight)
    text.text = words
