"""Answers while something else keeps the server or its database busy. SQLite only."""

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import make_url

from tests.accounts import PASSWORD
from tests.benchmarks import million_trials
from tests.benchmarks.serve.people import Person, Tally, answering, leave, people, percentile_ms
from tests.benchmarks.serve.site import Site, peak_mib

PEOPLE, PAUSE_S = 20, 1.0
PARTICIPANTS = 443  # of 400 trials each
FILES = ("trials.csv", "learning.csv")  # of the analysis


def database_file(site: Site) -> Path:
    return Path(str(make_url(site.database_url).database))


def download(site: Site, seconds: float) -> dict[str, Any]:
    """Answers of 20 people while an experimenter downloads the files of a large study one after another."""
    million_trials.fill_sqlite(database_file(site), PARTICIPANTS)
    code = site.open_study()
    token = site.run("admin", "setup")["address"].partition("#")[2]
    with site.serving() as pid:
        idle, busy, downloads = asyncio.run(_download(site, code, token, seconds))
        return {
            "n": len(busy.save_s),
            "p99_ms": percentile_ms(busy.save_s, 99),
            "longest_ms": percentile_ms(busy.save_s, 100),
            "control": percentile_ms(idle.save_s, 99),
            "refused": busy.refused,
            "mib": peak_mib(pid),
            "downloads": downloads,
        }


async def _download(site: Site, code: str, token: str, seconds: float) -> tuple[Tally, Tally, dict[str, Any]]:
    idle, busy = Tally(), Tally()
    crowd = await people(site.url, code, PEOPLE, idle)
    await answering(crowd, 5, PAUSE_S)
    for person in crowd:
        person.tally = busy
    jar = aiohttp.CookieJar(unsafe=True)
    timeout = aiohttp.ClientTimeout(total=300)
    async with aiohttp.ClientSession(site.url, cookie_jar=jar, timeout=timeout) as experimenter:
        form = {
            "token": token,
            "email": "a@example.org",
            "name": "A",
            "password": PASSWORD,
            "again": PASSWORD,
        }
        async with experimenter.post("/admin/welcome", data=form, allow_redirects=False) as answer:
            assert answer.status == 303, await answer.text()
        downloads = await _meanwhile(crowd, _files(experimenter, seconds))
    await leave(crowd)
    return idle, busy, downloads


async def _files(experimenter: aiohttp.ClientSession, seconds: float) -> dict[str, Any]:
    """What each file took, again and again until the time is over; bytes are those of the last."""
    taken: dict[str, Any] = {}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for name in FILES:
            began, size = time.perf_counter(), 0
            async with experimenter.get(f"/admin/studies/million/live/{name}") as answer:
                assert answer.status == 200, answer.status
                async for chunk in answer.content.iter_any():
                    size += len(chunk)
            taken.setdefault(name, []).append({"s": round(time.perf_counter() - began, 2), "bytes": size})
    return taken


async def _meanwhile(crowd: list[Person], work: Any) -> Any:
    """The people answer as long as `work` lasts (they may run out of trials first)."""
    done = asyncio.ensure_future(work)

    async def one(person: Person) -> None:
        while not done.done() and person.due < person.total:
            await answering([person], 1, PAUSE_S)

    await asyncio.gather(*(one(person) for person in crowd))
    return await done


def locked(site: Site, seconds: float) -> dict[str, Any]:
    """Answers of 30 people, and the health check, while another program holds SQLite's lock for writing."""
    code = site.open_study()
    with site.serving():
        return asyncio.run(_locked(site, code, seconds))


async def _locked(site: Site, code: str, seconds: float) -> dict[str, Any]:
    tally, reads_s, health_s = Tally(), [], []
    crowd = await people(site.url, code, 30, tally)
    foreign = sqlite3.connect(database_file(site), isolation_level=None)
    foreign.execute("BEGIN IMMEDIATE")
    began = time.perf_counter()
    answers = asyncio.ensure_future(answering(crowd, 1, 0))
    async with aiohttp.ClientSession(site.url, timeout=aiohttp.ClientTimeout(total=60)) as watcher:
        while time.perf_counter() - began < seconds:
            health_s.append(await _seconds(watcher, "/healthz"))
            reads_s.append(await _seconds(crowd[0].http, f"/api/{code}/session"))
            await asyncio.sleep(0.2)
    foreign.execute("ROLLBACK")
    foreign.close()
    released = time.perf_counter()
    await answers
    all_stored_s = time.perf_counter() - released
    await leave(crowd)
    return {
        "n": len(health_s),
        "health_p99_ms": percentile_ms(health_s, 99),
        "read_p99_ms": percentile_ms(reads_s, 99),
        "answers_refused": tally.refused,
        "answers_stored": len(tally.acknowledged),
        "longest_call_s": round(max(tally.save_s), 1),
        "all_stored_after_s": round(all_stored_s, 1),
    }


async def _seconds(http: aiohttp.ClientSession, path: str) -> float:
    began = time.perf_counter()
    async with http.get(path) as response:
        await response.read()
    return time.perf_counter() - began
