"""`metamerlab worker`"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated

import typer

from app.cli.running import Json, show
from app.core.config import Settings, read_settings
from app.db.migrate import require_newest_schema
from app.db.session import Database
from app.synthesis_runs.child import GRACE_S, POLL_S
from app.synthesis_runs.worker import Worker
from synthesis.common.command_line import PROGRAM
from synthesis.common.stopping import asked, orderly

log = logging.getLogger(__name__)


def worker(
    once: Annotated[bool, typer.Option("--once", help="End when no run is left in the queue.")] = False,
    as_json: Json = False,
) -> None:
    """Carry out queued synthesis runs until interrupted; a run at hand then goes back into the queue."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("app").setLevel(logging.INFO)
    # A run at hand has its own time to come to an end; see `app.synthesis_runs.child`.
    with orderly(grace_s=2 * GRACE_S):
        taken = asyncio.run(run_worker(read_settings(), once=once))
        show(as_json, {"runs": taken}, f"Runs taken: {taken}.")


async def run_worker(settings: Settings, *, once: bool, program: Sequence[str] = PROGRAM) -> int:
    """A worker that ends when it is asked to; how many runs it took."""
    await require_newest_schema(settings.database_url)
    database = Database(settings.database_url)
    running = Worker(database, settings, program)
    watching = asyncio.create_task(_heed(running.stopping))
    log.info("waiting for runs, whose bundles go to %s", settings.bundle_folder.resolve())
    try:
        return await running.work(once=once)
    finally:
        watching.cancel()
        await database.close()


async def _heed(stopping: asyncio.Event) -> None:
    while not asked():
        await asyncio.sleep(POLL_S)
    stopping.set()
