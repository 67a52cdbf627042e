"""People who take part: real HTTP on connections that stay open, and the page's way of trying again."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.http import TIMING

TEMPORARY = {408, 425, 429, 500, 502, 503, 504}  # for the page these are worth another try
WINDOW = 40


@dataclass
class Tally:
    """What the people of one measurement saw. Times in seconds."""

    save_s: list[float] = field(default_factory=list)  # of every call that was answered, good or not
    refused: int = 0  # calls that were answered by one of TEMPORARY, or not at all
    acknowledged: list[str] = field(default_factory=list)


@dataclass
class Person:
    """One participant. `answer` stores the next answer; it is tried until it is stored."""

    http: aiohttp.ClientSession
    code: str
    tally: Tally
    due: int = 0
    total: int = 0
    choices: tuple[str, ...] = ()

    async def enter(self) -> None:
        """Consent, the session, and the first window of trials; a stimulus, as the page would."""
        await self._get(f"/s/{self.code}")
        form = {"consent": "yes", "uuid": str(uuid4())}
        path = f"/s/{self.code}/consent"
        async with self.http.post(path, data=form, allow_redirects=False) as answer:
            assert answer.status == 303, (answer.status, await answer.text())
        await self._get(f"/run/{self.code}")
        view = await self._json(f"/api/{self.code}/session")
        self.total = view["total"]
        self.choices = tuple(choice["name"] for choice in view["task"]["choices"])
        await self._pass_pages(view)
        window = await self._json(f"/api/{self.code}/trials?start=0&count={WINDOW}")
        await self._get(window["trials"][0]["stimulus"])

    async def answer(self) -> None:
        body = {
            "uuid": str(uuid4()),
            "answer": random.choice(self.choices),
            "rt_ms": round(random.lognormvariate(6.8, 0.35), 1),
            "timing": TIMING,
        }
        tries = 0
        while not await self._put(body):
            tries += 1
            await asyncio.sleep(min(15, 0.5 * 2**tries) * random.uniform(0.5, 1))
        self.tally.acknowledged.append(body["uuid"])
        self.due += 1
        if self.due % (WINDOW // 2) == 0 and self.due < self.total:
            await self._json(f"/api/{self.code}/trials?start={self.due}&count={WINDOW}")

    async def _put(self, body: dict[str, Any]) -> bool:
        began = time.perf_counter()
        try:
            async with self.http.put(f"/api/{self.code}/trials/{self.due}", json=body) as response:
                text = await response.text()
        except (aiohttp.ClientError, TimeoutError):
            self.tally.refused += 1
            return False
        self.tally.save_s.append(time.perf_counter() - began)
        if response.status in TEMPORARY:
            self.tally.refused += 1
            return False
        if response.status == 409 and '"step_not_due"' in text:
            await self._pass_pages(await self._json(f"/api/{self.code}/session"))
            return await self._put(body)
        assert response.status == 200, (response.status, text)
        return True

    async def _pass_pages(self, view: dict[str, Any]) -> None:
        """Leave the pages behind that come before the next trial."""
        for step in view["steps"]:
            if step["trials"] is not None:
                return
            body = {"uuid": str(uuid4()), "kind": step["kind"], "result": None}
            path = f"/api/{self.code}/steps/{step['position']}"
            async with self.http.put(path, json=body) as response:
                assert response.status == 200, (response.status, await response.text())

    async def _json(self, path: str) -> Any:
        async with self.http.get(path) as response:
            assert response.status == 200, (path, response.status, await response.text())
            return await response.json()

    async def _get(self, path: str) -> None:
        async with self.http.get(path) as response:
            assert response.status == 200, (path, response.status)
            await response.read()


async def people(url: str, code: str, count: int, tally: Tally) -> list[Person]:
    """Participants who have entered, a few at a time."""
    some = asyncio.Semaphore(4)

    async def one() -> Person:
        http = aiohttp.ClientSession(
            url,
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # cookies of an address that is a number
            connector=aiohttp.TCPConnector(limit=4),
            timeout=aiohttp.ClientTimeout(total=60),
        )
        person = Person(http, code, tally)
        async with some:
            await person.enter()
        return person

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def leave(crowd: list[Person]) -> None:
    await asyncio.gather(*(person.http.close() for person in crowd))


async def answering(crowd: list[Person], answers: int, pause_s: float) -> float:
    """Each gives so many answers, with a pause of `pause_s` on average before each; the seconds it took."""

    async def one(person: Person) -> None:
        for _ in range(answers):
            if pause_s:
                await asyncio.sleep(random.uniform(0, 2 * pause_s))
            await person.answer()

    began = time.perf_counter()
    await asyncio.gather(*(one(person) for person in crowd))
    return time.perf_counter() - began


def percentile_ms(seconds: list[float], percent: float) -> float:
    """The smallest time that at least so many percent do not exceed, in ms."""
    ordered = sorted(seconds)
    place = min(len(ordered) - 1, max(0, -int(-len(ordered) * percent // 100) - 1))
    return round(1000 * ordered[place], 1)
