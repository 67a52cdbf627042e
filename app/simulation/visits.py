"""Many simulated participants of a study, some at a time."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Conflict
from app.core.randomness import generator
from app.db.session import Database
from app.experiments import service as experiments
from app.simulation.accuracies import study_accuracies
from app.simulation.calls import Calls
from app.simulation.network import BrokenNetwork
from app.simulation.people.kinds import Kind
from app.simulation.queries import level_shown
from app.simulation.thresholds import GivenThresholds, given_thresholds, of_person, usual_thresholds
from app.simulation.visit import LookUp, PlanTruth, Taken, go_through, planned_truth
from app.simulation.visitor import Sight
from app.tasks.observer import SimulatedObserver

AT_ONCE = 4
# So many arrive in order before any goes on: whose plan is whose does not depend on who is quick.
ARRIVE_TOGETHER = 16
TIMEOUT_S = 30


@dataclass(frozen=True)
class Visits:
    """What the simulated participants of one run are given. `code` is that of the study's simulated link.

    `thresholds` are those of a study of thresholds; `accuracy` is then of no use.
    """

    code: str
    categories: list[str]
    accuracy: dict[str, float]
    seed: int
    people: Sequence[Kind]
    thresholds: GivenThresholds | None = None

    def sight_of(self, database: Database) -> Callable[[PlanTruth], Sight] | None:
        """What the person of a plan can tell apart: the same for the same seed and slot."""
        given = self.thresholds
        if given is None:
            return None

        async def level_of(asset_token: str) -> float:
            async with database.reading() as session:
                level = await level_shown(session, asset_token)
            if level is None:
                raise Conflict("no_level", "a trial was shown whose level is not known")
            return level

        return lambda truth: Sight(of_person(given, self.seed, truth.slot), level_of)

    def observer_of(self, kind: Kind) -> Callable[[PlanTruth], SimulatedObserver]:
        """The observer of a plan: the same for the same seed, slot and kind, in whatever order they come."""

        def observer(truth: PlanTruth) -> SimulatedObserver:
            random = generator(self.seed, "observer", truth.slot)
            return kind.answering(self.accuracy, self.categories, random)

        return observer


async def visits_of(
    session: AsyncSession, name: str, seed: int, people: Sequence[Kind], thresholds: Path | None = None
) -> Visits:
    """What is needed to take part in a study; `thresholds` is a file of those that people are given.

    Raises `NotFound`, or `Conflict` unless it is open and has the checks that some are to fail; `SpecError`
    or `Invalid` for a file of thresholds that does not fit the study.
    """
    study = await experiments.get_study(session, name)
    if study.status in ("paused", "closed") or not (study.opened_at or study.secret):
        raise Conflict(
            "study_not_open", f"the study {name!r} is {study.status}; run `metamerlab study open {name}`"
        )
    definition = experiments.definition_of(study)
    steps = {step.kind for step in definition.course}
    for kind in people:
        if kind.fails and kind.fails not in steps:
            raise Conflict("no_such_step", f"{kind.name}: the study {name!r} has no step {kind.fails}")
    bundles = await experiments.bundles_of_study(session, study.id)
    links = await experiments.links_of_study(session, study.id)
    code = next(link.code for link in links if link.audience == "simulated")
    choices = experiments.choices_of(definition, bundles)
    if definition.task.adaptive:
        levels = (await experiments.abx_design_of(session, study)).levels
        given = given_thresholds(thresholds, levels) if thresholds else usual_thresholds(levels)
        return Visits(code, choices, dict.fromkeys(levels, 0.5), seed, people, given)
    if thresholds is not None:
        raise Conflict("no_thresholds", f"--thresholds: the study {name!r} measures none; leave it out")
    conditions = experiments.conditions_of(definition, bundles)
    return Visits(code, choices, study_accuracies(conditions, len(choices)), seed, people)


async def run(
    visits: Visits,
    url: str,
    database_url: str,
    done: Callable[[], None],
    way: Callable[[], httpx.AsyncBaseTransport] | None = None,
) -> list[Taken]:
    """Send all participants to the server at `url`, and return how each of them ended, in order.

    `done` is called after each of them. `way` makes each one's connection, by default over the network. The
    first visit that fails ends the others. Raises `Refused`, or `Conflict` if the server uses another
    database.
    """
    database = Database(database_url)
    # Once: reading them takes longer than a visit's first call.
    certificates = httpx.create_ssl_context() if way is None else None

    async def look_up(asset_token: str) -> PlanTruth:
        async with database.reading() as session:
            truth = await planned_truth(session, asset_token)
        if truth is None:
            raise Conflict(
                "other_database", f"the server at {url} uses another database; set the same for both"
            )
        return truth

    def client(number: int, kind: Kind) -> httpx.AsyncClient:
        transport = httpx.AsyncHTTPTransport(verify=certificates or True) if way is None else way()
        if kind.broken:
            transport = BrokenNetwork(transport, generator(visits.seed, "network", number))
        return httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, transport=transport)

    taken: list[Taken] = []
    numbered = list(enumerate(visits.people))
    try:
        for start in range(0, len(numbered), ARRIVE_TOGETHER):
            async with AsyncExitStack() as stack:
                arrived = []
                for number, kind in numbered[start : start + ARRIVE_TOGETHER]:
                    opened = await stack.enter_async_context(client(number, kind))
                    calls = Calls(opened, visits.code, patient=kind.broken)
                    await calls.arrive()
                    arrived.append((calls, kind))
                taken += await _all_through(visits, arrived, look_up, visits.sight_of(database), done)
    finally:
        await database.close()
    return taken


async def _all_through(
    visits: Visits,
    arrived: Sequence[tuple[Calls, Kind]],
    look_up: LookUp,
    sight_of: Callable[[PlanTruth], Sight] | None,
    done: Callable[[], None],
) -> list[Taken]:
    """The visits of those who have arrived, `AT_ONCE` of them at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(calls: Calls, kind: Kind) -> Taken:
        async with places:
            taken = await go_through(calls, look_up, visits.observer_of(kind), visits.seed, kind, sight_of)
        done()
        return taken

    try:
        async with asyncio.TaskGroup() as group:
            visitors = [group.create_task(one(calls, kind)) for calls, kind in arrived]
    except ExceptionGroup as group_of_errors:
        raise group_of_errors.exceptions[0] from None
    return [visitor.result() for visitor in visitors]
