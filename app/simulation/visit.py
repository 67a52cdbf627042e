"""One simulated participant's way through a study, by the same HTTP calls as the page makes."""

import asyncio
import io
import wave
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx

from app.core.errors import Conflict
from app.simulation.queries import PlanTruth as PlanTruth
from app.simulation.queries import planned_truth as planned_truth
from app.tasks.simulate import SimulatedAnswer, SimulatedObserver

WINDOW = 40

# Finds, on the experimenter's side, the plan that holds the stimulus with this opaque address.
LookUp = Callable[[str], Awaitable[PlanTruth]]


class Refused(Conflict):
    """The server did not answer a participant's call as it should."""


async def take_part(
    client: httpx.AsyncClient,
    code: str,
    look_up: LookUp,
    observer_of: Callable[[PlanTruth], SimulatedObserver],
) -> int:
    """Go from the landing page to the end and return the number of trials answered.

    The client needs a cookie jar of its own. Raises `Refused` at the first unexpected answer.
    """
    await _call(client, "GET", f"/s/{code}")
    form = {"consent": "yes", "uuid": str(uuid4())}
    await _call(client, "POST", f"/s/{code}/consent", expect=303, data=form)
    await _call(client, "GET", f"/run/{code}")
    view = (await _call(client, "GET", f"/api/{code}/session")).json()
    truth: PlanTruth | None = None
    for start in range(0, view["total"], WINDOW):
        window = await _call(client, "GET", f"/api/{code}/trials?start={start}&count={WINDOW}")
        for trial in window.json()["trials"]:
            stimulus = await _call(client, "GET", trial["stimulus"])
            if truth is None:
                truth = await look_up(trial["stimulus"].rpartition("/")[2])
                observer = observer_of(truth)
            given = _answer(observer, truth, trial, view["task"], stimulus.content)
            answer = {
                "uuid": str(uuid4()),
                "answer": given.answer,
                "rt_ms": given.rt_ms,
                "timing": given.timing,
            }
            await _call(client, "PUT", f"/api/{code}/trials/{trial['index']}", json=answer)
    await _call(client, "POST", f"/api/{code}/finish", json={})
    total: int = view["total"]
    return total


def _answer(
    observer: SimulatedObserver,
    truth: PlanTruth,
    trial: dict[str, Any],
    task: dict[str, Any],
    stimulus: bytes,
) -> SimulatedAnswer:
    condition, category = truth.trials[trial["index"]]
    if task["kind"] == "word":
        return observer.type_word(condition, category, sound_ms=_wav_ms(stimulus), lead_ms=task["lead_ms"])
    durations = task["timing"]
    practice = "practice_" if trial["phase"] == "practice" else ""
    return observer.name_picture(
        condition,
        category,
        image_ms=durations[f"{practice}image_ms"],
        fixation_ms=durations["fixation_ms"],
        mask_ms=durations[f"{practice}mask_ms"],
    )


def _wav_ms(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as sound:
        duration_ms: float = 1000 * sound.getnframes() / sound.getframerate()
    return duration_ms


async def _call(
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
