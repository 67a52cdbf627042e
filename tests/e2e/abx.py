"""Studies of ABX trials on the site of the browser tests, and a participant who does them."""

import hashlib
from collections.abc import Callable

from playwright.sync_api import Response

from tests.e2e.site import Site
from tests.e2e.visitor import CARD_BUTTON, START, Visitor
from tests.levels import build_levels
from tests.support import study_yaml

QUESTION = "[data-phase=response] .abx-answers"
ANSWERS = ("first", "second")
KEYS = {"first": "1", "second": "2"}


# Shorter than published, where the timing is not what a test is about.
SHORT = "{fixation_ms: 300, gap_ms: 300, last_gap_ms: 300}"


def abx_link(
    site: Site, name: str, adaptive: str = "trials_per_dimension: 1, catch_share: 0", **fields: object
) -> str:
    """The live link of an open study: 1 practice trial, and one of each of three dimensions."""
    build_levels(site.folder / f"bundle-{name}", size_px=224)
    given = {
        "preset": "mame-abx",
        "practice_trials": 1,
        "adaptive": f"{{{adaptive}}}",
        "timing": SHORT,
        **fields,
    }
    text = study_yaml(site.folder / f"bundle-{name}", name=name, **given)  # type: ignore[arg-type]
    file = site.folder / f"{name}.yaml"
    file.write_text(text.replace("layers: all\n", ""))
    return site.open_study(file)


class Comparer(Visitor):
    """A participant who says which picture came again."""

    def next(self, look: Callable[[], None] = lambda: None) -> bool:
        """Leave pages of text behind until a trial can be started; False at the session's end."""
        end = "#completion-code"
        while True:
            found = self.page.wait_for_selector(f"{CARD_BUTTON}, {START}, {end}")
            look()
            if found.get_attribute("id") == "completion-code":
                return False
            if "start" in (found.get_attribute("class") or ""):
                return True
            self.page.click(CARD_BUTTON)

    def watch(self) -> None:
        self.page.wait_for_selector(START)
        self.page.keyboard.press("Space")
        self.asked()

    def asked(self) -> None:
        self.page.wait_for_selector(QUESTION)

    def press(self, name: str) -> None:
        self.page.keyboard.press(KEYS[name])
        self.answers.append(name)

    def measure_screen(self) -> None:
        """Hold a card to the screen, where the study asks for it."""
        slider = self.page.wait_for_selector("input[type=range]")
        for _ in range(10):
            slider.press("ArrowRight")
        self.page.click(f"{CARD_BUTTON}:enabled")

    def stimuli_fetched(self) -> Callable[[], dict[str, str]]:
        """Notes what is fetched from now on: each call gives the digests since the last one, by address."""
        arrived: list[Response] = []
        self.page.on("response", lambda one: arrived.append(one) if "/stimuli/" in one.url else None)

        def since() -> dict[str, str]:
            digests = {one.url: hashlib.sha256(one.body()).hexdigest() for one in arrived}
            arrived.clear()
            return digests

        return since
