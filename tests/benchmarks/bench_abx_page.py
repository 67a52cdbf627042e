"""How exactly ABX trials are shown by a real browser: `make bench-abx-page`, four minutes.

    python tests/benchmarks/bench_abx_page.py [--trials N]

Prints a JSON line and writes it to var/bench/abx_page.jsonl. Chromium runs headless on this machine, with the
server beside it, for a visit of 30 main trials with the published timing.

- timing.abx_within_frame_share: trials of which all three pictures stayed within one frame of what was asked,
  by the timestamps of the animation frames. Control: the share of all intervals between two changes of the
  screen, the fixation cross and the gaps among them.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from app.tasks.abx.presets import PRESETS  # noqa: E402
from app.tasks.abx.record import CLOCK_ROUNDING_MS, AbxRecord, on_time  # noqa: E402
from app.tasks.reading import read  # noqa: E402
from tests.benchmarks.page.line import line  # noqa: E402
from tests.browser import find_chromium  # noqa: E402
from tests.e2e.abx import abx_link  # noqa: E402
from tests.e2e.site import Site, serving  # noqa: E402
from tests.e2e.visitor import Visitor  # noqa: E402

PRESET = PRESETS["mame-abx"]
PICTURES = ("a", "b", "x")
ASKED_MS = {
    "fixation": PRESET.fixation_ms,
    "gap_1": PRESET.gap_ms,
    "gap_2": PRESET.gap_ms,
    "gap_3": PRESET.last_gap_ms,
    **dict.fromkeys(PICTURES, PRESET.picture_ms),
}
# A participant without delay, in the page itself; nothing is done while time is counted.
TAKE_PART = """
const ANSWER = "[data-choice=first]";
const NEXT = { page: ".card button.primary:enabled", ready: ".start:enabled", response: ANSWER };
setInterval(() => document.querySelector(NEXT[document.body?.dataset.phase])?.click(), 30);
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trials", type=int, default=30)
    trials = parser.parse_args().trials
    executable = find_chromium()
    if executable is None:
        sys.exit("bench_abx_page needs Chromium: install the package chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        measured = _measured(_visit(browser, site, trials))
        measured |= {"browser": f"Chromium {browser.version}", "machine": platform.machine()}
        browser.close()
    _write({**measured, "load_1_min": round(os.getloadavg()[0], 2), "cores": os.cpu_count()})


def _visit(browser: Browser, site: Site, trials: int) -> list[AbxRecord]:
    """The records of a session's main trials, a third of them of each of three dimensions."""
    context = browser.new_context()
    context.add_init_script(TAKE_PART)
    adaptive = f"trials_per_dimension: {trials // 3}, catch_share: 0"
    visitor = Visitor(context.new_page(), abx_link(site, "timing", adaptive, timing="{}"))
    visitor.page.goto(visitor.link)
    visitor.page.click("form button")
    visitor.page.wait_for_url("**/end/**", timeout=(trials + 20) * 15_000)
    rows = [
        row for row in site.answers(visitor.session_token) if row["answer"] and row["phase"] != "practice"
    ]
    return [read(AbxRecord, json.loads(row["timing"])).record for row in rows]


def _measured(records: Sequence[AbxRecord]) -> dict[str, Any]:
    frame_ms = statistics.median(record.frame_ms or 0 for record in records)
    off_ms = {
        name: [abs(_lasted(record, name) - asked) for record in records] for name, asked in ASKED_MS.items()
    }
    every = [one for each in off_ms.values() for one in each]
    pictures = sorted(one for name in PICTURES for one in off_ms[name])
    return line(
        "timing.abx_within_frame_share",
        statistics.fmean(on_time(record) is True for record in records),
        "share of trials",
        len(records),
        statistics.fmean(one <= frame_ms + CLOCK_ROUNDING_MS for one in every),
        picture_ms=PRESET.picture_ms,
        frame_ms=frame_ms,
        median_error_ms=statistics.median(pictures),
        largest_error_ms=pictures[-1],
        dropped_frames=sum(record.dropped_frames or 0 for record in records),
    )


def _lasted(record: AbxRecord, name: str) -> float:
    """From the onset of a phase to that of the next, ms."""
    flips = record.flips_ms.model_dump()
    names = list(flips)
    return float(flips[names[names.index(name) + 1]] - flips[name])


def _write(measured: dict[str, Any]) -> None:
    text = json.dumps(measured) + "\n"
    print(text, end="")
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "abx_page.jsonl").write_text(text)


if __name__ == "__main__":
    main()
