"""`metamerlab worker`"""

import asyncio
import logging
import signal
from collections.abc import Sequence
from typing import Annotated

import typer

from app.cli.running import Json, show
from app.core.config import Settings, read_settings
from app.db.migrate import require_newest_schema
from app.db.session import Database
from app.synthesis_runs.child import PROGRAM
from app.synthesis_runs.worker import Worker

log = logging.getLogger(__name__)


def worker(
    once: Annotated[bool, typer.Option("--once", help="End when no run is left in the queue.")] = False,
    as_json: Json = False,
) -> None:
    """Carry out queued synthesis runs until interrupted; a run at hand then goes back into the queue."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("app").setLevel(logging.INFO)
    taken = asyncio.run(run_worker(read_settings(), once=once))
    show(as_json, {"runs": taken}, f"Runs taken: {taken}.")


async def run_worker(settings: Settings, *, once: bool, program: Sequence[str] = PROGRAM) -> int:
    """A worker that SIGINT and SIGTERM stop; how many runs it took."""
    await require_newest_schema(settings.database_url)
    database = Database(settings.database_url)
    running = Worker(database, settings, program)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.stopping.set)
    log.info("waiting for runs, whose bundles go to %s", settings.bundle_folder.resolve())
    try:
        return await running.work(once=once)
    finally:
        await database.close()
