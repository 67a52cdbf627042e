"""The control: what the database alone can do. One connection stores rows like answers, each for good."""

import asyncio
import time

from sqlalchemy import text

from app.db.session import Database
from tests.benchmarks.serve.people import percentile_ms

ROWS = 300
PAYLOAD = "x" * 400


def bare(url: str) -> dict[str, float]:
    """Rows per second, and the 99th percentile of the time of one in ms."""
    return asyncio.run(_bare(url))


async def _bare(url: str) -> dict[str, float]:
    database, seconds = Database(url), []
    async with database.writing() as session:
        await session.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, payload TEXT)"))
    for number in range(ROWS):
        began = time.perf_counter()
        async with database.writing() as session:
            row = {"id": number, "payload": PAYLOAD}
            await session.execute(text("INSERT INTO bare (id, payload) VALUES (:id, :payload)"), row)
        seconds.append(time.perf_counter() - began)
    async with database.writing() as session:
        await session.execute(text("DROP TABLE bare"))
    await database.close()
    return {"per_s": round(ROWS / sum(seconds), 1), "p99_ms": percentile_ms(seconds, 99)}
