"""A worker: takes queued runs one after another until it is told to stop."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.patience import patiently
from app.db.session import Database
from app.synthesis_runs import service
from app.synthesis_runs.execution import Execution
from app.synthesis_runs.schemas import Claim
from synthesis.common.command_line import PROGRAM

IDLE_S = 2.0  # how often an idle worker looks for a run

log = logging.getLogger(__name__)


class Worker:
    """Set `stopping` to end it: the run at hand is stopped and goes back into the queue."""

    def __init__(self, database: Database, settings: Settings, program: Sequence[str] = PROGRAM) -> None:
        self._database, self._settings, self._program = database, settings, program
        self.stopping = asyncio.Event()

    async def work(self, *, once: bool = False) -> int:
        """Carry out runs until told to stop; `once`, until none is left. Returns how many were taken."""
        taken = 0
        while not self.stopping.is_set():
            claim = await patiently(self._database, self._take, self.stopping)
            if claim:
                taken += 1
                await self._carry_out(claim)
            elif once:
                break
            else:
                await self._pause()
        return taken

    async def _take(self, session: AsyncSession) -> Claim | None:
        stale_after = timedelta(seconds=self._settings.worker_stale_seconds)
        return await service.take(session, socket.gethostname(), os.getpid(), utc_now(), stale_after)

    async def _carry_out(self, claim: Claim) -> None:
        log.info("run %d (%s): begun, attempt %d", claim.run_id, claim.name, claim.attempt)
        execution = Execution(self._database, self._settings, self._program, self.stopping, claim)
        log.info("run %d (%s): %s", claim.run_id, claim.name, await execution.carry_out())

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), IDLE_S)
        except TimeoutError:
            return
