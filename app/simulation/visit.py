"""One simulated participant's way through a study, from its link to its end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx

from app.core.randomness import generator
from app.simulation.calls import Calls
from app.simulation.calls import Refused as Refused
from app.simulation.people.kinds import LAYERS, Kind
from app.simulation.queries import PlanTruth as PlanTruth
from app.simulation.queries import planned_truth as planned_truth
from app.simulation.visitor import Record, Sight, Visitor, begin, trials_of
from app.tasks.observer import SimulatedObserver

# Finds, on the experimenter's side, the plan that holds the stimulus with this opaque address.
LookUp = Callable[[str], Awaitable[PlanTruth]]


@dataclass(frozen=True)
class Taken:
    """How a visit ended: `outcome` is the session's, or that the participant left."""

    kind: str
    outcome: str
    record: Record

    @property
    def trials(self) -> int:
        """Trials answered."""
        return len(self.record.answers)


async def take_part(
    client: httpx.AsyncClient,
    code: str,
    look_up: LookUp,
    observer_of: Callable[[PlanTruth], SimulatedObserver],
    seed: int = 0,
    kind: Kind = LAYERS,
) -> Taken:
    """Go from the landing page to the end.

    The client needs a cookie jar of its own. Raises `Refused` at the first unexpected answer; a session that
    ends early is none.
    """
    calls = Calls(client, code, patient=kind.broken)
    await calls.arrive()
    return await go_through(calls, look_up, observer_of, seed, kind)


async def go_through(
    calls: Calls,
    look_up: LookUp,
    observer_of: Callable[[PlanTruth], SimulatedObserver],
    seed: int,
    kind: Kind,
    sight_of: Callable[[PlanTruth], Sight] | None = None,
) -> Taken:
    """As `take_part`, for one who has arrived; `sight_of` is for studies of thresholds.

    The server says which steps come; `seed` and the plan's number decide what is made up of pages, and where
    one leaves who does.
    """
    view = await begin(calls)
    [first] = await trials_of(calls, 0, 1)
    truth = await look_up(first["stimulus"].rpartition("/")[2])
    visitor = Visitor(
        calls,
        view["task"],
        truth,
        observer_of(truth),
        generator(seed, "pages", truth.slot),
        kind.fails,
        sight_of(truth) if sight_of else None,
    )
    outcome = await kind.way(visitor, view, generator(seed, "way", truth.slot))
    return Taken(kind.name, outcome, visitor.record)
