"""The life of a synthesis run: queued, taken by a worker, kept up to date, ended.

A worker holds a run as long as it reports in time. One that was silent for too long has lost it: the next
worker continues where the bundle's journal stands, and whatever the first still says changes nothing.
"""

import re
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.db.constraints import violated_constraint
from app.db.tables import SynthesisRun
from app.stimuli import service as stimuli
from app.stimulus_sets import service as stimulus_sets
from app.synthesis_runs import queries
from app.synthesis_runs.queries import all_runs as all_runs
from app.synthesis_runs.schemas import NAME_PATTERN, SPEC_LIMIT, TAKEN, Claim, paths_that_leave, sets_named
from synthesis.bundle.events import ProgressEvent, RunSummary
from synthesis.bundle.manifest import Manifest
from synthesis.bundle.spec import SynthesisSpec
from synthesis.common.errors import SpecError
from synthesis.common.yaml_file import parse_yaml

# A run that takes its workers down (out of memory, say) must not do so for ever.
LOSSES_AT_MOST = 3
WORKER = Actor.system("worker")
NO_PROGRESS = {"stage": None, "done": None, "total": None, "per_second": None, "seconds_left": None}


def check_spec(spec: str, folder: Path, name: str = "spec", *, confined: bool = False) -> None:
    """Raises `SpecError` with the line of each problem; `confined` refuses paths leading out of `folder`."""
    if len(spec) > SPEC_LIMIT:
        raise SpecError(f"{name}: has {len(spec)} characters; at most {SPEC_LIMIT} are taken")
    parse_yaml(spec, SynthesisSpec, name=name, folder=folder)
    if confined and (leaving := paths_that_leave(spec)):
        raise SpecError(*(f"{name}: {path!r} leads out of the folder {folder}" for path in leaving))


async def queue(
    session: AsyncSession, actor: Actor, name: str, spec: str, spec_folder: Path, now: datetime
) -> SynthesisRun:
    """Ask for a run of a checked spec.

    Raises `Forbidden`, or `Invalid` or `Conflict` for a name that cannot be had.
    """
    actor.require_create()
    if not re.fullmatch(NAME_PATTERN, name):
        raise Invalid("bad_name", f"name {name!r}: use at most 64 small letters, digits and hyphens")
    folder = str(spec_folder.resolve())
    run = SynthesisRun(name=name, spec=spec, spec_folder=folder, state="queued", queued_at=now)
    try:
        async with session.begin_nested():
            session.add(run)
    except IntegrityError as error:
        if violated_constraint(error) != "uq_synthesis_runs_name":
            raise
        raise Conflict("name_taken", f"there is a run {name!r} already; give another name") from None
    names = sets_named(spec)
    await stimulus_sets.link_to_run(session, run.id, names)
    await audit.record(session, actor, "run.queued", f"run {name}", {}, now)
    return run


async def get_run(session: AsyncSession, run_id: int) -> SynthesisRun:
    return _found(await queries.run_by_id(session, run_id), run_id)


async def cancel(
    session: AsyncSession, actor: Actor, run_id: int, now: datetime, stale_after: timedelta
) -> SynthesisRun:
    """Take a run out of the queue, or ask its worker to stop.

    Raises `Forbidden`, `NotFound` or `Conflict`.
    """
    actor.require_create()
    run = _found(await queries.lock_run(session, run_id), run_id)
    if run.state == "queued" or (run.state in TAKEN and is_stale(run, now, stale_after)):
        run.state, run.ended_at = "cancelled", now
    elif run.state in TAKEN:
        run.state = "cancelling"
    else:
        raise Conflict("run_ended", f"run {run_id} is {run.state}; there is nothing to cancel")
    await audit.record(session, actor, "run.cancelled", f"run {run.name}", {}, now)
    return run


async def retry(session: AsyncSession, actor: Actor, run_id: int, now: datetime) -> SynthesisRun:
    """Queue a failed or cancelled run again; it continues from what it has.

    Raises `Forbidden`, `NotFound` or `Conflict`.
    """
    actor.require_create()
    run = _found(await queries.lock_run(session, run_id), run_id)
    if run.state not in ("failed", "cancelled"):
        raise Conflict("run_not_ended", f"run {run_id} is {run.state}; only a failed or cancelled one can be")
    run.state, run.queued_at, run.ended_at, run.error, run.losses = "queued", now, None, None, 0
    await audit.record(session, actor, "run.queued_again", f"run {run.name}", {}, now)
    return run


async def take(
    session: AsyncSession, host: str, pid: int, now: datetime, stale_after: timedelta
) -> Claim | None:
    """The next run, as taken by this worker; None if there is none. Of two workers only one gets it."""
    while run := await queries.next_run(session, now - stale_after):
        if run.state != "queued":
            run.losses += 1
        if run.state == "cancelling":
            run.state, run.ended_at = "cancelled", now
        elif run.losses >= LOSSES_AT_MOST:
            run.state, run.ended_at = "failed", now
            run.error = f"{run.losses} workers vanished during it (killed? out of memory?): see their logs"
        else:
            run.state, run.attempt, run.host, run.pid = "running", run.attempt + 1, host, pid
            run.started_at, run.heartbeat_at = run.started_at or now, now
            return Claim(run.id, run.attempt, run.name, run.spec, Path(run.spec_folder))
        await session.flush()
    return None


async def state_of(session: AsyncSession, claim: Claim) -> str | None:
    """The state of a claimed run; None if it was lost."""
    return await queries.state_of(session, claim)


async def report(
    session: AsyncSession, claim: Claim, event: ProgressEvent | None, now: datetime
) -> str | None:
    """Say that the worker is at it, and how far; the run's state, or None if it was lost."""
    progress = event.model_dump(exclude={"event"}) if event else {}
    return await queries.change_claimed(session, claim, heartbeat_at=now, **progress)


async def put_back(session: AsyncSession, claim: Claim, now: datetime) -> None:
    """Let another worker have the run, unless it was to be cancelled anyway."""
    if await queries.state_of(session, claim) == "cancelling":
        await cancelled(session, claim, now)
    else:
        await queries.change_claimed(session, claim, state="queued", **NO_PROGRESS)


async def cancelled(session: AsyncSession, claim: Claim, now: datetime) -> None:
    await queries.change_claimed(session, claim, state="cancelled", ended_at=now)


async def failed(session: AsyncSession, claim: Claim, error: str, now: datetime) -> None:
    await queries.change_claimed(session, claim, state="failed", ended_at=now, error=error)


async def finished(
    session: AsyncSession,
    claim: Claim,
    folder: Path,
    manifest: Manifest,
    summary: RunSummary,
    now: datetime,
) -> bool:
    """Ingest the verified bundle and end the run; False, and nothing is stored, if it was lost."""
    values = {"state": "finished", "ended_at": now, "summary": summary.model_dump(mode="json")}
    if await queries.change_claimed(session, claim, **values, **NO_PROGRESS) is None:
        return False
    bundle = await stimuli.ingest(session, WORKER, folder, manifest, now)
    run = await get_run(session, claim.run_id)
    run.bundle_id = bundle.id
    return True


def is_stale(run: SynthesisRun, now: datetime, stale_after: timedelta) -> bool:
    """Whether the run's worker has been silent for too long."""
    return run.heartbeat_at is not None and run.heartbeat_at < now - stale_after


def _found(run: SynthesisRun | None, run_id: int) -> SynthesisRun:
    if run is None:
        raise NotFound("unknown_run", f"there is no run {run_id}; `metamerlab synthesis list` shows all")
    return run
