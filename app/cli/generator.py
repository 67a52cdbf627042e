"""`metamerlab generator`"""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.cli.running import Json, show
from app.core.config import Settings, read_settings
from app.db.migrate import require_newest_schema
from app.db.session import Database
from app.live_pictures.generator import Generator
from synthesis.bundle.store import BundleStore
from synthesis.common.command_line import PROGRAM
from synthesis.common.stopping import asked, orderly

POLL_S = 0.05

log = logging.getLogger(__name__)


def generator(
    bundle: Annotated[
        list[str] | None, typer.Option(help="Work for this bundle alone; may be repeated.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="The checkpoint file, for a bundle made with one.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="path/module.py:factory, for a module of your own.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when no picture is wanted any more.")] = False,
    as_json: Json = False,
) -> None:
    """Make pictures that participants of studies with source: live wait for, until interrupted."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("app").setLevel(logging.INFO)
    paths = [str(BundleStore(place).root.resolve()) for place in bundle or ()]
    given = {"weights": weights, "model": model}
    options = {name: str(value) for name, value in given.items() if value is not None}
    run(read_settings(), paths=paths, options=options, once=once, as_json=as_json)


def run(
    settings: Settings,
    *,
    paths: Sequence[str] = (),
    options: dict[str, str] | None = None,
    once: bool = False,
    as_json: bool = False,
    program: Sequence[str] = PROGRAM,
) -> None:
    """Work until there is a wish to stop, and say what was made."""
    with orderly():
        work = run_generator(settings, paths=paths, options=options, once=once, program=program)
        made = asyncio.run(work)
        show(as_json, {"pictures": made}, f"Pictures made: {made}.")


async def run_generator(
    settings: Settings,
    *,
    paths: Sequence[str] = (),
    options: dict[str, str] | None = None,
    once: bool = False,
    program: Sequence[str] = PROGRAM,
) -> int:
    """A generator that ends when it is asked to; how many pictures it made."""
    await require_newest_schema(settings.database_url)
    database = Database(settings.database_url)
    running = Generator(database, settings, program, paths=paths, options=options)
    watching = asyncio.create_task(_heed(running.stopping))
    log.info("waiting for requests of %s", ", ".join(paths) or "any bundle")
    try:
        return await running.work(once=once)
    finally:
        watching.cancel()
        await database.close()


async def _heed(stopping: asyncio.Event) -> None:
    while not asked():
        await asyncio.sleep(POLL_S)
    stopping.set()
