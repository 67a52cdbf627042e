"""A participant's browser, as far as the HTTP interface goes."""

import uuid
from typing import Any

import httpx
from fastapi import FastAPI

TIMING = {
    "requested_image_ms": 300,
    "image_frames": 18,
    "frame_ms": 16.7,
    "flips_ms": {"fixation": 500.0, "image": 800.0, "mask": 1100.0, "response": 1400.0},
    "achieved_image_ms": 300.1,
    "dropped_frames": 0,
    "requested_response_ms": None,
    "achieved_response_ms": None,
    "clicks": [{"name": "bear", "ms": 812.5}],
    "focus_losses": 0,
    "hidden": False,
}

SOUND_TIMING = {
    "requested_sound_ms": 2000.0,
    "onset_ms": 51.0,
    "late_ms": 0,
    "played_ms": 2009.4,
    "interruptions": 0,
    "context_state": "running",
    "sample_rate_hz": 48000,
    "base_latency_ms": 10.7,
    "output_latency_ms": 32.0,
    "scheduled_context_ms": 5120.0,
    "ended_context_ms": 7179.4,
    "output_context_ms": 7147.4,
    "output_page_ms": 2009.1,
    "screen_frame_ms": 16.7,
    "screen_dropped_frames": 0,
    "focus_losses": 0,
    "hidden": False,
    "entry": {"keystrokes": 4, "first_key_ms": 2900.0, "last_key_ms": 4200.0, "pastes": 0, "how": "typed"},
}


def new_client(app: FastAPI) -> httpx.AsyncClient:
    """A client that keeps cookies, follows no redirects and sees the server's errors as responses."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


def answer_body(answer: str = "bear", **changes: object) -> dict[str, Any]:
    return {"uuid": str(uuid.uuid4()), "answer": answer, "rt_ms": 812.5, "timing": TIMING, **changes}


def word_body(answer: str = "bat", **changes: object) -> dict[str, Any]:
    return answer_body(answer, **{"rt_ms": 4210.0, "timing": SOUND_TIMING, **changes})


def step_body(kind: str, result: object = None) -> dict[str, Any]:
    return {"uuid": str(uuid.uuid4()), "kind": kind, "result": result}


def consent_form(**fields: str) -> dict[str, str]:
    """What the landing page's form sends."""
    return {"consent": "yes", "uuid": str(uuid.uuid4()), **fields}


async def enter(
    client: httpx.AsyncClient, code: str, *, read_on: bool = True, **fields: str
) -> httpx.Response:
    """Open the link, give consent, and check that this led to the experiment.

    The pages before the first trial are left behind, unless told otherwise.
    """
    assert (await client.get(f"/s/{code}")).status_code == 200
    response = await client.post(f"/s/{code}/consent", data=consent_form(**fields))
    assert response.status_code == 303, response.text
    assert response.headers["location"] == f"/run/{code}"
    if read_on:
        await pass_pages(client, code)
    return response


async def all_trials(client: httpx.AsyncClient, code: str) -> list[dict[str, Any]]:
    trials: list[dict[str, Any]] = []
    while True:
        query = {"start": len(trials), "count": 40}
        window = (await client.get(f"/api/{code}/trials", params=query)).json()["trials"]
        if not window:
            return trials
        trials += window


async def pass_pages(client: httpx.AsyncClient, code: str) -> None:
    """Leave the pages behind that come before the next trial."""
    view = (await client.get(f"/api/{code}/session")).json()
    for step in view["steps"]:
        if step["trials"] is not None:
            return
        put = client.put(f"/api/{code}/steps/{step['position']}", json=step_body(step["kind"]))
        assert (await put).status_code == 200


async def put_answer(
    client: httpx.AsyncClient, code: str, index: int, body: dict[str, Any]
) -> httpx.Response:
    """Answer a trial; the pages that come before it are left behind first."""
    response = await client.put(f"/api/{code}/trials/{index}", json=body)
    if response.status_code == 409 and response.json()["error"]["code"] == "step_not_due":
        await pass_pages(client, code)
        response = await client.put(f"/api/{code}/trials/{index}", json=body)
    return response


async def answer_trials(client: httpx.AsyncClient, code: str, count: int) -> None:
    """Answer the first trials of a session that has begun, with the pages between them."""
    for index in range(count):
        response = await put_answer(client, code, index, answer_body())
        assert response.status_code == 200, response.text


async def answer_all(client: httpx.AsyncClient, code: str) -> None:
    for trial in await all_trials(client, code):
        response = await put_answer(client, code, trial["index"], answer_body())
        assert response.status_code == 200, response.text
