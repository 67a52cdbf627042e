"""The queue of synthesis runs: who gets which run, and who has lost it; on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.errors import Conflict, Invalid, NotFound
from app.db.session import Database
from app.db.tables import Bundle, Stimulus, SynthesisRun
from app.stimuli import service as stimuli
from app.synthesis_runs import service
from app.synthesis_runs.schemas import Claim, paths_that_leave
from synthesis.bundle.events import ProgressEvent, RunSummary
from synthesis.common.errors import SpecError
from tests.database import rows_of

pytestmark = pytest.mark.anyio

SPEC = "model: tiny\nlayers: [relu1]\nstimuli: stimuli\n"
NOW = utc_now()
STALE = timedelta(seconds=60)
SUMMARY = RunSummary(items=60, passed=58, failed=2, seconds=9.5, faults={"inside the null": 2})


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def queue(database: Database, name: str = "one", now: datetime = NOW) -> int:
    async with database.writing() as session:
        return (await service.queue(session, COMMAND_LINE, name, SPEC, Path("/specs"), now)).id


async def take(database: Database, now: datetime = NOW, host: str = "here") -> Claim | None:
    async with database.writing() as session:
        return await service.take(session, host, 1, now, STALE)


async def taken(database: Database) -> Claim:
    """The claim on a run that was just queued."""
    await queue(database)
    claim = await take(database)
    assert claim is not None
    return claim


async def only_run(database: Database) -> SynthesisRun:
    (run,) = await rows_of(database, SynthesisRun)
    return run


async def test_runs_are_taken_in_the_order_of_their_queueing(database: Database) -> None:
    first, second = (
        await queue(database, "first"),
        await queue(database, "second", NOW + timedelta(seconds=1)),
    )
    claims = [await take(database) for _ in range(3)]
    assert [claim and claim.run_id for claim in claims] == [first, second, None]
    assert claims[0] == Claim(first, 1, "first", SPEC, Path("/specs"))
    run = (await rows_of(database, SynthesisRun))[0]
    assert (run.state, run.host, run.pid, run.started_at, run.heartbeat_at) == (
        "running",
        "here",
        1,
        NOW,
        NOW,
    )


async def test_of_workers_at_once_each_run_has_one(database: Database, database_url: str) -> None:
    runs = [await queue(database, f"run-{number}") for number in range(6)]
    others = [Database(database_url) for _ in range(9)]
    claims = await asyncio.gather(*(take(other) for other in others))
    for other in others:
        await other.close()
    assert sorted(claim.run_id for claim in claims if claim) == runs
    assert claims.count(None) == 3


async def test_a_silent_worker_loses_its_run_to_the_next(database: Database) -> None:
    old = await taken(database)
    later = NOW + STALE
    assert await take(database, later) is None, "heard of just in time"
    new = await take(database, later + timedelta(seconds=1), "there")
    assert new is not None
    assert (new.run_id, new.attempt) == (old.run_id, 2)
    async with database.writing() as session:
        assert await service.report(session, old, None, later) is None
        await service.failed(session, old, "too late", later)
        await service.put_back(session, old, later)
    run = await only_run(database)
    assert (run.state, run.error, run.host) == ("running", None, "there")


async def test_a_heartbeat_keeps_the_run(database: Database) -> None:
    claim = await taken(database)
    async with database.writing() as session:
        assert await service.report(session, claim, None, NOW + STALE) == "running"
    assert await take(database, NOW + STALE + timedelta(seconds=30)) is None


async def test_a_run_that_takes_workers_down_fails_in_the_end(database: Database) -> None:
    await queue(database)
    moments = [NOW + number * timedelta(minutes=2) for number in range(4)]
    claims = [await take(database, moment) for moment in moments]
    assert [claim and claim.attempt for claim in claims] == [1, 2, 3, None]
    run = await only_run(database)
    assert run.state == "failed"
    assert (run.error or "").startswith("3 workers vanished during it")
    async with database.writing() as session:
        await service.retry(session, COMMAND_LINE, run.id, moments[-1])
    assert (await take(database, moments[-1])) is not None


async def test_progress_is_stored_and_ends_with_the_run(database: Database, tiny_bundle: Path) -> None:
    claim = await taken(database)
    event = ProgressEvent(stage="metamers", done=3, total=60, per_second=0.5, seconds_left=114.0)
    async with database.writing() as session:
        assert await service.report(session, claim, event, NOW) == "running"
    run = await only_run(database)
    stored = (run.stage, run.done, run.total, run.per_second, run.seconds_left)
    assert stored == ("metamers", 3, 60, 0.5, 114.0)
    manifest = stimuli.verify_bundle(tiny_bundle)
    async with database.writing() as session:
        assert await service.finished(session, claim, tiny_bundle, manifest, SUMMARY, NOW)
    run = await only_run(database)
    (bundle,) = await rows_of(database, Bundle)
    assert (run.state, run.bundle_id, run.stage, run.done) == ("finished", bundle.id, None, None)
    assert run.summary == {
        "items": 60,
        "passed": 58,
        "failed": 2,
        "seconds": 9.5,
        "faults": {"inside the null": 2},
    }
    assert len(await rows_of(database, Stimulus)) == 80


async def test_a_worker_that_lost_its_run_ingests_nothing(database: Database, tiny_bundle: Path) -> None:
    old = await taken(database)
    await take(database, NOW + 2 * STALE)
    manifest = stimuli.verify_bundle(tiny_bundle)
    async with database.writing() as session:
        assert not await service.finished(session, old, tiny_bundle, manifest, SUMMARY, NOW)
    assert await rows_of(database, Bundle) == []


async def test_a_run_that_was_put_back_is_the_first_again(database: Database) -> None:
    claim = await taken(database)
    await queue(database, "other", NOW + timedelta(seconds=1))
    async with database.writing() as session:
        await service.put_back(session, claim, NOW)
    again = await take(database, NOW + timedelta(seconds=2))
    assert again is not None
    assert (again.run_id, again.attempt) == (claim.run_id, 2)
    assert (await rows_of(database, SynthesisRun))[0].losses == 0


@pytest.mark.parametrize(("is_taken", "state"), [(False, "cancelled"), (True, "cancelling")])
async def test_cancelling(database: Database, is_taken: bool, state: str) -> None:
    run_id = await queue(database)
    claim = await take(database) if is_taken else None
    async with database.writing() as session:
        await service.cancel(session, COMMAND_LINE, run_id, NOW, STALE)
    assert (await only_run(database)).state == state
    if claim:
        async with database.writing() as session:
            assert await service.report(session, claim, None, NOW) == "cancelling"
            await service.put_back(session, claim, NOW)  # a worker that stops at the same time
    run = await only_run(database)
    assert (run.state, run.ended_at) == ("cancelled", NOW)
    assert await take(database) is None


async def test_cancelling_a_run_whose_worker_is_gone(database: Database) -> None:
    claim = await taken(database)
    async with database.writing() as session:
        await service.cancel(session, COMMAND_LINE, claim.run_id, NOW, STALE)
    assert await take(database, NOW + 2 * STALE) is None, "nobody is to carry it out"
    assert (await only_run(database)).state == "cancelled"
    async with database.writing() as session:
        await service.retry(session, COMMAND_LINE, claim.run_id, NOW)
    await take(database, NOW)
    async with database.writing() as session:
        run = await service.cancel(session, COMMAND_LINE, claim.run_id, NOW + 2 * STALE, STALE)
    assert run.state == "cancelled", "at once: no worker would answer"


async def test_what_cannot_be_done_is_said(database: Database) -> None:
    run_id = await queue(database)
    async with database.writing() as session:
        with pytest.raises(Conflict, match="there is a run 'one' already"):
            await service.queue(session, COMMAND_LINE, "one", SPEC, Path("/specs"), NOW)
        with pytest.raises(Conflict, match="run 1 is queued"):
            await service.retry(session, COMMAND_LINE, run_id, NOW)
        with pytest.raises(NotFound, match="no run 99"):
            await service.cancel(session, COMMAND_LINE, 99, NOW, STALE)
        await service.cancel(session, COMMAND_LINE, run_id, NOW, STALE)
        with pytest.raises(Conflict, match="nothing to cancel"):
            await service.cancel(session, COMMAND_LINE, run_id, NOW, STALE)


@pytest.mark.parametrize("name", ["", "../up", "/etc", "Upper", "a b", "-a", "a" * 65, "a/b", "a\n"])
async def test_names_that_are_no_folder_names_are_refused(database: Database, name: str) -> None:
    with pytest.raises(Invalid, match="small letters"):
        await queue(database, name)


def test_a_spec_is_checked_with_line_numbers(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        service.check_spec("model: tiny\nlayers: []\nseed: -1\n", tmp_path)
    assert len(caught.value.problems) == 3
    assert caught.value.problems[0].startswith("spec:2: layers: ")
    assert caught.value.problems[2].startswith("spec:3: seed: ")
    with pytest.raises(SpecError, match="at most 20000"):
        service.check_spec("#" * 20_001, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "stimuli: /etc",
        "stimuli: ../up",
        "stimuli: a/../../b",
        "stimuli: ~/pictures",
        "stimuli: s3://bucket/pictures",
        "weights: {file: /root/weights.pt}",
        "models: [a, /b]",
    ],
)
def test_paths_that_lead_out_of_the_folder(line: str) -> None:
    assert len(paths_that_leave(line)) == 1


def test_paths_within_the_folder_may_stay(tmp_path: Path) -> None:
    spec = f"{SPEC}null_stimuli: more/pictures..\ndecision: readout\nreadout: starter\n"
    assert paths_that_leave(spec) == []
    service.check_spec(spec, tmp_path, confined=True)
    with pytest.raises(SpecError, match="'/etc' leads out of the folder"):
        service.check_spec(SPEC.replace("stimuli: stimuli", "stimuli: /etc"), tmp_path, confined=True)
