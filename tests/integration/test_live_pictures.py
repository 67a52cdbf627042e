"""Requests for pictures: asked once, taken by one, lost, given up; and generators that make them."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import PictureRequest, Stimulus
from app.experiments import service as experiments
from app.live_pictures import service
from app.live_pictures.child import ChildLostError, ServingChild
from app.live_pictures.generator import Generator
from app.live_pictures.measuring import Wanted
from app.live_pictures.schemas import Claim
from app.live_pictures.steps import STEPS_PER_OCTAVE, steps_of
from tests.database import rows_of
from tests.integration.live_studies import live_study, program
from tests.processes import runs

pytestmark = pytest.mark.anyio
LEASE = timedelta(seconds=10)


def test_steps_are_geometric_with_both_ends() -> None:
    steps = steps_of((0.3, 1.0, 4.8))
    assert (steps[0], steps[-1]) == (0.3, 4.8) and len(steps) == 1 + 4 * STEPS_PER_OCTAVE
    assert [after / before for before, after in pairwise(steps)] == pytest.approx(
        [2 ** (1 / STEPS_PER_OCTAVE)] * (len(steps) - 1)
    )
    assert steps_of((1.0, 1.02)) == (1.0, 1.02)
    with pytest.raises(ValueError, match="rising"):
        steps_of((1.0, 1.0))


@pytest.fixture
async def wanted(database: Database, tmp_path: Path) -> list[Wanted]:
    """What a study can ask for."""
    study = await live_study(database, tmp_path)
    async with database.reading() as session:
        return experiments.live_pictures(await experiments.abx_design_of(session, study))


async def ask(database: Database, one: Wanted) -> int:
    async with database.writing() as session:
        (bundle_id,) = {row.bundle_id for row in [await session.get_one(Stimulus, one.original_id)]}
        return (await service.ask(session, bundle_id, *one.key, target=one.target, now=utc_now())).id


async def take(database: Database, *, later: float = 0) -> Claim | None:
    async with database.writing() as session:
        return await service.take(session, "test", utc_now() + timedelta(seconds=later), LEASE)


async def test_a_picture_is_asked_for_once_whoever_wants_it(database: Database, wanted: list[Wanted]) -> None:
    ids = await asyncio.gather(*(ask(database, wanted[0]) for _ in range(4)))
    assert len(set(ids)) == 1 and len(await rows_of(database, PictureRequest)) == 1


async def test_takers_at_once_get_different_requests_the_newest_first(
    database: Database, wanted: list[Wanted]
) -> None:
    first, second = [await ask(database, one) for one in wanted[:2]]
    assert await ask(database, wanted[0]) == first  # somebody waits for it anew
    claims = await asyncio.gather(take(database), take(database), take(database))
    taken = [claim.request_id for claim in claims if claim]
    assert sorted(taken) == [first, second] and len(taken) == 2
    other = await ask(database, wanted[2])
    again = await take(database)
    assert again is not None and again.request_id == other and again.attempt == 1


async def test_a_lost_lease_is_taken_by_another_and_the_first_has_no_say(
    database: Database, wanted: list[Wanted]
) -> None:
    await ask(database, wanted[0])
    lost = await take(database)
    assert lost is not None and await take(database, later=9) is None
    async with database.writing() as session:
        assert await service.renew(session, lost, utc_now() + timedelta(seconds=8), LEASE)
    assert await take(database, later=15) is None
    second = await take(database, later=19)
    assert second is not None and second.attempt == 2
    async with database.writing() as session:
        assert not await service.failed(session, lost, "late")
        assert await service.put_back(session, second)
    third = await take(database)
    assert third is not None and third.attempt == 2


async def test_three_failures_are_final_and_so_are_three_losses(
    database: Database, wanted: list[Wanted]
) -> None:
    await ask(database, wanted[0])
    for attempt in (1, 2, 3):
        claim = await take(database)
        assert claim is not None and claim.attempt == attempt
        async with database.writing() as session:
            await service.failed(session, claim, f"reason {attempt}")
    assert await take(database) is None
    await ask(database, wanted[1])
    for lost in range(3):
        assert await take(database, later=20 * lost) is not None
    assert await take(database, later=60) is None
    failed, given_up = await rows_of(database, PictureRequest)
    assert (failed.state, failed.error) == ("failed", "reason 3")
    assert given_up.state == "failed" and "3 generators were lost" in str(given_up.error)


async def test_a_generator_makes_what_is_asked_for(
    database: Database, wanted: list[Wanted], settings: Settings
) -> None:
    for one in wanted[:3]:
        await ask(database, one)
    assert await Generator(database, settings, program()).work(once=True) == 3
    rows = await rows_of(database, PictureRequest)
    assert {row.state for row in rows} == {"done"} and [row.seconds for row in rows] == [0.25] * 3
    made = {one.id: one for one in await rows_of(database, Stimulus) if one.seed >= 10_000}
    for row in rows:
        stimulus = made.pop(row.stimulus_id or 0)
        assert stimulus.seed == 10_000 + row.step and stimulus.condition == row.dimension
        assert stimulus.certified and stimulus.certificate["target"] == row.target
    assert not made


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("dies", "the reason"),
        ("hangs", "gave no answer for 0.3 s"),
        ("nonsense", "of the same version"),
        ("refuses", "no such picture"),
    ],
)
async def test_a_child_that_fails_costs_its_request_attempts_and_no_other(
    database: Database, wanted: list[Wanted], settings: Settings, behaviour: str, said: str
) -> None:
    await ask(database, wanted[0])
    bad = Generator(database, settings, program(behaviour), answer_limit_s=0.3)
    assert await bad.work(once=True) == 0
    (row,) = await rows_of(database, PictureRequest)
    assert (row.state, row.attempts) == ("failed", 3) and said in str(row.error)
    await ask(database, wanted[1])
    assert await Generator(database, settings, program()).work(once=True) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
async def test_a_generator_killed_by_kill_9_costs_one_request(
    database: Database, wanted: list[Wanted], settings: Settings
) -> None:
    await ask(database, wanted[0])
    killed = await started(settings, "hangs")
    while not any(row.state == "taken" for row in await rows_of(database, PictureRequest)):
        await asyncio.sleep(0.05)
    await ask(database, wanted[1])
    os.kill(killed.pid, signal.SIGKILL)
    await killed.wait()
    other = await started(settings, "")
    while any(row.state != "done" for row in await rows_of(database, PictureRequest)):
        await asyncio.sleep(0.05)
    rows = await rows_of(database, PictureRequest)
    assert [row.attempts for row in rows] == [2, 1]
    other.send_signal(signal.SIGTERM)
    out, _ = await other.communicate()
    assert other.returncode == 128 + signal.SIGTERM and "Pictures made: 2." in out.decode()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
async def test_sigterm_puts_the_request_back_and_leaves_no_child(
    database: Database, wanted: list[Wanted], settings: Settings
) -> None:
    await ask(database, wanted[0])
    stopped = await started(settings, "hangs")
    while not any(row.state == "taken" for row in await rows_of(database, PictureRequest)):
        await asyncio.sleep(0.05)
    children = Path(f"/proc/{stopped.pid}/task/{stopped.pid}/children")
    while not (pids := children.read_text().split()):
        await asyncio.sleep(0.05)
    stopped.send_signal(signal.SIGTERM)
    await stopped.communicate()
    (row,) = await rows_of(database, PictureRequest)
    assert (stopped.returncode, row.state, row.attempts) == (128 + signal.SIGTERM, "queued", 0)
    assert not any(runs(int(pid)) for pid in pids)


async def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    child = ServingChild(sys.executable, "-c", "import sys; sys.exit('no network')")
    with pytest.raises(ChildLostError, match="no network"):
        await child.start()
    await child.close()
    assert not child.runs


async def started(settings: Settings, behaviour: str) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "METAMERLAB_DATABASE_URL": settings.database_url,
        "METAMERLAB_GENERATOR_LEASE_SECONDS": "1",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.integration.tiny_generator", behaviour),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
