"""One simulated participant's way through a study, by the same HTTP calls as the page makes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import numpy as np

from app.core.errors import Conflict
from app.core.randomness import generator
from app.simulation.queries import PlanTruth as PlanTruth
from app.simulation.queries import planned_truth as planned_truth
from app.steps.registry import KINDS
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.registry import TASKS
from app.tasks.task import SimulatedTrial

WINDOW = 40

# Finds, on the experimenter's side, the plan that holds the stimulus with this opaque address.
LookUp = Callable[[str], Awaitable[PlanTruth]]


class Refused(Conflict):
    """The server did not answer a participant's call as it should."""


@dataclass(frozen=True)
class Visitor:
    """Who takes part: `truth` is what the stimuli of the plan are, `random` is for what is no answer."""

    client: httpx.AsyncClient
    code: str
    task: dict[str, Any]
    truth: PlanTruth
    observer: SimulatedObserver
    random: np.random.Generator

    async def take(self, step: dict[str, Any]) -> int:
        """Do one step as the server tells it; returns the number of trials answered."""
        if step["trials"] is not None:
            return await self._answer_trials(step["trials"]["first"], step["trials"]["last"])
        kind = KINDS[step["kind"]]
        result = kind.simulate(step["told"], self.random)
        sent = {"uuid": str(uuid4()), "kind": kind.name, "result": result}
        await call(self.client, "PUT", f"/api/{self.code}/steps/{step['position']}", json=sent)
        return 0

    async def _answer_trials(self, first: int, last: int) -> int:
        for start in range(first, last + 1, WINDOW):
            for trial in await trials_of(self.client, self.code, start, min(WINDOW, last + 1 - start)):
                stimulus = await call(self.client, "GET", trial["stimulus"])
                given = self._answer(trial, stimulus.content)
                body = {
                    "uuid": str(uuid4()),
                    "answer": given.answer,
                    "rt_ms": given.rt_ms,
                    "timing": given.timing,
                }
                await call(self.client, "PUT", f"/api/{self.code}/trials/{trial['index']}", json=body)
        return last + 1 - first

    def _answer(self, trial: dict[str, Any], stimulus: bytes) -> SimulatedAnswer:
        condition, category = self.truth.trials[trial["index"]]
        met = SimulatedTrial(condition, category, trial["phase"], stimulus)
        return TASKS[self.task["kind"]].simulate(self.observer, met, self.task)


async def take_part(
    client: httpx.AsyncClient,
    code: str,
    look_up: LookUp,
    observer_of: Callable[[PlanTruth], SimulatedObserver],
    seed: int = 0,
) -> int:
    """Go from the landing page to the end, and return the number of trials answered.

    The server says which steps come; `seed` and the plan's number decide what is made up of pages. The client
    needs a cookie jar of its own. Raises `Refused` at the first unexpected answer.
    """
    await call(client, "GET", f"/s/{code}")
    form = {"consent": "yes", "uuid": str(uuid4())}
    await call(client, "POST", f"/s/{code}/consent", expect=303, data=form)
    await call(client, "GET", f"/run/{code}")
    view = await _session(client, code)
    [first] = await trials_of(client, code, 0, 1)
    truth = await look_up(first["stimulus"].rpartition("/")[2])
    random = generator(seed, "pages", truth.slot)
    visitor = Visitor(client, code, view["task"], truth, observer_of(truth), random)
    trials = 0
    while steps := view["steps"]:
        for step in steps:
            trials += await visitor.take(step)
        view = await _session(client, code)
        if view["steps"] and view["steps"][0]["position"] <= steps[-1]["position"]:
            raise Refused("refused", f"step {view['steps'][0]['position']} was done and is due again")
    await call(client, "POST", f"/api/{code}/finish", json={})
    return trials


async def _session(client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    view: dict[str, Any] = (await call(client, "GET", f"/api/{code}/session")).json()
    return view


async def trials_of(client: httpx.AsyncClient, code: str, start: int, count: int) -> list[dict[str, Any]]:
    window = await call(client, "GET", f"/api/{code}/trials?start={start}&count={count}")
    trials: list[dict[str, Any]] = window.json()["trials"]
    return trials


async def call(
    client: httpx.AsyncClient, method: str, path: str, expect: int = 200, **content: Any
) -> httpx.Response:
    while (
        response := await _send(client, method, path, **content)
    ).status_code == httpx.codes.TOO_MANY_REQUESTS:
        await asyncio.sleep(float(response.headers["Retry-After"]))
    if response.status_code != expect:
        raise Refused("refused", f"{method} {path} was answered {response.status_code}, not {expect}")
    return response


async def _send(client: httpx.AsyncClient, method: str, path: str, **content: Any) -> httpx.Response:
    try:
        return await client.request(method, path, **content)
    except httpx.TransportError as error:
        reason = str(error) or type(error).__name__
        raise Refused("no_server", f"no answer from {client.base_url}: {reason}; is it serving?") from None
