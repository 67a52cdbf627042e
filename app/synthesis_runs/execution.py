"""One claimed run, carried out: synthesis, verification, contact sheet, ingest; watched all the while."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.errors import DomainError, Unavailable
from app.db.patience import first_line, patiently
from app.db.session import Database
from app.stimuli import service as stimuli
from app.synthesis_runs import service
from app.synthesis_runs.child import Child
from app.synthesis_runs.schemas import Claim
from synthesis.bundle.events import ProgressEvent, RunSummary
from synthesis.bundle.manifest import Manifest
from synthesis.common.command_line import Command, Report, Run, program_arguments
from synthesis.common.errors import UserError

TICK_S = 1.0  # how often progress is stored and a wish to cancel is seen
SHEET_STIMULI = 16
VERIFICATION = ProgressEvent(stage="verification", done=0, total=1)
SHEET = ProgressEvent(stage="contact sheet", done=0, total=1)

Outcome = Literal["finished", "failed", "cancelled", "put back", "lost to another worker"]
Result = TypeVar("Result")

log = logging.getLogger(__name__)


class SynthesisFailed(Exception):  # noqa: N818
    """The program has ended without a bundle; the message is its own."""


class Stopped(Exception):  # noqa: N818
    """The work must not go on."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Execution:
    """What a worker does with one claim. Whatever happens, nothing of the run is left running at the end."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        program: Sequence[str],
        stopping: asyncio.Event,
        claim: Claim,
    ) -> None:
        self._database, self._program, self._stopping, self._claim = database, program, stopping, claim
        self._folder = settings.bundle_folder / claim.name
        self._stale_after = timedelta(seconds=settings.worker_stale_seconds)
        self._reported: ProgressEvent | None = None
        self._heartbeat_at = utc_now()

    async def carry_out(self) -> Outcome:
        """Make, verify and ingest the bundle; stores how it ended."""
        try:
            summary = await self._synthesise()
            manifest = await self._watched(
                asyncio.to_thread(stimuli.verify_bundle, self._folder), lambda: VERIFICATION
            )
            await self._draw_sheet(manifest)
            return await self._store_finished(manifest, summary)
        except Stopped as stopped:
            return await self._store_stopped(stopped.outcome)
        except (OperationalError, Unavailable):
            raise
        except (SynthesisFailed, UserError, DomainError, OSError, ValueError) as error:
            return await self._store_failed(first_line(error))
        except Exception as fault:
            log.exception("run %d: the worker's own fault", self._claim.run_id)
            return await self._store_failed(f"the worker failed: {type(fault).__name__}: {first_line(fault)}")

    async def _synthesise(self) -> RunSummary:
        with tempfile.TemporaryDirectory(prefix="metamerlab-") as folder:
            spec = Path(folder) / f"{self._claim.name}.yaml"
            spec.write_text(self._claim.spec, encoding="utf-8")
            run = Run(spec=spec, out=self._folder, paths_from=self._claim.spec_folder, progress="json")
            async with self._child(run) as child:
                await self._watched(child.ended(), lambda: child.progress)
        if child.error:
            raise SynthesisFailed(child.error)
        if child.summary is None:
            raise SynthesisFailed("synthesis ended without its summary: is it of the same version?")
        return child.summary

    async def _draw_sheet(self, manifest: Manifest) -> None:
        """The first stimulus of each category beside its metamers. A bundle is as good without it."""
        first: dict[str, str] = {}
        for natural in manifest.naturals:
            first.setdefault(natural.category, natural.id)
        chosen = list(first.values())[:SHEET_STIMULI]
        async with self._child(Report(bundle=self._folder, stimulus=chosen)) as child:
            await self._watched(child.ended(), lambda: SHEET)
        if child.error:
            log.warning("run %d: no contact sheet: %s", self._claim.run_id, child.error)

    def _child(self, command: Command) -> Child:
        return Child(*self._program, *program_arguments(command, stop_with_stdin=True))

    async def _watched(
        self, work: Coroutine[Any, Any, Result], progress: Callable[[], ProgressEvent | None]
    ) -> Result:
        """Wait for `work` and report on it. Raises `Stopped` when it must not go on."""
        task = asyncio.create_task(work)
        stop = asyncio.create_task(self._stopping.wait())
        try:
            while True:
                await asyncio.wait({task, stop}, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    return task.result()
                if stop.done():
                    raise Stopped("put back")
                await self._report(progress())
        finally:
            task.cancel()
            stop.cancel()

    async def _report(self, event: ProgressEvent | None) -> None:
        """Store the progress if it changed, say now and then that the worker lives, and look for wishes."""
        now = utc_now()
        due = event != self._reported or now - self._heartbeat_at > self._stale_after / 6
        try:
            state = await (self._write_state(event, now) if due else self._read_state())
        except (OperationalError, Unavailable) as error:
            log.warning("the database cannot be used, going on: %s", first_line(error))
            if now - self._heartbeat_at > self._stale_after:
                raise Stopped("lost to another worker") from None
            return
        if state is None:
            raise Stopped("lost to another worker")
        if state == "cancelling":
            raise Stopped("cancelled")

    async def _write_state(self, event: ProgressEvent | None, now: datetime) -> str | None:
        async with self._database.writing() as session:
            state = await service.report(session, self._claim, event, now)
        self._reported, self._heartbeat_at = event, now
        return state

    async def _read_state(self) -> str | None:
        async with self._database.reading() as session:
            return await service.state_of(session, self._claim)

    async def _store_finished(self, manifest: Manifest, summary: RunSummary) -> Outcome:
        async def work(session: AsyncSession) -> bool:
            return await service.finished(session, self._claim, self._folder, manifest, summary, utc_now())

        stored = await patiently(self._database, work, self._stopping)
        return "finished" if stored else "lost to another worker"

    async def _store_failed(self, error: str) -> Outcome:
        log.warning("run %d (%s): %s", self._claim.run_id, self._claim.name, error)

        async def work(session: AsyncSession) -> None:
            await service.failed(session, self._claim, error, utc_now())

        await patiently(self._database, work, self._stopping)
        return "failed"

    async def _store_stopped(self, outcome: Outcome) -> Outcome:
        async def work(session: AsyncSession) -> None:
            if outcome == "cancelled":
                await service.cancelled(session, self._claim, utc_now())
            else:
                await service.put_back(session, self._claim, utc_now())

        if outcome != "lost to another worker":
            await patiently(self._database, work, self._stopping)
        return outcome
