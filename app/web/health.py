"""Whether the server can do its work: store an answer, now and for a while yet."""

import asyncio
import logging
import time

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy import text

from app.core.config import Settings
from app.db.files import free_mb, sqlite_file
from app.db.session import Database
from app.web.dependencies import CurrentSettings

PATIENCE_S = 2.0  # an answer that had to wait this long is a fault that a monitor should hear of
FRESH_S = 1.0  # many monitors, or somebody's flood of calls, are one write a second

router = APIRouter()
log = logging.getLogger(__name__)


class Health:
    """The last check of one process; while one is going on, all who ask wait for that one."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings
        self._check: asyncio.Task[list[str]] | None = None
        self._begun_s = 0.0

    async def failing(self) -> list[str]:
        """The parts that fail: "database" (it cannot be written to), "disk" (it is nearly full)."""
        fresh = time.monotonic() - self._begun_s < FRESH_S
        if self._check is None or (self._check.done() and not fresh):
            self._check, self._begun_s = asyncio.create_task(self._failing()), time.monotonic()
        # Not cancelled when it takes too long: whatever the database is busy with ends by itself.
        await asyncio.wait({self._check}, timeout=PATIENCE_S)
        if not self._check.done():
            log.error("health: the database let nobody write for %g s", PATIENCE_S)
            return ["database"]
        return self._check.result()

    async def _failing(self) -> list[str]:
        parts = []
        try:
            await write_and_take_back(self._database)
        except Exception as error:  # whatever keeps the database from it is what is asked for
            log.error("health: the database cannot be written to: %s", error)
            parts.append("database")
        file = sqlite_file(self._settings.database_url)
        if file and (free := await run_in_threadpool(free_mb, file)) < self._settings.min_free_mb:
            log.error("health: %.0f MB are free on the database's disk", free)
            parts.append("disk")
        return parts


async def write_and_take_back(database: Database) -> None:
    """Commit a change that leaves the database as it was; raises what keeps it from that.

    A transaction that is rolled back would never touch the disk.
    """
    async with database.writing() as session:
        await session.execute(text("INSERT INTO alembic_version (version_num) VALUES ('health')"))
        await session.execute(text("DELETE FROM alembic_version WHERE version_num = 'health'"))


@router.get("/healthz")
async def healthz(request: Request, settings: CurrentSettings) -> JSONResponse:
    """200 while answers can be stored; 503 names what fails."""
    state = request.app.state
    if not hasattr(state, "health"):
        state.health = Health(state.database, settings)
    if failing := await state.health.failing():
        return JSONResponse({"status": "failing", "failing": failing}, 503)
    return JSONResponse({"status": "ok"})
