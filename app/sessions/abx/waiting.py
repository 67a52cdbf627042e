"""Waiting for a picture that is being made; nobody waits for long, and no transaction is held meanwhile."""

import asyncio
import time

from app.core.clock import utc_now
from app.db.session import Database
from app.experiments import service as experiments
from app.sessions.abx import queries
from app.sessions.abx.sources import LIVE

WAIT_S = 6.0
POLL_S = 0.2


async def settle(database: Database, planned_trial_id: int) -> None:
    """Wait until a trial's picture is made or given up, for `WAIT_S` at most, and write what it shows.

    If it is not there by then, that is the nearest picture which is. This is decided once: a reload, another
    tab and another server show the same.
    """
    deadline = time.monotonic() + WAIT_S
    while await _still_made(database, planned_trial_id) and time.monotonic() < deadline:
        await asyncio.sleep(POLL_S)
    async with database.writing() as session:
        found = await queries.awaited(session, planned_trial_id)
        if found is None:
            return
        design = await experiments.abx_design_of(session, found.study)
        shown = await LIVE.settled(session, design, found.trial, found.level, utc_now())
        await queries.settle(session, planned_trial_id, shown)


async def _still_made(database: Database, planned_trial_id: int) -> bool:
    async with database.reading() as session:
        return await queries.still_made(session, planned_trial_id)
