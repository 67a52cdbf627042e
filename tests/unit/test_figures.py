"""The curve's drawing shows the numbers that it was given."""

import csv
import html
import re
import struct
from types import SimpleNamespace

import pandas as pd
import pytest

from app.analysis.figures.confusion import confusion_figure
from app.analysis.figures.figure import PNG_SCALE, to_pdf, to_png, vega_of
from app.analysis.figures.recognition import recognition_curve
from app.analysis.measures.confusion import confusion
from app.analysis.measures.recognition import ConditionRecognition, Recognition
from app.analysis.results import Caption
from app.analysis.tables.csv_tables import frame_csv
from app.analysis.wording import participants_in_words, plural, readable
from app.core.version import code_version
from synthesis.common.vega_names import WORD_JOINER

PLOT_HEIGHT = 300


def curve(*points: ConditionRecognition, participants: int = 9) -> Recognition:
    return Recognition(conditions=points, chance=1 / 16, level=0.95, participants=participants, trials=360)


def seen(condition: str, proportion: float, sem: float | None = 0.02) -> ConditionRecognition:
    return ConditionRecognition(
        condition=condition, participants=9, trials=90, proportion_correct=proportion, sem=sem
    )


CURVE = curve(seen("natural", 0.95), seen("block2", 0.75), seen("block10", 0.25))
CAPTION = Caption("naming-pictures", "efficientnet_lite0", "simulated")


def marks(svg: str, group: str) -> list[str]:
    """The `d` or `transform` of each mark of one mark group."""
    section = re.search(rf'<g class="mark-{group} role-mark[^>]*>(.*?)</g>', svg, re.DOTALL)
    assert section, f"no {group} marks"
    return re.findall(r"<path [^>]*>", section.group(1))


def test_points_stand_where_their_proportion_says() -> None:
    svg = recognition_curve(CURVE, CAPTION).svg
    heights = [float(y) for y in re.findall(r"translate\([\d.]+,([\d.]+)\)", "".join(marks(svg, "symbol")))]
    assert heights == pytest.approx([PLOT_HEIGHT * (1 - p) for p in (0.95, 0.75, 0.25)])


def test_everything_a_reader_needs_is_written() -> None:
    svg = recognition_curve(CURVE, CAPTION).svg
    for text in (
        "Natural",
        "block 2",
        "block 10",
        "chance = 1/16",
        "Proportion correct",
        "Mean of 9 simulated participants, 360 trials. Bars: ±1 SEM over participants (ddof 1).",
        "naming-pictures",
        f"metamerlab {code_version()}",
    ):
        assert text in svg, text


def test_a_condition_that_nobody_saw_keeps_its_place_and_has_no_point() -> None:
    unseen = ConditionRecognition(
        condition="head", participants=0, trials=0, note="nobody saw this condition"
    )
    svg = recognition_curve(curve(seen("natural", 0.9), seen("stem", 0.8), unseen), CAPTION).svg
    assert len(marks(svg, "symbol")) == 2
    assert ">head<" in svg
    assert "Not seen by anyone: head." in svg


def test_without_answers_the_figure_says_so() -> None:
    unseen = ConditionRecognition(
        condition="natural", participants=0, trials=0, note="nobody saw this condition"
    )
    svg = recognition_curve(curve(unseen, participants=0), CAPTION).svg
    assert "No answers of simulated participants yet" in svg


def test_drawing_twice_gives_the_same_bytes() -> None:
    first, second = recognition_curve(CURVE, CAPTION), recognition_curve(CURVE, CAPTION)
    assert first.svg == second.svg
    assert to_png(first) == to_png(second)


def test_png_is_fine_enough_for_print() -> None:
    png = to_png(recognition_curve(CURVE, CAPTION))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width >= 480 * PNG_SCALE and height >= PLOT_HEIGHT * PNG_SCALE


def test_pdf_and_vega_are_made_of_the_same_figure() -> None:
    figure = recognition_curve(CURVE, CAPTION)
    assert to_pdf(figure).startswith(b"%PDF-")
    vega = vega_of(figure)
    assert vega is not None and "vega/v6" in vega["$schema"]


def test_the_data_of_a_figure_are_its_numbers() -> None:
    data = recognition_curve(CURVE, CAPTION).data
    assert data["condition"].tolist() == ["natural", "block2", "block10"]
    assert data["proportion_correct"].tolist() == [0.95, 0.75, 0.25]


def test_without_exclusions_is_drawn_behind_and_said() -> None:
    everyone = curve(seen("natural", 0.9), seen("block2", 0.7), seen("block10", 0.2), participants=12)
    figure = recognition_curve(CURVE, CAPTION, everyone)
    assert "Grey: without exclusions (12 participants, 360 trials)." in figure.svg
    assert figure.data["proportion_correct_without_exclusions"].tolist() == [0.9, 0.7, 0.2]
    assert "Grey" not in recognition_curve(CURVE, CAPTION).svg


def test_a_name_with_quotes_cannot_break_the_axis() -> None:
    svg = recognition_curve(curve(seen("natural", 0.9), seen('it\'s "x"', 0.8)), CAPTION).svg
    assert "it's" in svg


@pytest.mark.parametrize(
    ("condition", "name"),
    [("natural", "Natural"), ("block10", "block 10"), ("stem", "stem"), ("conv_5_2", "conv 5 2")],
)
def test_readable_names(condition: str, name: str) -> None:
    assert readable(condition) == name


@pytest.mark.parametrize(
    ("count", "audience", "words"),
    [(1, "pilot", "1 pilot participant"), (20, "live", "20 participants"), (0, "live", "0 participants")],
)
def test_participants_in_words(count: int, audience: str, words: str) -> None:
    assert participants_in_words(count, audience) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 trials"), (1, "1 trial"), (2, "2 trials")])
def test_plural(count: int, words: str) -> None:
    assert plural(count, "trial") == words


WORDS_OF_JAVASCRIPT = ("constructor", "toString", "__proto__", "hasOwnProperty", "valueOf")


def texts(svg: str) -> list[str]:
    found = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return [html.unescape(text).replace(WORD_JOINER, "").strip() for text in found]


def test_conditions_may_be_words_of_javascript() -> None:
    points = [seen(name, 0.5) for name in ("natural", *WORDS_OF_JAVASCRIPT, "a.b[0]", "<b>'\"\\ 😀")]
    figure = recognition_curve(curve(*points), CAPTION)
    assert {"constructor", "toString", "proto", "valueOf", "a.b[0]", "<b>'\"\\ 😀"} <= {*texts(figure.svg)}
    assert vega_of(figure)


def test_categories_may_be_words_of_javascript() -> None:
    categories, conditions = [*WORDS_OF_JAVASCRIPT, "a.b", "=1"], ["natural", "constructor"]
    counts = pd.DataFrame(
        [(condition, shown, given, 1) for condition in conditions for shown in categories for given in
         categories], columns=["condition", "category", "answer", "trials"],
    )  # fmt: skip
    analysis = SimpleNamespace(
        choices=categories,
        conditions=conditions,
        study=SimpleNamespace(name="names"),
        audience="live",
        recognition=SimpleNamespace(participants=1, trials=98),
    )
    answers = SimpleNamespace(analysis=analysis, confusion=confusion(counts, conditions, categories))
    figure = confusion_figure(answers)  # type: ignore[arg-type]
    written = texts(figure.svg)
    # Both axes of both conditions; one condition has a category's name too.
    assert [written.count(name) for name in categories] == [5, 4, 4, 4, 4, 4, 4]
    assert vega_of(figure)
    rows = [*csv.reader(frame_csv(figure.data).decode().splitlines())]
    assert ["natural", "'=1", "'=1", "1", str(1 / 7)] in rows
