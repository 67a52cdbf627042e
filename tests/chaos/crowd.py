"""Simulated participants of several kinds, all at once, each trying until the server has everything."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from app.core.randomness import generator
from app.db.session import Database
from app.simulation.calls import Calls
from app.simulation.network import BrokenNetwork
from app.simulation.people.kinds import Kind
from app.simulation.visit import PlanTruth, Taken, go_through, planned_truth
from app.tasks.observer import SimulatedObserver, accuracies
from tests.support import CATEGORIES, LAYERS

GIVEN = accuracies(["natural", *LAYERS], len(CATEGORIES))
TIMEOUT_S = 20  # as the page's


@dataclass(frozen=True)
class Crowd:
    url: str
    code: str
    database: Database
    seed: int = 1

    async def take_part(self, kinds: Sequence[Kind]) -> list[Taken]:
        return await asyncio.gather(*(self._one(number, kind) for number, kind in enumerate(kinds)))

    async def _one(self, number: int, kind: Kind) -> Taken:
        transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(verify=False)
        if kind.broken:
            transport = BrokenNetwork(transport, generator(self.seed, "network", number))

        def observer_of(truth: PlanTruth) -> SimulatedObserver:
            return kind.answering(GIVEN, CATEGORIES, generator(self.seed, "observer", truth.slot))

        async with httpx.AsyncClient(base_url=self.url, transport=transport, timeout=TIMEOUT_S) as client:
            calls = Calls(client, self.code, patient=True)
            await calls.arrive()
            return await go_through(calls, self._look_up, observer_of, self.seed, kind)

    async def _look_up(self, asset_token: str) -> PlanTruth:
        async with self.database.reading() as session:
            truth = await planned_truth(session, asset_token)
        assert truth is not None
        return truth
