"""The participant's page in a real browser: its weight, how soon it is ready, and how exactly it times.

    python tests/benchmarks/bench_page.py [--quick]

Prints JSON lines and writes them to var/bench/page.jsonl. Chromium runs headless on this machine, with the
server beside it. It takes six minutes, most of it for the 200 trials; --quick shows 20.

- page.js_gzip_kib: all JavaScript that one session can load, of the heaviest task, compressed as it is sent.
  Control: jsPsych's part.
- page.first_trial_s: from the click that consents to the moment when the first trial can be started. With
  `.words` a session of words, with its page for the volume; with `.slow` at 1.6 Mbit/s and 150 ms; with
  `.400` a study of 400 trials. Control: from asking for the consent page to its load event.
- timing.within_frame_share: trials whose picture stayed within one frame of the requested duration, by the
  timestamps of the animation frames. Control: the same picture shown as long by setTimeout.
- timing.long_tasks: tasks over 50 ms between the start of a trial and its response screen. Control: those
  outside of trials.
- timing.sound_onset_ms: how far the onsets of scheduled sounds lie from their median delay. Control: that
  delay.
"""

import json
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.benchmarks.page.readiness import readiness  # noqa: E402
from tests.benchmarks.page.timing import timing  # noqa: E402
from tests.benchmarks.page.weight import weight  # noqa: E402
from tests.browser import find_chromium  # noqa: E402
from tests.e2e.site import Site, serving  # noqa: E402

PRACTICE = 2
LONG_STUDY = 400
PROFILES = 5


def main() -> None:
    executable = find_chromium()
    if executable is None:
        sys.exit("bench_page needs Chromium: install the package chromium")
    trials = 20 if "--quick" in sys.argv else 200
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        where = {"browser": f"Chromium {browser.version}", "machine": platform.machine()}
        lines = [weight(), *_measured(browser, site, trials)]
        browser.close()
    _write([{**line, **where} for line in lines])


def _measured(browser: Browser, site: Site, trials: int) -> list[dict[str, Any]]:
    many = site.create_study("many", naturals=LONG_STUDY + PRACTICE, practice_trials=PRACTICE)
    few = site.create_study("few", naturals=trials + PRACTICE, practice_trials=PRACTICE)
    words = site.create_study("words", naturals=10, kind="sound", practice_trials=1)
    name = "page.first_trial_s"
    return [
        readiness(browser, name, few, PROFILES),
        readiness(browser, f"{name}.words", words, PROFILES, sounds=True),
        readiness(browser, f"{name}.slow", few, 3, slow=True),
        readiness(browser, f"{name}.slow.400", many, 3, slow=True),
        readiness(browser, f"{name}.slow.words", words, 3, sounds=True, slow=True),
        *timing(browser, site, few, trials),
    ]


def _write(lines: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    print(text, end="")
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.jsonl").write_text(text)


if __name__ == "__main__":
    main()
