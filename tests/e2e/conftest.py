"""A browser, a site, and participants whose pages must not complain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import find_chromium
from tests.e2e.site import ROOT, Site, serving
from tests.e2e.visitor import Visitor

ACTION_TIMEOUT_MS = 120_000  # patience for a busy machine, on which figures give way to answers
TRIALS = 5


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if not (ROOT / "static" / "vendor" / "jspsych.js").is_file():
        pytest.fail("static/vendor is empty: npm ci && npm run vendor")
    with serving(Path(tmp_path_factory.mktemp("site"))) as served:
        yield served


@pytest.fixture(scope="session")
def link(site: Site) -> str:
    """The live link of an open study of 1 practice trial and 4 more, with the shorter of the timings."""
    fields = {"practice_trials": 1, "completion_code": "DONE-42"}
    return site.create_study("short", naturals=TRIALS, **fields)


@pytest.fixture(scope="session")
def word_link(site: Site) -> str:
    """The live link of an open study of words: 1 practice trial and 3 more."""
    fields = {"practice_trials": 1, "completion_code": "HEARD-7"}
    return site.create_study("short-words", naturals=4, kind="sound", **fields)


# Not for the session: Playwright keeps an event loop running, and later tests need their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium: install the package chromium, or run `playwright install chromium`")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@dataclass
class Complaints:
    """What the browser's console said; `expected` are parts of messages that a test provokes."""

    lines: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", lambda said: self.note(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.note(str(error)))

    def note(self, line: str) -> None:
        self.lines.append(line)

    @property
    def unexpected(self) -> list[str]:
        return [line for line in self.lines if not any(part in line for part in self.expected)]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Errors, warnings and violations of the security policy fail the test."""
    noted = Complaints()
    yield noted
    assert noted.unexpected == []


@pytest.fixture
def new_context(browser: Browser, complaints: Complaints) -> Iterator[Callable[..., BrowserContext]]:
    opened: list[BrowserContext] = []

    def new(**options: object) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(ACTION_TIMEOUT_MS)
        context.on("page", complaints.listen)
        opened.append(context)
        return context

    yield new
    for context in opened:
        context.close()


@pytest.fixture
def visitor(new_context: Callable[..., BrowserContext], link: str) -> Visitor:
    return Visitor(new_context().new_page(), link)
