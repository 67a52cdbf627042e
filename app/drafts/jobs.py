"""Work for a draft that takes a while, beside the requests: its state is in the database, for any process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.clock import utc_now
from app.core.errors import Conflict, DomainError, NotFound
from app.db.session import Database
from app.db.tables import DraftJob, StudyDraft
from app.drafts import queries
from synthesis.common.errors import UserError

Kind = Literal["dry_run", "power"]
LOST_AFTER = timedelta(seconds=60)
LOST = "The process that did this was ended; start it again."

log = logging.getLogger(__name__)


class CancelledByPersonError(Exception):
    """Somebody asked that the work ends."""


class Report:
    """Through which work says how far it is, and hears that it is to end."""

    def __init__(self, database: Database, job_id: int) -> None:
        self._database = database
        self._job_id = job_id

    async def done(self, count: int) -> None:
        """Raises `CancelledByPersonError`."""
        async with self._database.writing() as session:
            job = await queries.job_by_id(session, self._job_id)
            if job is None or job.cancel_asked:
                raise CancelledByPersonError
            job.done, job.seen_at = count, utc_now()


Work = Callable[[Report], Awaitable[dict[str, Any]]]


class Jobs:
    """The work that this process does now. `database` is asked for when there is work."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, job_id: int, work: Work) -> None:
        """Call it when the job's row is committed."""
        task = asyncio.create_task(self._run(job_id, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End all work, as the server does at its own end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, job_id: int, work: Work) -> None:
        try:
            result = await work(Report(self._database(), job_id))
        except CancelledByPersonError:
            await self._end(job_id, "cancelled", "")
        except asyncio.CancelledError:
            await self._end(job_id, "failed", LOST)
            raise
        except (DomainError, UserError, ValueError) as error:
            await self._end(job_id, "failed", str(error))
        except Exception:
            log.exception("job %s", job_id)
            await self._end(job_id, "failed", "The server could not do this; its log says why.")
        else:
            await self._end(job_id, "finished", "", result)

    async def _end(self, job_id: int, state: str, message: str, result: dict[str, Any] | None = None) -> None:
        async with self._database().writing() as session:
            job = await queries.job_by_id(session, job_id)
            if job is not None and job.state == "running":
                job.state, job.message, job.result, job.seen_at = state, message, result, utc_now()
                job.done = job.total if state == "finished" else job.done


async def ask(
    session: AsyncSession,
    actor: Actor,
    draft: StudyDraft,
    kind: Kind,
    total: int,
    asked: dict[str, Any],
    now: datetime,
) -> DraftJob:
    """Store that work is asked for. Raises `Conflict` while the same kind runs for this draft."""
    last = await newest(session, draft.id, kind, now)
    if last is not None and last.state == "running":
        raise Conflict("job_running", "this runs already; wait for it, or cancel it")
    job = DraftJob(
        draft_id=draft.id,
        kind=kind,
        state="running",
        version=draft.version,
        asked=asked,
        result=None,
        message="",
        done=0,
        total=total,
        cancel_asked=False,
        asked_by=actor.name,
        asked_at=now,
        seen_at=now,
    )
    session.add(job)
    await session.flush()
    subject = f"draft {draft.id} {draft.name}".rstrip()
    await audit.record(session, actor, f"{kind}.started", subject, {"job": job.id, **asked}, now)
    return job


async def newest(session: AsyncSession, draft_id: int, kind: Kind, now: datetime) -> DraftJob | None:
    """The last work of a kind, as it is now: one that was silent for long is shown as lost."""
    job = await queries.newest_job(session, draft_id, kind)
    if job is not None and job.state == "running" and now - job.seen_at > LOST_AFTER:
        session.expunge(job)
        job.state, job.message = "failed", LOST
    return job


async def cancel(session: AsyncSession, actor: Actor, draft: StudyDraft, kind: Kind, now: datetime) -> None:
    """Ask that it ends; nothing if it has. Raises `NotFound` if there is none."""
    job = await queries.newest_job(session, draft.id, kind)
    if job is None:
        raise NotFound("unknown_job", "there is nothing to cancel")
    if job.state == "running":
        job.cancel_asked = True
        subject = f"draft {draft.id} {draft.name}".rstrip()
        await audit.record(session, actor, f"{kind}.cancelled", subject, {"job": job.id}, now)
