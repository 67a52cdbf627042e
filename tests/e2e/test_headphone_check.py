"""The headphone check in a real browser: each sound once, whatever happens, and the server decides."""

import io
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Page, Route
from playwright.sync_api import Error as PlaywrightError
from scipy.io import wavfile

from app.core.tokens import token_sha256
from tests.e2e.axe import assert_accessible
from tests.e2e.conftest import Complaints
from tests.e2e.site import Site
from tests.e2e.test_pages import SMALLEST_TARGET_PX
from tests.e2e.test_words import WATCH_CONTEXTS
from tests.e2e.visitor import CARD_BUTTON, Listener

NewContext = Callable[..., BrowserContext]
PLAY = ".sound-card .primary:enabled"
ANSWERS = ".answers:visible"
FILES = "**/api/*/steps/*/files/*"
COURSE = """
completion_codes:
  headphones: NO-EARS
steps:
  - {{kind: headphone_check, {}}}
  - trials
"""
SHORT = "trials: 2, pass_mark: 2"  # two about the sides, two with antiphase tones


@pytest.fixture(scope="session")
def checked_link(site: Site) -> str:
    return create(site, "ears", SHORT)


def create(site: Site, name: str, parameters: str) -> str:
    fields = {"practice_trials": 0, "completion_code": "EARS", "extra": COURSE.format(parameters)}
    return site.create_study(name, naturals=1, kind="sound", **fields)


class Wearer(Listener):
    """Somebody with headphones: hears what the server sent, and notes which sounds were played."""

    def __init__(self, page: Page, link: str) -> None:
        super().__init__(page, link)
        self.played: list[int] = []
        self.rights: dict[int, str] = {}
        page.context.route(FILES, self.hear)

    def hear(self, route: Route) -> None:
        with suppress(PlaywrightError):  # the page has gone meanwhile: it fetches sounds ahead
            response = route.fetch()
            number = int(route.request.url.rpartition("/")[2])
            self.rights[number] = right_answer(response.body())
            route.fulfill(response=response)

    def begin(self) -> None:
        self.consent()
        self.page.click(CARD_BUTTON)

    def play(self) -> int:
        """Play the sound that is due, and wait until it can be answered; returns its number from 0."""
        self.page.wait_for_selector(PLAY)
        number = self.number
        self.played.append(number)
        self.page.click(PLAY)
        self.page.wait_for_selector(ANSWERS)
        assert self.page.is_disabled(".sound-card .primary")
        return number

    @property
    def number(self) -> int:
        said = re.match(r"\w+ (\d+) ", self.page.inner_text(".sound-number"))
        assert said
        return int(said[1]) - 1

    def answer_right(self) -> None:
        self.page.keyboard.press(self.rights[self.play()])

    def answer_wrong(self) -> None:
        wrong = int(self.rights[self.play()]) % 3 + 1
        self.page.click(f".answer[value='{wrong}']")

    def stored(self, site: Site) -> dict[str, Any]:
        [row] = site.query(
            "SELECT result FROM step_results s JOIN participants p ON p.id = s.participant_id"
            " WHERE p.token_sha256 = ? AND s.kind = 'headphone_check'",
            token_sha256(self.session_token),
        )
        return dict(json.loads(row["result"]))


def right_answer(data: bytes) -> str:
    """What somebody with headphones answers to a sound."""
    rate_hz, samples = wavfile.read(io.BytesIO(data))
    left, right = samples.T.astype(float)
    if len(samples) == rate_hz:
        return {(True, False): "1", (True, True): "2", (False, True): "3"}[left.any(), right.any()]
    starts = [round(n * 1.5 * rate_hz) for n in range(3)]
    if rate_hz == 44_100:  # noise: its pitch is where the ears differ
        differ = [np.abs(left - right)[start : start + rate_hz].max() for start in starts]
        return str(1 + int(np.argmax(differ)))
    return str(1 + int(np.argmin([np.abs(left)[start : start + rate_hz].max() for start in starts])))


@pytest.fixture
def wearer(new_context: NewContext, checked_link: str) -> Wearer:
    context = new_context()
    context.add_init_script(WATCH_CONTEXTS)
    return Wearer(context.new_page(), checked_link)


def test_with_headphones_the_session_goes_on(site: Site, new_context: NewContext) -> None:
    link = create(site, "both-methods", "method: both, trials: 2, pass_mark: 2")
    wearer = Wearer(new_context().new_page(), link)
    wearer.begin()
    for _ in range(6):
        wearer.answer_right()
    wearer.trial("cat")
    assert wearer.finish() == "EARS"
    assert wearer.played == list(range(6))
    stored = wearer.stored(site)
    assert stored["sound_answers"] == stored["right_answers"]
    assert [stored[f"correct_{part}"] for part in ("sides", "antiphase", "huggins")] == [2, 2, 2]
    assert (stored["interruptions"], stored["context_state"]) == (0, "running")
    assert stored["sample_rate_hz"] > 0
    assert stored["shown_ms"] > 2 * 1000 + 4 * 4000


def test_without_headphones_it_ends_on_a_page_of_its_own(site: Site, wearer: Wearer) -> None:
    wearer.begin()
    for _ in range(2):
        wearer.answer_right()
    wearer.answer_right()
    wearer.answer_wrong()
    assert wearer.finish() == "NO-EARS"
    assert "Thank you for your time" in wearer.page.inner_text("h1")
    stored = wearer.stored(site)
    assert (stored["correct_sides"], stored["correct_antiphase"]) == (2, 1)
    [row] = site.query("SELECT status, outcome FROM participants ORDER BY id DESC LIMIT 1")
    assert tuple(row) == ("screened_out", "headphones")


def test_a_sound_that_was_started_is_not_played_again_after_a_reload(site: Site, wearer: Wearer) -> None:
    wearer.begin()
    wearer.answer_right()
    wearer.play()
    wearer.page.reload()  # while it was being answered
    wearer.page.click(CARD_BUTTON)
    wearer.page.wait_for_selector(PLAY)
    assert wearer.number == 2
    wearer.page.click(PLAY)
    wearer.page.wait_for_selector(".sound-hint:has-text('Listen')")
    wearer.page.reload()  # in the middle of the sound
    wearer.page.click(CARD_BUTTON)
    wearer.answer_right()
    wearer.finish()
    assert wearer.played == [0, 1, 3]
    answers, right = (wearer.stored(site)[name] for name in ("sound_answers", "right_answers"))
    assert (answers, len(right)) == (f"{right[0]}--{right[3]}", 4)


def test_another_tab_goes_on_at_the_next_sound(site: Site, wearer: Wearer) -> None:
    wearer.begin()
    wearer.answer_right()
    first = wearer.page
    wearer.page = first.context.new_page()
    wearer.page.goto(f"{site.base_url}/run/{wearer.code}")
    wearer.page.click("text=Continue here")
    first.wait_for_selector("text=Open in another tab")
    wearer.page.click(CARD_BUTTON)
    for _ in range(3):
        wearer.answer_right()
    wearer.trial("cat")
    assert wearer.finish() == "EARS"
    assert wearer.played == [0, 1, 2, 3]


def test_a_browser_that_stays_silent_uses_no_sound_up(wearer: Wearer) -> None:
    wearer.begin()
    page = wearer.page
    page.wait_for_selector(PLAY)
    page.evaluate("contexts[0].resume = async () => undefined")
    page.evaluate("contexts[0].suspend()")
    for said in ("plays no sound yet", "plays no sound yet", "still plays no sound"):
        page.click(PLAY)
        page.wait_for_selector(f".sound-hint:has-text('{said}')")
    assert wearer.number == 0
    page.evaluate("delete contexts[0].resume")
    wearer.answer_right()
    page.wait_for_selector(PLAY)
    assert wearer.number == 1


def test_a_context_that_is_closed_in_the_middle_is_an_interruption(site: Site, wearer: Wearer) -> None:
    wearer.begin()
    page = wearer.page
    page.click(PLAY)
    page.wait_for_selector(".sound-hint:has-text('Listen')")
    page.evaluate("contexts[0].close()")
    page.wait_for_selector(ANSWERS)
    page.keyboard.press(wearer.rights[0])
    for _ in range(3):
        wearer.answer_right()
    wearer.trial("cat")
    assert wearer.finish() == "EARS"
    stored = wearer.stored(site)
    assert stored["interruptions"] == 2  # it was closed, and no end was reported
    assert stored["context_state"] == "running"  # the next press made another


def test_a_sound_that_does_not_arrive_is_waited_for(
    site: Site, wearer: Wearer, complaints: Complaints
) -> None:
    complaints.expected += ["ERR_CONNECTION_FAILED"]
    lost: list[str] = []

    def lose_some(route: Route) -> None:
        if len(lost) == 2:
            return wearer.hear(route)
        lost.append(route.request.url)
        return route.abort("connectionfailed")

    wearer.page.context.unroute(FILES)
    wearer.page.context.route(FILES, lose_some)
    wearer.begin()
    wearer.page.wait_for_selector("#notice:has-text('Reconnecting')")
    for _ in range(4):
        wearer.answer_right()
    wearer.trial("cat")
    assert wearer.finish() == "EARS"


def test_a_sound_that_arrives_damaged_is_said(wearer: Wearer, complaints: Complaints) -> None:
    complaints.expected += ["damaged", "decode"]
    wearer.page.context.unroute(FILES)
    wearer.page.context.route(FILES, lambda route: route.fulfill(body=b"no sound", content_type="audio/wav"))
    wearer.begin()
    wearer.page.wait_for_selector("text=A file of this study arrived damaged.")
    wearer.page.context.unroute(FILES)
    wearer.page.context.route(FILES, wearer.hear)
    wearer.page.click(f"{CARD_BUTTON}:has-text('Load again')")
    wearer.page.click(f"{CARD_BUTTON}:has-text('Continue')")
    wearer.answer_right()


@pytest.mark.parametrize("size", [(360, 640), (390, 844), (1366, 768)])
def test_all_of_it_fits_the_window_and_nothing_moves(
    new_context: NewContext, checked_link: str, size: tuple[int, int]
) -> None:
    width, height = size
    wearer = Wearer(new_context(viewport={"width": width, "height": height}).new_page(), checked_link)
    wearer.begin()
    page = wearer.page
    page.wait_for_selector(PLAY)
    before = page.locator(".sound-card").bounding_box()
    wearer.play()
    assert page.locator(".sound-card").bounding_box() == before
    assert_accessible(page)
    for box in (found.bounding_box() for found in page.locator(".sound-card button").all()):
        assert box is not None and min(box["width"], box["height"]) >= SMALLEST_TARGET_PX
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
