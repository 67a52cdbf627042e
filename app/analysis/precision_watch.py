"""Closing studies whose results are as precise as they declared, at most one look a minute at each."""

import asyncio
import logging
import time
from collections.abc import Callable

from app.analysis.inference import stopping
from app.analysis.service import analyse
from app.core.clock import utc_now
from app.core.errors import DomainError
from app.db.session import Database
from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.closing import close

EVERY_S = 60.0

log = logging.getLogger(__name__)


class PrecisionWatch:
    """The looks of one process. One that would come too early waits for its turn; more are not queued."""

    def __init__(self, database: Callable[[], Database], every_s: float = EVERY_S) -> None:
        self._database = database
        self._every_s = every_s
        self._looked_at: dict[int, float] = {}
        self._waiting: dict[int, asyncio.Task[None]] = {}

    async def completed(self, study_id: int) -> None:
        """Somebody completed a study that closes by its SEM."""
        if study_id not in self._waiting:
            self._waiting[study_id] = asyncio.create_task(self._look(study_id))

    async def stop(self) -> None:
        waiting = list(self._waiting.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _look(self, study_id: int) -> None:
        try:
            last = self._looked_at.get(study_id)
            if last is not None:
                await asyncio.sleep(max(0.0, last + self._every_s - time.monotonic()))
        finally:
            del self._waiting[study_id]  # who completes from now on is not in this look
        self._looked_at[study_id] = time.monotonic()
        try:
            await close_if_precise(self._database(), study_id)
        except DomainError as error:
            log.warning("study %s: its SEM could not be looked at: %s", study_id, error)


async def close_if_precise(database: Database, study_id: int) -> bool:
    """Close a study whose declared SEM is reached in every condition; whether it was closed."""
    async with database.reading() as session:
        study = await session.get(Study, study_id)
        if study is None or study.status != "open":
            return False
        rule = stopping(await analyse(session, study.name, "live"))
    if rule is None or not rule.stop:
        return False
    async with database.writing() as session:
        study = await experiments.lock_study(session, study_id)
        if study.status != "open":
            return False
        await close(session, study, "sem", utc_now())
    return True
