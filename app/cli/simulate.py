"""`metamerlab simulate`"""

import asyncio
import time
from contextlib import nullcontext
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.wording import readable
from app.cli.background_server import background_server
from app.cli.running import Json, reading, show
from app.core.config import read_settings
from app.simulation.visits import Visits, run, visits_of


def simulate(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    participants: Annotated[int, typer.Option("-n", min=1, max=100_000, help="How many.")] = 20,
    url: Annotated[
        str | None, typer.Option(help="Address of a running server; without it, one is started for the time.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Send simulated participants through a study by the HTTP interface that people use."""

    async def work(session: AsyncSession) -> Visits:
        return await visits_of(session, study, seed)

    visits = reading(work)
    settings = read_settings()
    began = time.monotonic()
    with background_server(settings) if url is None else nullcontext(url) as address, _progress() as progress:
        bar = progress.add_task("simulated participants", total=participants)
        trials = asyncio.run(
            run(visits, address, settings.database_url, participants, lambda: progress.advance(bar))
        )
    seconds = round(time.monotonic() - began, 2)
    result = {
        "study": study,
        "participants": participants,
        "trials": trials,
        "seconds": seconds,
        "seed": seed,
        "accuracy": visits.accuracy,
    }
    wide = max(14, *(len(readable(name)) + 1 for name in visits.accuracy))
    given = "\n".join(f"  {readable(name):<{wide}}{share:.3f}" for name, share in visits.accuracy.items())
    text = f"{participants} simulated participants answered {trials} trials in {seconds} s."
    show(as_json, result, f"{text}\nThe accuracy they were given:\n{given}")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
