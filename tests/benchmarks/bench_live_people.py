"""How often people see another picture than was asked for, because theirs was not made in time.

    python tests/benchmarks/bench_live_people.py [--people N] [--trials N]

A grid of ResNet-18 (random weights, conv1, 224 px) on SQLite, the application over HTTP in this process, one
generator of one thread, and simulated people at human pace: a trial of the preset takes 4.1 s until the
answer may be given, and they answer .9 s later. They are right as often as observers with known thresholds
within the levels: one who guesses is only shown the largest level, which the grid has. The network is read
before they begin. Prints one JSON line and writes it to var/bench/live-people.jsonl:

- adaptive.fell_back_share: of the trials that asked for a level between those of the grid. Control: 0. Their
  picture is made live, or it had no certificate, so that the nearest is shown, or it was not there in time.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from sqlalchemy import select  # noqa: E402

from app.accounts.actor import COMMAND_LINE  # noqa: E402
from app.adaptive.psychometric import Psychometric  # noqa: E402
from app.adaptive.schedule import right_answer  # noqa: E402
from app.core.clock import utc_now  # noqa: E402
from app.core.config import Settings  # noqa: E402
from app.db.migrate import upgrade  # noqa: E402
from app.db.tables import AbxTrial, PlannedTrial, Stimulus  # noqa: E402
from app.experiments import service as experiments  # noqa: E402
from app.live_pictures import measuring  # noqa: E402
from app.live_pictures.generator import Generator  # noqa: E402
from app.main import create_app  # noqa: E402
from app.simulation.thresholds import of_person, usual_thresholds  # noqa: E402
from app.stimuli.levels import MADE_LIVE  # noqa: E402
from tests.benchmarks.bench_live import grid  # noqa: E402
from tests.database import rows_of  # noqa: E402
from tests.http import answer_body, enter, new_client  # noqa: E402

TRIAL_S, ANSWER_S = 4.1, 0.9
NETWORK: dict[str, Any] = {"model": "torchvision/resnet18", "weights": {"random": 0}, "layers": ["conv1"]}
STUDY = """
name: live
title: What changes
participants: 50
duration_minutes: 5
consent: We store your answers.
preset: mame-abx
bundle: {bundle}
practice_trials: 0
adaptive: {{trials_per_dimension: {trials}, catch_share: 0, source: live}}
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--trials", type=int, default=10, help="Of each of two dimensions.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder), given.people, given.trials))
    line = json.dumps({**found, "people": given.people, "load": round(os.getloadavg()[0], 1)})
    kept = ROOT / "var" / "bench" / "live-people.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(f"{line}\n")
    print(line)


async def measured(folder: Path, people: int, trials: int) -> dict[str, Any]:
    settings = Settings(database_url=f"sqlite+aiosqlite:///{folder / 'live.db'}", rate_limits=False)
    await asyncio.to_thread(upgrade, settings.database_url)
    store = await asyncio.to_thread(grid, folder, NETWORK, control=True)
    (folder / "live.yaml").write_text(STUDY.format(bundle=store.root, trials=trials))
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        database = app.state.database
        async with database.writing() as session:
            checked = experiments.check_study(folder / "live.yaml")
            study = await experiments.create_study(session, COMMAND_LINE, checked, utc_now())
            links = await experiments.links_of_study(session, study.id)
            design = await experiments.abx_design_of(session, study)
            wanted = experiments.live_pictures(design)
            (bundle,) = await experiments.bundles_of_study(session, study.id)
            ids = await measuring.ask_some(session, bundle.bundle.id, wanted[:1], utc_now())
        running = Generator(database, settings)
        making = asyncio.create_task(running.work())
        while not (await _standing(database, ids)).ended:
            await asyncio.sleep(0.2)
        code = next(link.code for link in links if link.audience == "pilot")
        known = usual_thresholds(design.levels)
        await asyncio.gather(*(_person(app, code, n, of_person(known, 0, n)) for n in range(people)))
        running.stopping.set()
        await making
        return _line(await rows_of(database, AbxTrial), await rows_of(database, Stimulus), design.levels)


async def _standing(database: Any, ids: list[int]) -> measuring.Standing:
    async with database.reading() as session:
        return await measuring.standing(session, ids)


async def _person(app: Any, code: str, number: int, sees: dict[str, Psychometric]) -> None:
    """Sees every trial as the page shows it: the next picture is fetched while the present trial runs."""
    random = np.random.default_rng(number)
    async with new_client(app) as client:
        await asyncio.sleep(number * 1.3)
        await enter(client, code)
        total = (await client.get(f"/api/{code}/session")).json()["total"]
        fetched = asyncio.create_task(_fetch(client, code, 0))
        for index in range(total):
            token = await fetched
            if index + 1 < total:
                fetched = asyncio.create_task(_fetch(client, code, index + 1))
            await asyncio.sleep(TRIAL_S + ANSWER_S)
            answer = await _answer(app.state.database, token, sees, random)
            put = await client.put(f"/api/{code}/trials/{index}", json=answer_body(answer, timing={}))
            put.raise_for_status()


async def _fetch(client: Any, code: str, index: int) -> str:
    """Have a trial given out and its picture sent; the token in the picture's address."""
    window = await client.get(f"/api/{code}/trials", params={"start": index, "count": 1})
    address: str = window.json()["trials"][0]["stimulus"]
    (await client.get(address, timeout=20)).raise_for_status()
    return address.rpartition("/")[2]


async def _answer(database: Any, token: str, sees: dict[str, Psychometric], random: Any) -> str:
    query = select(AbxTrial).join(PlannedTrial, PlannedTrial.id == AbxTrial.planned_trial_id)
    async with database.reading() as session:
        trial = (await session.scalars(query.where(PlannedTrial.asset_token == token))).one()
    right = right_answer(trial.changed_first, trial.x_changed)
    wrong = "second" if right == "first" else "first"
    return right if random.random() < sees[trial.dimension](trial.level) else wrong


def _line(trials: Any, stimuli: Any, grid_levels: Any) -> dict[str, Any]:
    live = {one.id for one in stimuli if one.seed >= MADE_LIVE}
    asked = [one for one in trials if one.asked_level not in grid_levels[one.dimension]]
    late = sum(one.fell_back for one in asked)
    made = sum(one.stimulus_id in live for one in asked if not one.fell_back)
    return {
        "name": "adaptive.fell_back_share",
        "value": round(late / len(asked), 3) if asked else None,
        "control": 0.0,
        "trials": len(trials),
        "between_levels": len(asked),
        "live": made,
        "no_certificate": len(asked) - made - late,
        "fell_back": late,
    }


if __name__ == "__main__":
    main()
