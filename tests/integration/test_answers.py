"""Answers: each is stored once, whatever the network does."""

import json
from collections import Counter

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from app.db.session import Database
from app.db.tables import PlannedTrial, Response, Stimulus
from tests.database import rows_of
from tests.http import TIMING, answer_body, answer_trials, enter, new_client, pass_pages, put_answer
from tests.statements import sent_statements

pytestmark = pytest.mark.anyio


@pytest.fixture
async def code(client: httpx.AsyncClient, open_links: dict[str, str]) -> str:
    """The link of a session that has begun."""
    await enter(client, open_links["live"])
    return open_links["live"]


async def category_of(database: Database, trial_index: int) -> str:
    planned = (await rows_of(database, PlannedTrial))[trial_index]
    stimuli = {stimulus.id: stimulus for stimulus in await rows_of(database, Stimulus)}
    return stimuli[planned.stimulus_id].category


async def test_an_answer_is_stored_as_it_was_given(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    category = await category_of(database, 4)
    further = {"window_width_px": 1280, "note": "x"}
    await answer_trials(client, code, 4)
    body = answer_body(category, rt_ms=1234.5, timing={**TIMING, **further})
    out = await put_answer(client, code, 4, body)
    assert out.json() == {
        "index": 4,
        "uuid": body["uuid"],
        "answer": category,
        "next_index": 5,
        "feedback": None,
    }
    stored = (await rows_of(database, Response))[-1]
    assert (stored.client_uuid, stored.answer, stored.correct) == (body["uuid"], category, True)
    assert stored.rt_ms == 1234.5
    assert stored.timing == {**TIMING, "further": further}
    assert (stored.on_time, stored.attended, stored.flags) == (True, True, [])


async def test_practice_is_judged_after_the_answer(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    right = await category_of(database, 0)
    wrong = "bear" if right != "bear" else "bird"
    body = answer_body(wrong)
    out = await client.put(f"/api/{code}/trials/0", json=body)
    assert out.json()["feedback"] == {"correct": False, "answer": right}
    assert out.json()["next_index"] == 1
    again = await client.put(f"/api/{code}/trials/0", json=body)
    assert again.json() == out.json()
    assert [stored.correct for stored in await rows_of(database, Response)] == [False]


async def test_the_same_answer_again_returns_the_stored_one(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    body = answer_body("bear")
    first = await client.put(f"/api/{code}/trials/0", json=body)
    again = await client.put(f"/api/{code}/trials/0", json={**body, "rt_ms": 1})
    assert (again.status_code, again.json()) == (200, first.json())
    (stored,) = await rows_of(database, Response)
    assert stored.rt_ms == body["rt_ms"]


async def test_another_answer_is_refused_with_the_stored_one(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    first = answer_body("bear")
    await client.put(f"/api/{code}/trials/0", json=first)
    refused = await client.put(f"/api/{code}/trials/0", json=answer_body("bird"))
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert error["code"] == "answered_before"
    assert error["detail"]["uuid"] == first["uuid"]
    assert error["detail"]["answer"] == "bear"
    assert [stored.answer for stored in await rows_of(database, Response)] == ["bear"]


async def test_a_uuid_answers_one_trial_only(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    body = answer_body()
    assert (await client.put(f"/api/{code}/trials/0", json=body)).status_code == 200
    refused = await client.put(f"/api/{code}/trials/1", json=body)
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "uuid_used"
    assert len(await rows_of(database, Response)) == 1


async def test_duplicates_at_the_same_moment_make_one_row(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    bodies = [answer_body("bear")] * 5 + [answer_body("bird") for _ in range(5)]
    statuses: list[tuple[str, int, str]] = []

    async def put(body: dict[str, str]) -> None:
        async with new_client(app) as tab:
            tab.cookies = client.cookies
            response = await tab.put(f"/api/{code}/trials/0", json=body)
            given = response.json()
            stored = given["error"]["detail"] if "error" in given else given
            statuses.append((body["uuid"], response.status_code, stored["uuid"]))

    async with anyio.create_task_group() as group:
        for body in bodies:
            group.start_soon(put, body)
    (stored,) = await rows_of(database, Response)
    assert {kept for _, _, kept in statuses} == {stored.client_uuid}
    assert all((status == 200) == (sent == stored.client_uuid) for sent, status, _ in statuses)
    assert set(Counter(status for _, status, _ in statuses)) <= {200, 409}


async def test_nothing_is_acknowledged_that_was_not_committed(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    def fail(_connection: object) -> None:
        raise OSError("the disk is full")

    body = answer_body()
    event.listen(database.writers.engine.sync_engine, "commit", fail)
    failed = await client.put(f"/api/{code}/trials/0", json=body)
    event.remove(database.writers.engine.sync_engine, "commit", fail)
    assert failed.status_code == 500
    assert failed.json()["error"]["code"] == "internal"
    assert "disk" not in failed.text
    assert "content-security-policy" in failed.headers
    assert await rows_of(database, Response) == []
    assert (await client.put(f"/api/{code}/trials/0", json=body)).status_code == 200
    assert len(await rows_of(database, Response)) == 1


async def test_trials_outside_the_plan_are_refused(client: httpx.AsyncClient, code: str) -> None:
    refused = await client.put(f"/api/{code}/trials/99", json=answer_body())
    assert refused.status_code == 404
    assert refused.json()["error"]["code"] == "no_such_trial"


@pytest.mark.parametrize(
    "change",
    [
        {"answer": "unicorn"},
        {"answer": ""},
        {"uuid": "not-a-uuid"},
        {"correct": True},
    ],
)
async def test_malformed_answers_are_refused(
    client: httpx.AsyncClient, code: str, database: Database, change: dict[str, object]
) -> None:
    refused = await client.put(f"/api/{code}/trials/0", json=answer_body(**{"answer": "bear"} | change))
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] in {"malformed", "unknown_answer"}
    assert await rows_of(database, Response) == []


@pytest.mark.parametrize(
    "rt_ms", ["-1", "NaN", "Infinity", "1e400", "86400001", "true", '"812.5"', "[]", "null"]
)
async def test_a_response_time_that_cannot_be_is_null(
    client: httpx.AsyncClient, code: str, database: Database, rt_ms: str
) -> None:
    text = json.dumps(answer_body(rt_ms="RT")).replace('"RT"', rt_ms)
    headers = {"content-type": "application/json"}
    taken = await client.put(f"/api/{code}/trials/0", content=text, headers=headers)
    assert taken.status_code == 200, taken.text
    (stored,) = await rows_of(database, Response)
    assert (stored.rt_ms, stored.flags) == (None, ["rt_ms"])


@pytest.mark.parametrize(
    ("timing", "flags"),
    [
        ({}, ["record"]),
        (None, ["record"]),
        ("boom", ["record"]),
        ({"requested_image_ms": 300}, []),
        ({**TIMING, "frame_ms": 1e9}, ["frame_ms"]),
        ({**TIMING, "frame_ms": "16.7"}, ["frame_ms"]),
        ({**TIMING, "dropped_frames": True}, ["dropped_frames"]),
        ({**TIMING, "image_frames": 18.0}, ["image_frames"]),
        ({**TIMING, "hidden": 0}, ["hidden"]),
        ({**TIMING, "flips_ms": {"image": -5e3}}, ["flips_ms.image"]),
        ({**TIMING, "flips_ms": 5}, ["flips_ms"]),
        ({**TIMING, "achieved_image_ms": -0.5, "entry": "boom"}, ["achieved_image_ms"]),
        ({**TIMING, "nested": {"a": 1}}, ["further"]),
        ({**TIMING, "long": "x" * 201}, ["further"]),
        ({**TIMING, "nul": "a\0b"}, ["further"]),
        ({**TIMING, "\0": 1}, ["further"]),
        ({**TIMING, **{f"field{number}": 1 for number in range(41)}}, ["further"]),
    ],
)
async def test_an_odd_record_is_no_reason_to_refuse_an_answer(
    client: httpx.AsyncClient, code: str, database: Database, timing: object, flags: list[str]
) -> None:
    taken = await client.put(f"/api/{code}/trials/0", json=answer_body(timing=timing))
    assert taken.status_code == 200, taken.text
    (stored,) = await rows_of(database, Response)
    assert stored.flags == flags
    if "frame_ms" in flags:
        assert (stored.timing["frame_ms"], stored.on_time) == (None, None)


async def test_half_of_a_surrogate_pair_is_not_kept(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    text = json.dumps(answer_body(timing={**TIMING, "half": "\ud800", "\udfff": 1}))
    taken = await client.put(
        f"/api/{code}/trials/0", content=text, headers={"content-type": "application/json"}
    )
    assert taken.status_code == 200, taken.text
    (stored,) = await rows_of(database, Response)
    assert (stored.timing["further"], stored.flags) == ({}, ["further"])


async def test_only_the_owner_answers(app: FastAPI, code: str, database: Database) -> None:
    async with new_client(app) as stranger:
        refused = await stranger.put(f"/api/{code}/trials/0", json=answer_body())
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "no_session"
    assert await rows_of(database, Response) == []


async def test_the_work_per_request_does_not_grow_with_the_session(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    async def counted(method: str, path: str, **content: object) -> int:
        with sent_statements() as statements:
            response = await client.request(method, f"/api/{code}/{path}", **content)  # type: ignore[arg-type]
        assert response.status_code == 200
        return len(statements)

    few = await counted("GET", "trials?start=0&count=1")
    many = await counted("GET", "trials?start=0&count=40")
    practice = [await counted("PUT", f"trials/{index}", json=answer_body()) for index in range(4)]
    await pass_pages(client, code)
    puts = [await counted("PUT", f"trials/{index}", json=answer_body()) for index in range(4, 12)]
    assert few == many
    assert len(set(puts)) == len(set(practice)) == 1
