"""One simulated participant in a session that has begun, by the same HTTP calls as the page makes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx
import numpy as np

from app.adaptive.psychometric import Psychometric
from app.simulation.calls import Calls, Refused, new_uuid
from app.simulation.queries import PlanTruth
from app.steps.registry import KINDS
from app.tasks.observer import SimulatedObserver
from app.tasks.registry import TASKS
from app.tasks.task import SimulatedTrial

WINDOW = 40

View = dict[str, Any]  # `SessionView` as JSON
# How a step ended: done; the trial to stop at is due; or the study's rule left the rest of its trials out.
Ended = Literal["done", "reached", "dropped"]


@dataclass(frozen=True)
class Sight:
    """What one who tells pictures apart can see: by dimension, and where the level shown is looked up."""

    functions: Mapping[str, Psychometric]
    level_of: Callable[[str], Awaitable[float]]

    async def accuracy(self, dimension: str, asset_token: str) -> float:
        """The probability of a right answer to what is at this address."""
        return float(self.functions[dimension](await self.level_of(asset_token)))


@dataclass
class Record:
    """What the server acknowledged: UUIDs of answers to trials, and of results of steps."""

    answers: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Visitor:
    """Who takes part: `truth` is what the stimuli of the plan are, `random` is for what is no answer.

    `fails` names a kind of step that is failed on purpose; other checks are passed. `sight` is for studies of
    thresholds.
    """

    calls: Calls
    task: dict[str, Any]
    truth: PlanTruth
    observer: SimulatedObserver
    random: np.random.Generator
    fails: str | None = None
    sight: Sight | None = None
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
                ended = await self._take(step, due, until)
                if ended == "reached":
                    return False
                done = step["position"]
                if ended == "dropped":
                    break
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

    async def _take(self, step: dict[str, Any], due: int | None, until: int | None) -> Ended:
        """Do one step as the server tells it."""
        if step["trials"] is None:
            await self._pass_page(step)
            return "done"
        first: int = step["trials"]["first"]
        last: int = step["trials"]["last"]
        stop = last + 1 if until is None else min(until, last + 1)
        if not await self._answer_trials(step["kind"], max(first, due or 0), stop):
            return "dropped"
        return "done" if stop > last else "reached"

    async def _pass_page(self, step: dict[str, Any]) -> None:
        kind = KINDS[step["kind"]]
        result = kind.simulate(step["told"], self.random)
        result = self.truth.solved(step["position"], result, passes=kind.name != self.fails)
        uuid = new_uuid()
        sent = {"uuid": uuid, "kind": kind.name, "result": result}
        await self.calls.api("PUT", f"steps/{step['position']}", json=sent)
        self.record.results.append(uuid)

    async def _answer_trials(self, kind: str, start: int, stop: int) -> bool:
        """False if the study's rule left trials out."""
        index = start
        while index < stop:
            trials = await trials_of(self.calls, index, min(WINDOW, stop - index))
            if not trials:
                return False
            for trial in trials:
                await self._answer_trial(kind, trial)
            index += len(trials)
        return True

    async def _answer_trial(self, kind: str, trial: dict[str, Any]) -> None:
        stimulus = await self.calls.call("GET", trial["stimulus"])
        condition, category = self.truth.trials[trial["index"]]
        observer = self.observer.with_accuracy(0.0) if kind == self.fails else self.observer
        if self.sight is not None:
            token = trial["stimulus"].rpartition("/")[2]
            observer = observer.seeing(await self.sight.accuracy(condition, token))
        met = SimulatedTrial(condition, category, trial["phase"], stimulus.content)
        given = TASKS[self.task["kind"]].simulate(observer, met, self.task)
        uuid = new_uuid()
        body = {"uuid": uuid, "answer": given.answer, "rt_ms": given.rt_ms, "timing": given.timing}
        await self.calls.api("PUT", f"trials/{trial['index']}", json=body)
        self.record.answers.append(uuid)


async def begin(calls: Calls, previous: str | None = None, *, take_over: bool = False) -> View:
    asked = {"lease": calls.lease, "previous": previous, "take_over": take_over}
    view: View = await calls.api("POST", "session", json=asked)
    return view


async def trials_of(calls: Calls, start: int, count: int) -> list[dict[str, Any]]:
    trials: list[dict[str, Any]] = (await calls.api("GET", f"trials?start={start}&count={count}"))["trials"]
    return trials
