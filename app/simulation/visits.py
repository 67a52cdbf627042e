"""Many simulated participants of a study, some at a time."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.core.randomness import generator
from app.db.session import Database
from app.experiments import service as experiments
from app.simulation.accuracies import study_accuracies
from app.simulation.visit import PlanTruth, planned_truth, take_part
from app.tasks.observer import SimulatedObserver

AT_ONCE = 4


@dataclass(frozen=True)
class Visits:
    """What the simulated participants of one run are given. `code` is that of the study's simulated link."""

    code: str
    categories: list[str]
    accuracy: dict[str, float]
    seed: int

    def observer(self, truth: PlanTruth) -> SimulatedObserver:
        """The observer of a plan: the same for the same seed and slot, in whatever order they come."""
        return SimulatedObserver(self.accuracy, self.categories, generator(self.seed, "observer", truth.slot))


async def visits_of(session: AsyncSession, name: str, seed: int) -> Visits:
    """What is needed to take part in a study. Raises `NotFound`, or `Conflict` unless it is open."""
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
    return Visits(code, choices, study_accuracies(conditions, len(choices)), seed)


async def run(
    visits: Visits, url: str, database_url: str, participants: int, done: Callable[[], None]
) -> int:
    """Send participants to the server at `url`, and return the number of trials answered.

    `done` is called after each of them. The first visit that fails ends the others. Raises `Refused`, or
    `Conflict` if the server uses another database.
    """
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
                trials += await take_part(client, visits.code, look_up, visits.observer, visits.seed)
            done()
        return trials

    numbers = iter(range(participants))
    try:
        async with asyncio.TaskGroup() as group:
            visitors = [group.create_task(visitor(numbers)) for _ in range(AT_ONCE)]
    except ExceptionGroup as group_of_errors:
        raise group_of_errors.exceptions[0] from None
    finally:
        await database.close()
    return sum(visitor.result() for visitor in visitors)
