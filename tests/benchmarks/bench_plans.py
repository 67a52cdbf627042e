"""How long participants' plans take in a study of 60 conditions and 400 stimuli, with 500 participants.

    python tests/benchmarks/bench_plans.py

Five networks, 59 layers and natural; every participant is given all 400 stimuli and 16 for practice. People
come 20 at a time to one server process with SQLite, by the service that takes consent. Prints JSON lines and
writes them to var/bench/plans.jsonl:

- plans.plan_s: from a participant's turn at the database to the stored plan, the longest of all 500, the
  first of each block and the very first, which reads the study's stimuli, among them; beside it the median.
  Control: one block of the same cells by the planner of studies that give no number of trials.
- plans.enrolled_per_s: participants a second, waiting included. Control: the same for the same number of rows
  inserted without any planning.
- plans.memory_growth_mib: by how much the process's peak memory grew from the 100th participant to the 500th.
  Control: the size of one block's plans.
- plans.largest_imbalance: how often the cell of a condition that was shown most was shown, less that of the
  one that was shown least. Control: the same after drawing each participant's conditions at random.
"""

import asyncio
import json
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import func, insert, select

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.core.clock import utc_now  # noqa: E402
from app.core.tokens import new_asset_token  # noqa: E402
from app.db.migrate import upgrade  # noqa: E402
from app.db.session import Database  # noqa: E402
from app.db.tables import Bundle, Participant, PlannedTrial, Stimulus, Study, StudyBundle, StudyLink  # noqa: E402
from app.experiments import service as experiments  # noqa: E402
from app.experiments.design import block_cells, without  # noqa: E402
from app.experiments.schemas import StudyDefinition  # noqa: E402
from app.participants import queries, service  # noqa: E402
from app.participants.form_keys import FormKeys  # noqa: E402
from synthesis.bundle.manifest import NATURAL  # noqa: E402
from tests.support import CATEGORIES  # noqa: E402

LAYERS = (12, 12, 12, 12, 11)  # of each network: with natural 60 conditions
STIMULI, PRACTICE, PEOPLE, EARLY, AT_ONCE = 400, 16, 500, 100, 20
STALE_AFTER = timedelta(days=1)


def main() -> None:
    lines = asyncio.run(measured())
    kept = ROOT / "var" / "bench" / "plans.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    written = [json.dumps({**line, "machine": platform.machine()}) for line in lines]
    kept.write_text("".join(f"{line}\n" for line in written))
    print(*written, sep="\n")


async def measured() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        await asyncio.to_thread(upgrade, url)
        database = Database(url)
        try:
            await fill(database)
            return await enrol(database)
        finally:
            await database.close()


async def fill(database: Database) -> None:
    """An open study of five networks, all of whose metamers are certified."""
    now = utc_now()
    networks = [f"net{number}" for number in range(len(LAYERS))]
    definition = StudyDefinition.model_validate(
        {
            "name": "bench", "title": "t", "preset": "image16-online", "consent": "c", "seed": 1,
            "stimuli": [{"bundle": name, "network": name} for name in networks],
            "trials": STIMULI, "practice_trials": PRACTICE, "participants": PEOPLE, "duration_minutes": 30,
        }
    )  # fmt: skip
    async with database.writing() as session:
        study = Study(name="bench", status="open", definition=definition.model_dump(mode="json"))
        study.created_at = study.opened_at = now
        study.secret = "bench"
        session.add(study)
        await session.flush()
        session.add(StudyLink(study_id=study.id, code="BENCH", audience="live"))
        for position, (network, count) in enumerate(zip(networks, LAYERS, strict=True)):
            layers = [f"layer{number}" for number in range(count)]
            bundle = Bundle(
                digest=network, path="nowhere", model=network, layers=layers, categories=list(CATEGORIES)
            )
            bundle.ingested_at = now
            session.add(bundle)
            await session.flush()
            session.add(
                StudyBundle(study_id=study.id, position=position, bundle_id=bundle.id, network=network)
            )
            await session.execute(insert(Stimulus), stimuli(bundle.id, layers))


def stimuli(bundle_id: int, layers: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "bundle_id": bundle_id, "natural_id": f"n{number:03}", "condition": condition, "seed": 0,
            "category": CATEGORIES[number % len(CATEGORIES)], "blob_sha256": "0" * 64, "certified": True,
            "media_type": "image/png", "certificate": {},
            "source_sha256": f"s{number}" if condition == NATURAL else None,
        }
        for condition in (NATURAL, *layers)
        for number in range(STIMULI + PRACTICE)
    ]  # fmt: skip


async def enrol(database: Database) -> list[dict[str, Any]]:
    peaks: dict[int, float] = {}

    async def one(number: int) -> float:
        async with database.writing() as session:
            began = time.perf_counter()
            study, link = await experiments.study_by_code(session, "BENCH")
            locked = await experiments.lock_study(session, study.id)
            keys = FormKeys("BENCH", uuid4())
            await service.consent(session, locked, link, keys, None, STALE_AFTER, utc_now())
            took = time.perf_counter() - began
        if number + 1 in (EARLY, PEOPLE):
            peaks[number + 1] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return took

    began = time.perf_counter()
    times = await at_once(one)
    per_s = PEOPLE / (time.perf_counter() - began)
    async with database.reading() as session:
        cells = await experiments.cells_of(session, await experiments.get_study(session, "bench"))
        shown = (
            select(PlannedTrial.stimulus_id, func.count())
            .where(PlannedTrial.phase == "main")
            .group_by(PlannedTrial.stimulus_id)
        )
        counts = {row[0]: row[1] for row in await session.execute(shown)}
    plans_only = await plain_inserts(database)
    usable = without(cells.valid, cells.practice)
    began = time.perf_counter()
    block_cells(cells.seed, 0, usable.shape, usable.tobytes())
    control = time.perf_counter() - began
    of_cells = [counts.get(held[0].id, 0) for (row, _), held in cells.stimuli.items() if usable[row].any()]
    return [
        line("plans.plan_s", max(times), "s", control, median=round(statistics.median(times), 4)),
        line("plans.enrolled_per_s", per_s, "1/s", plans_only),
        line("plans.memory_growth_mib", peaks[PEOPLE] - peaks[EARLY], "MiB", usable.size * 2 / 2**20),
        line("plans.largest_imbalance", max(of_cells) - min(of_cells), "participants", drawn_imbalance()),
    ]


def line(name: str, value: float, unit: str, control: float, **more: Any) -> dict[str, Any]:
    numbers = {"value": round(value, 4), "unit": unit, "n": PEOPLE, "control": round(control, 4)}
    return {"name": name, **numbers, **more}


async def at_once(work: Callable[[int], Awaitable[float]]) -> list[float]:
    """What `work` returns for everybody, some at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def in_turn(number: int) -> float:
        async with places:
            return await work(number)

    return await asyncio.gather(*(in_turn(number) for number in range(PEOPLE)))


async def plain_inserts(database: Database) -> float:
    """Participants a second, if each is given the first stimuli."""

    async def one(number: int) -> float:
        async with database.writing() as session:
            now = utc_now()
            person = Participant(
                study_id=1, audience="pilot", slot=number, token_sha256=f"t{number}", status="active"
            )
            person.consented_at = person.last_seen_at = now
            session.add(person)
            await session.flush()
            rows = [
                {
                    "participant_id": person.id, "trial_index": index, "phase": "main",
                    "stimulus_id": index + 1, "asset_token": new_asset_token(),
                }
                for index in range(STIMULI + PRACTICE)
            ]  # fmt: skip
            await queries.add_plan(session, rows)
        return 0.0

    began = time.perf_counter()
    await at_once(one)
    return PEOPLE / (time.perf_counter() - began)


def drawn_imbalance() -> int:
    """Each participant's stimuli are shuffled and dealt to the conditions, as the published code does."""
    conditions = 1 + sum(LAYERS)
    random, counts = np.random.default_rng(0), np.zeros((STIMULI, conditions), dtype=int)
    for _ in range(PEOPLE):
        counts[random.permutation(STIMULI), np.arange(STIMULI) % conditions] += 1
    return int(counts.max() - counts.min())


if __name__ == "__main__":
    main()
