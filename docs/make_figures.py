"""The pictures of the README, made from what `make demo` left in var/: `make figures`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app.cli.background_server import background_server  # noqa: E402
from app.core.config import read_settings  # noqa: E402
from tests.browser import find_chromium  # noqa: E402
from tests.e2e.visitor import Visitor  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SHOWN = ("bicycle/bicycle1.png", "clock/clock2.png", "dog/dog2.png", "truck/truck2.png")
TRIAL_PX = {"width": 800, "height": 640}


def main() -> None:
    """Remake docs/images: the contact sheet of some stimuli, a trial's response screen, the curve."""
    IMAGES.mkdir(exist_ok=True)
    stimuli = [argument for name in SHOWN for argument in ("--stimulus", name)]
    sheet = ["report", "var/bundles/starter", *stimuli, "--out", str(IMAGES / "metamers.png")]
    subprocess.run([sys.executable, "-m", "synthesis", *sheet], cwd=ROOT, check=True)
    shutil.copy(ROOT / "var/demo/starter-image16/analysis/recognition.svg", IMAGES / "recognition.svg")
    draw_trial(IMAGES / "trial.png")


def draw_trial(path: Path) -> None:
    """Take part in the demo's pilot until the first response screen, in a real browser."""
    command = [sys.executable, "-m", "app.cli", "study", "list", "--json"]
    listed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    study = next(s for s in json.loads(listed.stdout) if s["name"] == "starter-image16")
    code = study["links"]["pilot"].rsplit("/", 1)[1]
    with background_server(read_settings()) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        visitor = Visitor(browser.new_page(viewport=TRIAL_PX), f"{url}/s/{code}")
        visitor.consent()
        visitor.read_on()
        visitor.watch()
        visitor.page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    main()
