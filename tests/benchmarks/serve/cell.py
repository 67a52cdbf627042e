"""One measurement on one server, in a process of its own, as JSON: `python -m tests.benchmarks.serve.cell`.

cell FOLDER DATABASE_URL WORKERS PEOPLE ANSWERS PAUSE_S      people who answer
cell FOLDER DATABASE_URL download SECONDS                     answers while 177,200 trials are downloaded
cell FOLDER DATABASE_URL locked SECONDS                       answers while another program holds the lock
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.db.migrate import upgrade
from app.db.session import Database
from tests.benchmarks.serve import trouble
from tests.benchmarks.serve.bare import bare
from tests.benchmarks.serve.people import Tally, answering, leave, people, percentile_ms
from tests.benchmarks.serve.site import Site, cpu_s, free_port, peak_mib
from tests.benchmarks.serve.statements import per_call


def main() -> None:
    folder, url, what, *numbers = sys.argv[1:]
    site = Site(Path(folder), url, free_port(), int(what) if what.isdecimal() else 1)
    upgrade(url)
    if what == "download":
        measured = trouble.download(site, float(numbers[0]))
    elif what == "locked":
        measured = trouble.locked(site, float(numbers[0]))
    else:
        measured = crowd(site, int(numbers[0]), int(numbers[1]), float(numbers[2]))
    print(json.dumps(measured))


def crowd(site: Site, count: int, answers: int, pause_s: float) -> dict[str, Any]:
    code, control, tally = site.open_study(), bare(site.database_url), Tally()
    with site.serving() as pid:
        used_s, took_s = asyncio.run(_crowd(site, code, count, answers, pause_s, pid, tally))
        mib = peak_mib(pid)
    lost, duplicated = asyncio.run(faults(site.database_url, tally.acknowledged))
    return {
        "n": len(tally.acknowledged),
        "p50_ms": percentile_ms(tally.save_s, 50),
        "p99_ms": percentile_ms(tally.save_s, 99),
        "per_s": round(len(tally.acknowledged) / took_s, 1),
        "cpu_ms": round(1000 * used_s / len(tally.acknowledged), 2),
        "mib": mib,
        "refused": tally.refused,
        "lost": lost,
        "duplicated": duplicated,
        "control": control,
        "statements": per_call(site.database_url, code),
    }


async def _crowd(
    site: Site, code: str, count: int, answers: int, pause_s: float, pid: int, tally: Tally
) -> tuple[float, float]:
    crowd = await people(site.url, code, count, tally)
    await answering(crowd, 1, 0)  # connections and caches are warm
    tally.save_s.clear()
    tally.acknowledged.clear()
    before_s = cpu_s(pid)
    took_s = await answering(crowd, answers, pause_s)
    used_s = cpu_s(pid) - before_s
    await leave(crowd)
    return used_s, took_s


async def faults(url: str, acknowledged: list[str]) -> tuple[int, int]:
    """How many acknowledged answers the database lacks, and how many trials have more than one."""
    database = Database(url)
    async with database.reading() as session:
        stored = set((await session.scalars(text("SELECT client_uuid FROM responses"))).all())
        twice = "SELECT count(*) - count(DISTINCT planned_trial_id) FROM responses"
        duplicated = await session.scalar(text(twice))
    await database.close()
    return len(set(acknowledged) - stored), int(duplicated or 0)


if __name__ == "__main__":
    main()
