"""The lab preset in a real browser: trials follow one another, and the last click in the interval counts."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, GRID, START, Visitor

NewContext = Callable[..., BrowserContext]
SHOWN = "[data-phase=response] .grid:focus-within"
OVER = "body[data-phase]:not([data-phase=response])"
ROWS = [
    ["knife", "bicycle", "bear", "truck"],
    ["airplane", "clock", "boat", "car"],
    ["keyboard", "oven", "cat", "bird"],
    ["elephant", "chair", "bottle", "dog"],
]


def lab(site: Site, new_context: NewContext, name: str, **fields: object) -> Visitor:
    link = site.create_study(name, preset="image16-lab", **fields)  # type: ignore[arg-type]
    return Visitor(new_context(viewport={"width": 1366, "height": 768}).new_page(), link)


def records(rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    return [json.loads(row["timing"]) for row in rows]


def test_the_last_of_several_choices_counts_and_trials_begin_by_themselves(
    site: Site, new_context: NewContext
) -> None:
    timing = "{response_ms: 3000}"  # so that a busy machine has the time for three clicks
    visitor = lab(site, new_context, "lab-clicks", naturals=3, practice_trials=0, timing=timing)
    page = visitor.page
    visitor.consent()
    visitor.read_on()
    assert page.inner_text(".start-label") == "Start the pictures"
    page.keyboard.press("Space")  # the only press that starts a trial
    page.wait_for_selector(SHOWN)
    for choice in ("cat", "dog", "bear"):
        page.click(f"[data-choice={choice}]")
        assert page.get_attribute("[aria-pressed=true]", "data-choice") == choice
    page.wait_for_selector(OVER)
    page.wait_for_selector(SHOWN)
    assert page.locator("[aria-pressed=true]").count() == 0
    for key in ("d", "Enter", "ArrowUp", "Space"):  # dog, then bird above it, by keyboard alone
        page.keyboard.press(key)
    page.wait_for_selector(OVER)
    page.wait_for_selector(SHOWN)
    visitor.finish()  # the third trial passes without a choice
    rows = site.answers(visitor.session_token)
    assert [row["answer"] for row in rows] == ["bear", "bird", "na"]
    clicks = [record["clicks"] for record in records(rows)]
    assert [[click["name"] for click in each] for each in clicks] == [
        ["cat", "dog", "bear"],
        ["dog", "bird"],
        [],
    ]
    for row, each in zip(rows, clicks, strict=True):
        times = [click["ms"] for click in each]
        assert times == sorted(times) and all(0 <= ms < 3000 for ms in times)
        assert row["rt_ms"] == (times[-1] if times else None)
    correct = site.query(
        "SELECT r.correct, r.flags FROM responses r JOIN planned_trials t ON t.id = r.planned_trial_id"
        " JOIN participants p ON p.id = t.participant_id WHERE r.answer = 'na' AND p.id ="
        " (SELECT MAX(id) FROM participants)"
    )
    assert [tuple(row) for row in correct] == [(0, "[]")]


def test_the_published_durations_are_kept_by_the_frames(site: Site, new_context: NewContext) -> None:
    visitor = lab(site, new_context, "lab-timing", naturals=5, practice_trials=1)
    page = visitor.page
    visitor.consent()
    visitor.read_on()
    visitor.watch()
    verdict = page.wait_for_selector(".verdict").inner_text()
    assert verdict.startswith("It was: ") and verdict.endswith(". You chose nothing in time.")
    while page.wait_for_selector(f"{CARD_BUTTON}, {START}").get_attribute("class") == "primary":
        page.click(CARD_BUTTON)
    page.keyboard.press("Space")
    visitor.finish()
    rows = site.answers(visitor.session_token)
    assert [row["answer"] for row in rows] == ["na"] * 5
    for record in records(rows):
        flips, frame_ms = record["flips_ms"], record["frame_ms"]
        assert (record["requested_image_ms"], record["requested_response_ms"]) == (200, 1500)
        assert flips["fixation"] == 0  # no blank before it
        assert record["image_frames"] == round(200 / frame_ms)
        late = frame_ms * (1 + record["dropped_frames"]) + 0.5
        assert record["achieved_response_ms"] == pytest.approx(1500, abs=late)
        assert flips["image"] == pytest.approx(300, abs=late)


@pytest.mark.parametrize("size", [(390, 844), (360, 640), (1366, 768)])
def test_all_icons_are_there_without_scrolling(
    site: Site, new_context: NewContext, size: tuple[int, int]
) -> None:
    width, height = size
    name = f"lab-grid-{width}"
    visitor = lab(site, new_context, name, naturals=3, practice_trials=0, timing="{response_ms: 20000}")
    page = visitor.page
    page.set_viewport_size({"width": width, "height": height})
    visitor.consent()
    visitor.read_on()
    visitor.watch()
    boxes = {}
    for choice in page.locator(f"{GRID} .choice").all():
        box = choice.bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
        assert min(box["width"], box["height"]) >= 44
        boxes[choice.get_attribute("data-choice")] = (box["y"], box["x"])
    grid = page.locator(".grid")
    assert grid.evaluate("grid => grid.scrollHeight <= grid.clientHeight")
    places = sorted(boxes, key=lambda choice: boxes[choice])
    assert [places[start : start + 4] for start in range(0, 16, 4)] == ROWS
    page.click("[data-choice=oven]")
