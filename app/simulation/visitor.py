"""One simulated participant in a session that has begun, by the same HTTP calls as the page makes."""

from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import numpy as np

from app.simulation.calls import Calls, Refused, new_uuid
from app.simulation.queries import PlanTruth
from app.steps.registry import KINDS
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.registry import TASKS
from app.tasks.task import SimulatedTrial

WINDOW = 40

View = dict[str, Any]  # `SessionView` as JSON


@dataclass
class Record:
    """What the server acknowledged: UUIDs of answers to trials, and of results of steps."""

    answers: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Visitor:
    """Who takes part: `truth` is what the stimuli of the plan are, `random` is for what is no answer.

    `fails` names a kind of step that is failed on purpose; other checks are passed.
    """

    calls: Calls
    task: dict[str, Any]
    truth: PlanTruth
    observer: SimulatedObserver
    random: np.random.Generator
    fails: str | None = None
    record: Record = field(default_factory=Record)

    def on_another_page(self) -> "Visitor":
        return replace(self, calls=replace(self.calls, lease=new_uuid()))

    async def begin(self, previous: str | None = None, *, take_over: bool = False) -> View:
        """Run the session on this page from now on."""
        return await begin(self.calls, previous, take_over=take_over)

    async def walk(self, view: View, until: int | None = None) -> bool:
        """Do what is due; returns whether nothing is left, or the session is over.

        With `until`, it stops as soon as that trial is due. Raises `Refused`, also if the server wants a step
        that was done.
        """
        while view["steps"]:
            due = view["next_index"]
            for step in view["steps"]:
                if not await self._take(step, due, until):
                    return False
            done = view["steps"][-1]["position"]
            view = await self.calls.api("GET", "session")
            if view["steps"] and view["steps"][0]["position"] <= done:
                raise Refused("refused", f"step {view['steps'][0]['position']} was done and is due again")
        return True

    async def finish(self) -> str:
        """How the session ended: this call completes it, unless it had ended before."""
        outcome: str = (await self.calls.api("POST", "finish", json={}))["outcome"]
        return outcome

    async def is_refused(self, trial_index: int) -> bool:
        """Whether this page's answer to a trial is refused: another page runs the session, or answered it."""
        body = {"uuid": new_uuid(), "answer": self._first_choice()}
        headers = {"X-Session-Lease": self.calls.lease}
        path = f"/api/{self.calls.code}/trials/{trial_index}"
        response = await self.calls.answer("PUT", path, json=body, headers=headers)
        if response.status_code != httpx.codes.CONFLICT:
            return False
        code: str = response.json()["error"]["code"]
        return code in ("lease_lost", "answered_before")

    def _first_choice(self) -> str:
        return min(category for _condition, category in self.truth.trials.values())

    async def _take(self, step: dict[str, Any], due: int | None, until: int | None) -> bool:
        """Do one step as the server tells it; false if `until` was reached in it."""
        if step["trials"] is None:
            await self._pass_page(step)
            return True
        first: int = step["trials"]["first"]
        last: int = step["trials"]["last"]
        stop = last + 1 if until is None else min(until, last + 1)
        await self._answer_trials(step["kind"], max(first, due or 0), stop)
        return stop > last

    async def _pass_page(self, step: dict[str, Any]) -> None:
        kind = KINDS[step["kind"]]
        result = kind.simulate(step["told"], self.random)
        result = self.truth.solved(step["position"], result, passes=kind.name != self.fails)
        uuid = new_uuid()
        sent = {"uuid": uuid, "kind": kind.name, "result": result}
        await self.calls.api("PUT", f"steps/{step['position']}", json=sent)
        self.record.results.append(uuid)

    async def _answer_trials(self, kind: str, start: int, stop: int) -> None:
        observer = self.observer.with_accuracy(0.0) if kind == self.fails else self.observer
        for index in range(start, stop, WINDOW):
            for trial in await trials_of(self.calls, index, min(WINDOW, stop - index)):
                stimulus = await self.calls.call("GET", trial["stimulus"])
                given = self._answer(observer, trial, stimulus.content)
                uuid = new_uuid()
                body = {"uuid": uuid, "answer": given.answer, "rt_ms": given.rt_ms, "timing": given.timing}
                await self.calls.api("PUT", f"trials/{trial['index']}", json=body)
                self.record.answers.append(uuid)

    def _answer(self, observer: SimulatedObserver, trial: dict[str, Any], stimulus: bytes) -> SimulatedAnswer:
        condition, category = self.truth.trials[trial["index"]]
        met = SimulatedTrial(condition, category, trial["phase"], stimulus)
        return TASKS[self.task["kind"]].simulate(observer, met, self.task)


async def begin(calls: Calls, previous: str | None = None, *, take_over: bool = False) -> View:
    asked = {"lease": calls.lease, "previous": previous, "take_over": take_over}
    view: View = await calls.api("POST", "session", json=asked)
    return view


async def trials_of(calls: Calls, start: int, count: int) -> list[dict[str, Any]]:
    trials: list[dict[str, Any]] = (await calls.api("GET", f"trials?start={start}&count={count}"))["trials"]
    return trials
