"""`metamerlab simulate`"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.wording import readable
from app.cli.background_server import background_server
from app.cli.running import Json, reading, show
from app.core.config import read_settings
from app.core.errors import Conflict
from app.core.randomness import generator
from app.db.session import Database
from app.experiments import service as experiments
from app.simulation.accuracies import study_accuracies
from app.simulation.visit import PlanTruth, planned_truth, take_part
from app.tasks.simulate import SimulatedObserver

AT_ONCE = 4


@dataclass(frozen=True)
class Task:
    """What the simulated participants of one run are given."""

    code: str
    categories: list[str]
    accuracy: dict[str, float]
    seed: int

    def observer(self, truth: PlanTruth) -> SimulatedObserver:
        """The observer of a plan: the same for the same seed and slot, in whatever order they come."""
        return SimulatedObserver(self.accuracy, self.categories, generator(self.seed, "observer", truth.slot))


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

    async def work(session: AsyncSession) -> Task:
        return await _task(session, study, seed)

    task = reading(work)
    settings = read_settings()
    began = time.monotonic()
    with background_server(settings) if url is None else nullcontext(url) as address:
        trials = asyncio.run(_run(task, address, settings.database_url, participants))
    seconds = round(time.monotonic() - began, 2)
    result = {
        "study": study,
        "participants": participants,
        "trials": trials,
        "seconds": seconds,
        "seed": seed,
        "accuracy": task.accuracy,
    }
    given = "\n".join(f"  {readable(name):<14}{share:.3f}" for name, share in task.accuracy.items())
    text = f"{participants} simulated participants answered {trials} trials in {seconds} s."
    show(as_json, result, f"{text}\nThe accuracy they were given:\n{given}")


async def _task(session: AsyncSession, name: str, seed: int) -> Task:
    study = await experiments.get_study(session, name)
    if study.status != "open":
        raise Conflict(
            "study_not_open", f"the study {name!r} is {study.status}; run `metamerlab study open {name}`"
        )
    definition = experiments.definition_of(study)
    bundles = await experiments.bundles_of_study(session, study.id)
    conditions = experiments.conditions_of(definition, bundles)
    links = await experiments.links_of_study(session, study.id)
    code = next(link.code for link in links if link.audience == "simulated")
    choices = experiments.choices_of(definition, bundles)
    return Task(code, choices, study_accuracies(conditions, len(choices)), seed)


async def _run(task: Task, url: str, database_url: str, participants: int) -> int:
    """All visits, some at a time; the first that fails ends the others."""
    database = Database(database_url)
    certificates = httpx.create_ssl_context()  # once: reading them takes longer than a visit's first call

    async def look_up(asset_token: str) -> PlanTruth:
        async with database.reading() as session:
            truth = await planned_truth(session, asset_token)
        if truth is None:
            raise Conflict(
                "other_database", f"the server at {url} uses another database; set the same for both"
            )
        return truth

    async def visitor(numbers: Iterator[int]) -> int:
        trials = 0
        for _ in numbers:
            async with httpx.AsyncClient(base_url=url, timeout=30, verify=certificates) as client:
                trials += await take_part(client, task.code, look_up, task.observer)
            progress.advance(bar)
        return trials

    numbers = iter(range(participants))
    try:
        with _progress() as progress:
            bar = progress.add_task("simulated participants", total=participants)
            async with asyncio.TaskGroup() as group:
                visitors = [group.create_task(visitor(numbers)) for _ in range(AT_ONCE)]
    except ExceptionGroup as group_of_errors:
        raise group_of_errors.exceptions[0] from None
    finally:
        await database.close()
    return sum(visitor.result() for visitor in visitors)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
