"""The steps of a session over HTTP: each result once, in its turn, whatever was measured."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db.session import Database
from app.db.tables import Response, StepResult
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import all_trials, answer_all, answer_body, answer_trials, enter, new_client, step_body
from tests.strategies import ANY_JSON
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

PAGE = {"shown_ms": 5120.4, "focus_losses": 0, "hidden": False}
STEPS = "practice_trials: 2\nsteps: [instructions, practice, practice_done, trials, rest_break]\n"


@pytest.fixture
async def code(client: httpx.AsyncClient, open_links: dict[str, str]) -> str:
    """The link of a session that has begun: instructions, practice, practice_done, trials."""
    await enter(client, open_links["live"], read_on=False)
    return open_links["live"]


async def steps_left(client: httpx.AsyncClient, code: str) -> list[tuple[int, str]]:
    view = (await client.get(f"/api/{code}/session")).json()
    return [(step["position"], step["kind"]) for step in view["steps"]]


async def answer_from(client: httpx.AsyncClient, code: str, last: int) -> None:
    """Answer the trials from the one that is due to `last`."""
    due = (await client.get(f"/api/{code}/session")).json()["next_index"]
    for index in range(due, last + 1):
        assert (await client.put(f"/api/{code}/trials/{index}", json=answer_body())).status_code == 200


async def put(client: httpx.AsyncClient, code: str, position: int, body: Mapping[str, Any]) -> httpx.Response:
    return await client.put(f"/api/{code}/steps/{position}", json=body)


async def test_a_result_is_stored_once_and_told_again(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    assert (await steps_left(client, code))[0] == (0, "instructions")
    body = step_body("instructions", {**PAGE, "list_opened": None})
    for _again in range(2):
        stored = await put(client, code, 0, body)
        assert stored.status_code == 200
        assert stored.json() == {
            "position": 0,
            "kind": "instructions",
            "uuid": body["uuid"],
            "result": {**PAGE, "list_opened": None, "searched": None, "further": {}},
            "next_position": 1,
        }
    other = await put(client, code, 0, step_body("instructions", {"shown_ms": 1}))
    error = other.json()["error"]
    assert (other.status_code, error["code"]) == (409, "answered_before")
    assert error["detail"] == stored.json()
    (row,) = await rows_of(database, StepResult)
    assert (row.kind, row.position, row.result["shown_ms"], row.flags) == ("instructions", 0, 5120.4, [])
    assert (await steps_left(client, code))[0] == (1, "practice")


async def test_a_step_that_is_not_due_is_refused(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    refused = await put(client, code, 2, step_body("practice_done"))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (409, "not_due")
    assert error["detail"] == {"next_position": 0}
    await put(client, code, 0, step_body("instructions"))
    assert (await put(client, code, 2, step_body("practice_done"))).json()["error"]["code"] == "not_due"
    await answer_trials(client, code, 4)
    assert (await put(client, code, 2, step_body("practice_done"))).json()["next_position"] == 3
    assert len(await rows_of(database, StepResult)) == 2


@pytest.mark.parametrize(
    ("position", "kind", "status", "error"),
    [
        (4, "instructions", 404, "no_such_step"),
        (0, "sound_level", 409, "other_step"),
        (1, "practice", 409, "not_due"),
    ],
)
async def test_what_is_no_result_of_the_step_is_refused(
    client: httpx.AsyncClient,
    code: str,
    database: Database,
    position: int,
    kind: str,
    status: int,
    error: str,
) -> None:
    refused = await put(client, code, position, step_body(kind))
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, error)
    assert not await rows_of(database, StepResult)


async def test_a_step_of_trials_has_no_result_of_its_own(client: httpx.AsyncClient, code: str) -> None:
    await put(client, code, 0, step_body("instructions"))
    refused = await put(client, code, 1, step_body("practice"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "holds_trials")


async def test_a_uuid_is_of_one_step_only(client: httpx.AsyncClient, code: str, database: Database) -> None:
    body = step_body("instructions")
    await put(client, code, 0, body)
    await answer_trials(client, code, 4)
    refused = await put(client, code, 2, {**body, "kind": "practice_done"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "uuid_used")
    assert len(await rows_of(database, StepResult)) == 1


async def test_results_at_the_same_moment_make_one_row(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    same = step_body("instructions", PAGE)
    answers: list[tuple[str, int, str]] = []

    async def send(body: dict[str, Any]) -> None:
        async with new_client(app) as tab:
            tab.cookies = client.cookies
            response = await put(tab, code, 0, body)
            told = response.json()
            stored = told["error"]["detail"] if "error" in told else told
            answers.append((body["uuid"], response.status_code, stored["uuid"]))

    async with anyio.create_task_group() as group:
        for body in [same] * 4 + [step_body("instructions") for _ in range(4)]:
            group.start_soon(send, body)
    (row,) = await rows_of(database, StepResult)
    assert {kept for _, _, kept in answers} == {row.client_uuid}
    assert all((status == 200) == (sent == row.client_uuid) for sent, status, _ in answers)


async def test_what_was_measured_is_never_refused_but_flagged(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    raw = {"shown_ms": -3, "focus_losses": "2", "hidden": True, "list_opened": 1, "colour": "red"}
    assert (await put(client, code, 0, step_body("instructions", raw))).status_code == 200
    (row,) = await rows_of(database, StepResult)
    assert row.result == {
        "shown_ms": None,
        "focus_losses": None,
        "hidden": True,
        "list_opened": None,
        "searched": None,
        "further": {"colour": "red"},
    }
    assert sorted(row.flags) == ["focus_losses", "list_opened", "shown_ms"]


@pytest.mark.parametrize("result", ["boom", None, [1], 7, {"shown_ms": {"deep": [1]}}, {"\0": "\0"}])
async def test_nonsense_is_stored_as_not_measured(
    client: httpx.AsyncClient, code: str, database: Database, result: Any
) -> None:
    assert (await put(client, code, 0, step_body("instructions", result))).status_code == 200
    (row,) = await rows_of(database, StepResult)
    assert row.result["shown_ms"] is None
    assert "record" in row.flags or "shown_ms" in row.flags


@pytest.mark.parametrize(
    "change",
    [{"uuid": "x"}, {"kind": "x" * 65}, {"kind": None}, {"more": 1}],
    ids=lambda change: next(iter(change)),
)
async def test_malformed_bodies_store_nothing(
    client: httpx.AsyncClient, code: str, database: Database, change: dict[str, Any]
) -> None:
    before = await row_counts(database)
    refused = await put(client, code, 0, {**step_body("instructions"), **change})
    assert refused.status_code == 422
    assert await row_counts(database) == before


async def test_a_trial_before_the_pages_that_come_first_is_refused_and_nothing_changes(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    before = await row_counts(database)
    for index in (0, 4):
        refused = await client.put(f"/api/{code}/trials/{index}", json=answer_body())
        expected = "step_not_due" if index == 0 else "not_due"
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, expected)
    assert await row_counts(database) == before
    await put(client, code, 0, step_body("instructions", PAGE))
    await answer_from(client, code, 3)  # practice
    refused = await client.put(f"/api/{code}/trials/4", json=answer_body())
    assert refused.json()["error"] == {
        "code": "step_not_due",
        "message": "Step 2 comes first.",
        "detail": {"next_position": 2},
    }
    await put(client, code, 2, step_body("practice_done", PAGE))
    await answer_from(client, code, 4)
    assert len(await rows_of(database, Response)) == 5


async def test_a_session_is_not_finished_before_a_page_behind_its_trials(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny_bundle, name="after", extra=STEPS).replace("practice_trials: 4\n", ""))
    code = (await create_study(database, file, opened=True))["live"]
    await enter(client, code)
    await answer_all(client, code)
    assert await steps_left(client, code) == [(4, "rest_break")]
    refused = await client.post(f"/api/{code}/finish", json={})
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["detail"]) == (
        409,
        "steps_missing",
        {"next_position": 4},
    )
    assert (await put(client, code, 4, step_body("rest_break", PAGE))).json()["next_position"] is None
    assert (await client.post(f"/api/{code}/finish", json={})).status_code == 200


async def test_a_session_is_named_for_itself_alone(app: FastAPI, open_links: dict[str, str]) -> None:
    code, names = open_links["live"], []
    for _ in range(2):
        async with new_client(app) as person:
            await enter(person, code)
            views = [(await person.get(f"/api/{code}/session")).json()["session"] for _ in range(2)]
            assert views[0] == views[1]
            names.append(views[0])
    assert names[0] != names[1]


CALLS = st.lists(
    st.tuples(st.sampled_from(["step", "trial"]), st.integers(0, 5), st.integers(0, 2), ANY_JSON), max_size=12
)


async def test_whatever_is_sent_in_whatever_order_each_thing_is_there_once(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    """Repeated, reordered, out of turn, from two tabs: what is acknowledged first is what stays."""
    kinds = ["instructions", "practice", "practice_done", "trials"]
    total = len(await all_trials(client, code))
    acknowledged: dict[tuple[str, int], str] = {}

    async def send(what: str, number: int, tab: int) -> None:
        name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{what} {number} {tab}"))
        if what == "trial":
            response = await client.put(f"/api/{code}/trials/{number}", json=answer_body() | {"uuid": name})
        else:
            kind = kinds[number] if number < len(kinds) else "rest_break"
            response = await put(client, code, number, step_body(kind) | {"uuid": name})
        assert response.status_code in {200, 404, 409}, response.text
        if response.status_code == 200:
            assert acknowledged.setdefault((what, number), name) == name

    examples: list[list[tuple[str, int, int, Any]]] = []

    @settings(max_examples=25, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(calls=CALLS)
    def collect(calls: list[tuple[str, int, int, Any]]) -> None:
        examples.append(calls)

    collect()
    for calls in examples:
        for what, number, tab, _result in calls:
            await send(what, number, tab)
    results = {("step", row.position): row.client_uuid for row in await rows_of(database, StepResult)}
    answers = {
        ("trial", row.planned_trial_id - 1): row.client_uuid for row in await rows_of(database, Response)
    }
    assert results | answers == acknowledged
    assert len(results) >= 1 and total > 6
