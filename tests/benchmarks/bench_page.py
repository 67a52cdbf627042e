"""The participant's page in a real browser: its weight, how soon it is ready, and how exactly it times.

    python tests/benchmarks/bench_page.py

Prints JSON lines and writes them to var/bench/page.jsonl. Chromium runs headless on this machine, with the
server beside it.

- page.js_gzip_kib: all JavaScript that a whole session loads, each file compressed by gzip -9. Control:
  jsPsych's part of it.
- page.first_trial_s: from the click that consents to the moment when the first trial can be started, with the
  instructions clicked away as soon as they are there; the median over fresh browser profiles. Control: from
  asking for the consent page to its load event, which is what the browser and server need for any page.
- timing.within_frame_share: trials whose picture stayed within one frame of the 300 ms requested, by the
  timestamps of the animation frames. Control: the same picture shown as long by setTimeout.
"""

import gzip
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.browser import find_chromium  # noqa: E402
from tests.e2e.site import Site, serving  # noqa: E402
from tests.e2e.visitor import Visitor  # noqa: E402

PRACTICE = 4
MAIN = 40
PROFILES = 7
IMAGE_MS = 300

# Shows a square for a time counted by setTimeout, and notes the frames in which it came and went.
SHOW_BY_TIMEOUT = """async ({ trials, ms }) => {
  const frame = () => new Promise(requestAnimationFrame);
  const square = document.body.appendChild(document.createElement("canvas"));
  const durations = [];
  for (let trial = 0; trial < trials; trial += 1) {
    await new Promise((resolve) => setTimeout(resolve, 500 + 37 * trial % 50));
    square.style.visibility = "visible";
    const shown = frame();
    await new Promise((resolve) => setTimeout(resolve, ms));
    square.style.visibility = "hidden";
    durations.push((await frame()) - (await shown));
  }
  return durations;
}"""


def main() -> None:
    executable = find_chromium()
    if executable is None:
        sys.exit("bench_page needs Chromium: install the package chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        link = site.create_study("bench", naturals=PRACTICE + MAIN, practice_trials=PRACTICE)
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        where = {"browser": f"Chromium {browser.version}", "machine": platform.machine()}
        starts = [_first_trial_s(browser, link) for _ in range(PROFILES)]
        visitor, scripts = _whole_session(browser, link)
        lines = [_weight(scripts), _readiness(starts), _timing(site, visitor)]
        browser.close()
    _write([{**line, **where} for line in lines])


def _first_trial_s(browser: Browser, link: str) -> tuple[float, float]:
    """Seconds from consent to the first trial, and from asking for the consent page to having it."""
    visitor = Visitor(browser.new_context().new_page(), link)
    asked = time.perf_counter()
    visitor.page.goto(link)
    consented = time.perf_counter()
    visitor.page.click("form button")
    visitor.read_on()
    ready = time.perf_counter()
    visitor.page.context.close()
    return ready - consented, consented - asked


def _whole_session(browser: Browser, link: str) -> tuple[Visitor, dict[str, bytes]]:
    """A participant who does everything, and the scripts that the browser loaded for it."""
    scripts: dict[str, bytes] = {}
    page: Page = browser.new_context().new_page()
    page.on("requestfinished", lambda request: _keep_script(request, scripts))
    visitor = Visitor(page, link)
    visitor.consent()
    for number in range(PRACTICE + MAIN):
        visitor.trial("dog")
        print(f"trial {number + 1} of {PRACTICE + MAIN}", file=sys.stderr, end="\r")
    visitor.finish()
    return visitor, scripts


def _keep_script(request: Any, scripts: dict[str, bytes]) -> None:
    # A script that the browser has already, and asks about again, is answered without a body (304).
    if request.resource_type == "script" and request.response().status == 200:
        scripts[request.url.split("?")[0]] = request.response().body()


def _weight(scripts: dict[str, bytes]) -> dict[str, Any]:
    kib = {url: len(gzip.compress(body, 9)) / 1024 for url, body in scripts.items()}
    jspsych = sum(size for url, size in kib.items() if url.endswith("/jspsych.js"))
    return _line("page.js_gzip_kib", sum(kib.values()), "KiB", len(kib), jspsych)


def _readiness(starts: list[tuple[float, float]]) -> dict[str, Any]:
    first_trial, any_page = (statistics.median(column) for column in zip(*starts, strict=True))
    return _line("page.first_trial_s", first_trial, "s", len(starts), any_page)


def _timing(site: Site, visitor: Visitor) -> dict[str, Any]:
    rows = [
        json.loads(row["timing"]) for row in site.answers(visitor.session_token) if row["phase"] == "main"
    ]
    frame_ms = statistics.median(row["frame_ms"] for row in rows)
    shares = _share([row["achieved_image_ms"] for row in rows], frame_ms)
    by_timeout = visitor.page.evaluate(SHOW_BY_TIMEOUT, {"trials": len(rows), "ms": IMAGE_MS})
    line = _line("timing.within_frame_share", shares, "share", len(rows), _share(by_timeout, frame_ms))
    errors = [abs(row["achieved_image_ms"] - IMAGE_MS) for row in rows]
    return {
        **line,
        "frame_ms": round(frame_ms, 2),
        "largest_error_ms": round(max(errors), 2),
        "control_largest_error_ms": round(max(abs(ms - IMAGE_MS) for ms in by_timeout), 2),
        "mean_error_ms": round(statistics.fmean(errors), 2),
        "control_mean_error_ms": round(statistics.fmean(abs(ms - IMAGE_MS) for ms in by_timeout), 2),
        "dropped_frames": sum(row["dropped_frames"] for row in rows),
    }


def _share(durations_ms: list[float], frame_ms: float) -> float:
    return statistics.fmean(abs(ms - IMAGE_MS) <= frame_ms for ms in durations_ms)


def _line(name: str, value: float, unit: str, n: int, control: float) -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "n": n, "control": round(control, 3)}


def _write(lines: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    print(text, end="")
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.jsonl").write_text(text)


if __name__ == "__main__":
    main()
