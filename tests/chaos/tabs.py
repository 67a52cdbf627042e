"""Real pages in a headless Chromium, whose tabs are closed and opened again in the middle of a session."""

import asyncio
import random
import time
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, Error, Page, Response, async_playwright
from sqlalchemy import select

from app.core.tokens import token_sha256
from app.db import tables
from app.db.session import Database
from tests.e2e.visitor import CARD_BUTTON, GRID, START
from tests.support import CATEGORIES

CONSENT, END = "form button", "#completion-code"
CLOSED_AFTER = (3, 7, 12)  # so many answers
STUCK_S = 20.0  # without anything to press: then a person loads the page again
CLICK_MS = 5_000


@dataclass
class Session:
    """One person at one browser. `chosen` is what was pressed, in the order of the trials."""

    context: BrowserContext
    url: str
    code: str
    dice: random.Random
    acknowledged: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    closed: int = 0
    token: str = ""

    async def run(self) -> None:
        page = await self._opened()
        while True:
            try:
                there = await self._there(page)
                if there == END:
                    return
                await self._press(page, there)
                if there == START and self._closes():
                    # The trial before is safe now; this one was begun, and comes again.
                    await asyncio.sleep(self.dice.uniform(0, 1))
                    await page.close()
                    page = await self._opened()
            except (Error, TimeoutError):
                await self._load(page)

    def _closes(self) -> bool:
        due = self.closed < len(CLOSED_AFTER) and len(self.chosen) >= CLOSED_AFTER[self.closed]
        self.closed += due
        return due

    async def _opened(self) -> Page:
        page = await self.context.new_page()
        page.on("response", self._note)
        await self._load(page)
        return page

    async def _load(self, page: Page) -> None:
        """The session's page, or the study's where there is no session; again until it is there."""
        while True:
            cookies = {cookie["name"]: cookie["value"] for cookie in await self.context.cookies()}
            self.token = cookies.get(f"metamerlab-{self.code}", "")
            try:
                answer = await page.goto(f"{self.url}/{'run' if self.token else 's'}/{self.code}")
                if answer is not None and answer.ok:
                    return
            except Error:
                await asyncio.sleep(0.2)  # the connection broke

    async def _there(self, page: Page) -> str:
        """The selector of what can be pressed now. Raises `TimeoutError`."""
        deadline = time.monotonic() + STUCK_S
        while time.monotonic() < deadline:
            for selector in (GRID, START, f"{CARD_BUTTON}:enabled", CONSENT, END):
                if await page.is_visible(selector):
                    return selector
            await asyncio.sleep(0.05)
        raise TimeoutError

    async def _press(self, page: Page, there: str) -> None:
        if there == START:
            await page.keyboard.press("Space")
            await page.wait_for_selector(START, state="hidden", timeout=CLICK_MS)
        elif there == GRID:
            choice = self.dice.choice(CATEGORIES)
            await page.click(f"[data-choice={choice}]", timeout=CLICK_MS)
            self.chosen.append(choice)
            await page.wait_for_selector(GRID, state="hidden", timeout=CLICK_MS)
        else:
            await page.click(there, timeout=CLICK_MS)

    def _note(self, response: Response) -> None:
        request = response.request
        if request.method == "PUT" and response.status == 200:
            self.acknowledged.append(request.post_data_json["uuid"])


@dataclass
class Tabs:
    """Sessions on a study's live link. `chromium` is the path of the browser."""

    url: str
    code: str
    chromium: str | None = None
    sessions: list[Session] = field(default_factory=list)

    @property
    def acknowledged(self) -> set[str]:
        return {uuid for session in self.sessions for uuid in session.acknowledged}

    @property
    def closed(self) -> int:
        """How often a tab was closed."""
        return sum(session.closed for session in self.sessions)

    async def take_part(self, count: int) -> None:
        if count == 0:
            return
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=self.chromium, args=["--no-sandbox"])
            for number in range(count):
                context = await browser.new_context()
                dice = random.Random(number)
                self.sessions.append(Session(context, self.url, self.code, dice))
            await asyncio.gather(*(session.run() for session in self.sessions))
            await browser.close()

    async def wrong(self, database: Database) -> int:
        """How many sessions have not exactly what was chosen, each trial's answer once."""
        stored = [await _answers(database, session.token) for session in self.sessions]
        return sum(answers != session.chosen for answers, session in zip(stored, self.sessions, strict=True))


async def _answers(database: Database, token: str) -> list[str]:
    query = (
        select(tables.Response.answer)
        .join(tables.PlannedTrial)
        .join(tables.Participant)
        .where(tables.Participant.token_sha256 == token_sha256(token))
        .order_by(tables.PlannedTrial.trial_index)
    )
    async with database.reading() as session:
        return list(await session.scalars(query))
