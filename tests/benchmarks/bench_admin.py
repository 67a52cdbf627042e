"""How fast the experimenter's pages of a large study are.

    python tests/benchmarks/bench_admin.py

Prints JSON lines and writes them to var/bench/admin.jsonl. A real server on SQLite holds one study of 2,000
participants and 100,000 answered trials, drawn at random; a client asks for one page after another.

- admin.dashboard_ms: the slowest page's median of 20 requests; `pages` has all of them. Control: the slowest
  page's first request after an answer has come, when what is kept of the results is counted anew; `first` has
  all of them.
"""

import asyncio
import json
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.db.migrate import upgrade  # noqa: E402
from app.db.session import Database  # noqa: E402
from tests.accounts import OWNER, PASSWORD, make_account  # noqa: E402
from tests.benchmarks.million_trials import fill_sqlite  # noqa: E402
from tests.serving import serving  # noqa: E402

PARTICIPANTS, TRIALS, REQUESTS = 2_000, 50, 20
STUDY = "/admin/studies/million"
PAGES = {
    "studies": "/admin",
    "progress": f"{STUDY}/progress",
    "participants": f"{STUDY}/participants",
    "participant": f"{STUDY}/participants/1000",
    "results": STUDY,
    "downloads": f"{STUDY}/downloads",
    "audit": "/admin/audit",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "admin.db"
        url = f"sqlite+aiosqlite:///{file}"
        upgrade(url)
        fill_sqlite(file, PARTICIPANTS, TRIALS)
        asyncio.run(_make_owner(url))
        with serving(Path(folder), url, RATE_LIMITS="false") as served:
            first, later = _measured(served.url, file)
    line = {
        "name": "admin.dashboard_ms",
        "value": max(later.values()),
        "unit": "ms",
        "n": REQUESTS,
        "control": max(first.values()),
        "pages": later,
        "first": first,
        "participants": PARTICIPANTS,
        "trials": PARTICIPANTS * TRIALS,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    out = ROOT / "var" / "bench" / "admin.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(line) + "\n")
    print(json.dumps(line))


async def _make_owner(url: str) -> None:
    database = Database(url)
    async with database.writing() as session:
        await make_account(session)
    await database.close()


def _measured(url: str, file: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of the first request of each page after a change, and the median of those that follow."""
    # A connection for each request: one that was kept open might be closed by the server meanwhile.
    with httpx.Client(base_url=url, timeout=60, headers={"connection": "close"}) as client:
        client.post("/admin/sign-in", data={"email": OWNER, "password": PASSWORD})
        for path in PAGES.values():  # the program itself is warm
            client.get(path).raise_for_status()
        first, later = {}, {}
        for name, path in PAGES.items():
            _answer(file)
            first[name] = _ms(client, path)
            later[name] = round(statistics.median(_ms(client, path) for _ in range(REQUESTS)), 1)
    return first, later


def _answer(file: Path) -> None:
    """An event of a session: what is kept of the results no longer counts."""
    with sqlite3.connect(file) as connection:
        connection.execute(
            "INSERT INTO events (participant_id, kind, detail, happened_at)"
            " VALUES (1, 'resume', '{}', '2026-01-01 00:00:00+00:00')"
        )
    connection.close()


def _ms(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path).raise_for_status()
    return round((time.perf_counter() - began) * 1000, 1)


if __name__ == "__main__":
    main()
