"""How exactly pictures are shown and sounds begin, and whether anything gets in the way of a trial."""

import contextlib
import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Error, Page

from app.tasks.image16.record import CLOCK_ROUNDING_MS
from tests.benchmarks.page.line import line
from tests.e2e.site import Site
from tests.e2e.visitor import Visitor
from tests.versioned import versioned

LONG_TASK_MS = 50

# Notes tasks that keep the page's thread busy for more than 50 ms, and when trials began and ended.
WATCH = """
window.longTasks = [];
window.phases = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) =>
  ({ startMs: entry.startTime, endMs: entry.startTime + entry.duration })))).observe({ type: "longtask" });
document.addEventListener("DOMContentLoaded", () => {
  new MutationObserver(() => phases.push({ phase: document.body.dataset.phase, ms: performance.now() }))
    .observe(document.body, { attributes: true, attributeFilter: ["data-phase"] });
});
"""

# A participant without delay, in the page itself: through the browser's protocol 200 trials would take twice
# as long. Nothing is done while time is counted.
TAKE_PART = """
const NEXT = { page: ".card button.primary:enabled", ready: ".start:enabled", response: "[data-choice=dog]" };
setInterval(() => document.querySelector(NEXT[document.body?.dataset.phase])?.click(), 30);
"""

# Shows a square for a time counted by setTimeout, and notes the frames in which it came and went.
SHOW_BY_TIMEOUT = """async ({ trials, ms }) => {
  const frame = () => new Promise(requestAnimationFrame);
  const square = document.body.appendChild(document.createElement("canvas"));
  const durations = [];
  for (let trial = 0; trial < trials; trial += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100 + 37 * trial % 50));
    square.style.visibility = "visible";
    const shown = frame();
    await new Promise((resolve) => setTimeout(resolve, ms));
    square.style.visibility = "hidden";
    durations.push((await frame()) - (await shown));
  }
  return durations;
}"""

PLAY_SOUNDS = versioned("""async () => {
  const { playSounds } = await import("/static/self_test/sounds.js");
  return playSounds();
}""")


def timing(browser: Browser, site: Site, link: str, trials: int) -> list[dict[str, Any]]:
    """A whole session of pictures, and sounds after it. Control of the pictures: shown by setTimeout."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    context.add_init_script(TAKE_PART)
    visitor = Visitor(context.new_page(), link)
    visitor.page.goto(link)
    visitor.page.click("form button")
    watched = _watched_to_the_end(visitor)
    rows = [
        json.loads(row["timing"]) for row in site.answers(visitor.session_token) if row["phase"] == "main"
    ]
    lines = [_pictures(visitor.page, rows), _long_tasks(*watched, trials), _sounds(visitor.page)]
    context.close()
    return lines


def _watched_to_the_end(visitor: Visitor) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The phases of the page and its long tasks, as they were last seen before the page of the end."""
    watched: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    while "/end/" not in visitor.page.url:
        with contextlib.suppress(Error):  # the page leads on while it is asked
            seen = visitor.page.evaluate("[phases, longTasks]")
            watched = max(watched, tuple(seen), key=lambda one: len(one[0]))
        trials = sum(change["phase"] == "response" for change in watched[0])
        print(f"{trials} trials", file=sys.stderr, end="\r")
        visitor.page.wait_for_timeout(2000)
    return watched


def _pictures(page: Page, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    frame_ms = statistics.median(row["frame_ms"] for row in rows)
    [image_ms] = {row["requested_image_ms"] for row in rows}
    shown = np.array([row["achieved_image_ms"] for row in rows])
    by_timeout = np.array(page.evaluate(SHOW_BY_TIMEOUT, {"trials": len(rows) // 2, "ms": image_ms}))
    errors, control = np.abs(shown - image_ms), np.abs(by_timeout - image_ms)
    return line(
        "timing.within_frame_share",
        float((errors <= frame_ms + CLOCK_ROUNDING_MS).mean()),
        "share",
        len(rows),
        float((control <= frame_ms + CLOCK_ROUNDING_MS).mean()),
        control_n=len(by_timeout),
        image_ms=image_ms,
        frame_ms=frame_ms,
        median_error_ms=float(np.median(errors)),
        p99_error_ms=float(np.quantile(errors, 0.99)),
        largest_error_ms=float(errors.max()),
        control_median_error_ms=float(np.median(control)),
        control_p99_error_ms=float(np.quantile(control, 0.99)),
        dropped_frames=sum(row["dropped_frames"] for row in rows),
    )


def _long_tasks(
    phases: Sequence[dict[str, Any]], tasks: Sequence[dict[str, Any]], trials: int
) -> dict[str, Any]:
    """Tasks of more than 50 ms between the start of a trial and its response screen; control: all others."""
    begun, timed = None, []
    for change in phases:
        if change["phase"] == "timed" and begun is None:
            begun = change["ms"]
        elif change["phase"] == "response" and begun is not None:
            timed.append((begun, change["ms"]))
            begun = None
    within = [
        task for task in tasks if any(task["startMs"] < end and task["endMs"] > start for start, end in timed)
    ]
    longest = max((task["endMs"] - task["startMs"] for task in tasks), default=0.0)
    return line(
        "timing.long_tasks",
        len(within),
        f"tasks over {LONG_TASK_MS} ms",
        len(timed),
        len(tasks) - len(within),
        main_trials=trials,
        longest_ms=float(longest),
        in_trials_ms=[round(task["endMs"] - task["startMs"]) for task in within],
    )


def _sounds(page: Page) -> dict[str, Any]:
    """How much the onset of scheduled sounds varies, by the audio context's clock; control: the delay."""
    page.mouse.click(5, 5)  # browsers play nothing before a press
    played = page.evaluate(PLAY_SOUNDS)
    errors = np.array([sound["onset_error_ms"] for sound in played["played"]])
    apart = np.abs(errors - np.median(errors))
    return line(
        "timing.sound_onset_ms",
        float(np.quantile(apart, 0.99)),
        "ms from the median delay, 99th percentile",
        len(errors),
        float(np.median(errors)),
        sample_rate_hz=played["sample_rate_hz"],
        base_latency_ms=played["base_latency_ms"],
        output_latency_ms=played["output_latency_ms"],
    )
