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
from tests.e2e.visitor import Listener, Visitor  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SHOWN = ("bicycle/bicycle1.png", "clock/clock2.png", "dog/dog2.png", "truck/truck2.png")
HEARD = ("beautiful/beautiful1.wav", "football/football1.wav", "security/security1.wav")
BROWSER = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
TRIAL_PX = {"width": 800, "height": 640}


def main() -> None:
    """Remake docs/images: the stimuli by layer, a trial's response screen, the curve; of both media."""
    IMAGES.mkdir(exist_ok=True)
    draw_stimuli("starter", SHOWN, IMAGES / "metamers.png")
    draw_stimuli("starter-words", HEARD, IMAGES / "word-metamers.png")
    for study, name in (("starter-image16", "recognition.svg"), ("starter-words", "word-recognition.svg")):
        shutil.copy(ROOT / "var/demo" / study / "analysis/recognition.svg", IMAGES / name)
    with background_server(read_settings()) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER)
        visitor = Visitor(browser.new_page(viewport=TRIAL_PX), f"{url}/s/{pilot_code('starter-image16')}")
        visitor.consent()
        visitor.read_on()
        visitor.watch()
        visitor.page.screenshot(path=IMAGES / "trial.png")
        listener = Listener(browser.new_page(viewport=TRIAL_PX), f"{url}/s/{pilot_code('starter-words')}")
        listener.consent()
        listener.read_on()
        listener.listen()
        listener.page.keyboard.type("re")
        listener.page.screenshot(path=IMAGES / "word-trial.png")
        browser.close()


def draw_stimuli(bundle: str, stimuli: tuple[str, ...], path: Path) -> None:
    """The natural stimuli of a bundle and their metamers, a column per layer."""
    shown = [argument for name in stimuli for argument in ("--stimulus", name)]
    sheet = ["report", f"var/bundles/{bundle}", *shown, "--out", str(path)]
    subprocess.run([sys.executable, "-m", "synthesis", *sheet], cwd=ROOT, check=True)


def pilot_code(study_name: str) -> str:
    """The code of the link to try out a study of the demo."""
    command = [sys.executable, "-m", "app.cli", "study", "list", "--json"]
    listed = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    study = next(s for s in json.loads(listed.stdout) if s["name"] == study_name)
    code: str = study["links"]["pilot"].rsplit("/", 1)[1]
    return code


if __name__ == "__main__":
    main()
