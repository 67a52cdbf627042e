"""Trials come in turn: none is answered before its time, and a refused answer does not end a session."""

import uuid
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.db.session import Database
from app.db.tables import Event, PlannedTrial, Response
from app.sessions.service import MAY_SET_ASIDE
from app.sessions.windows import REACH
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import all_trials, answer_body, answer_trials, enter, new_client, pass_pages
from tests.support import build_tiny_bundle, study_yaml

pytestmark = pytest.mark.anyio


@pytest.fixture
async def code(client: httpx.AsyncClient, open_links: dict[str, str]) -> str:
    """The link of a session that has begun."""
    await enter(client, open_links["live"])
    return open_links["live"]


def refused_body(**changes: Any) -> dict[str, Any]:
    return {
        "uuid": str(uuid.uuid4()),
        "status": 422,
        "code": "unknown_answer",
        "message": "'unicorn' is not one of the choices.",
        "body": '{"answer": "unicorn"}',
        **changes,
    }


async def test_a_trial_that_is_not_due_cannot_be_answered(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    await answer_trials(client, code, 2)
    for index in (3, 4, 10):
        refused = await client.put(f"/api/{code}/trials/{index}", json=answer_body())
        assert refused.status_code == 409
        error = refused.json()["error"]
        assert (error["code"], error["detail"]) == ("not_due", {"next_index": 2})
        aside = await client.post(f"/api/{code}/trials/{index}/set-aside", json=refused_body())
        assert (aside.status_code, aside.json()["error"]["code"]) == (409, "not_due")
    assert len(await rows_of(database, Response)) == 2
    assert (await client.put(f"/api/{code}/trials/2", json=answer_body())).json()["next_index"] == 3


async def test_a_set_aside_trial_is_passed_and_its_answer_kept_as_an_event(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    total = len(await all_trials(client, code))
    await answer_trials(client, code, total - 1)
    unknown = await client.put(f"/api/{code}/trials/{total - 1}", json=answer_body("unicorn"))
    assert unknown.json()["error"]["code"] == "unknown_answer"
    body = refused_body(message="nul \0", body="x" * 16_000)
    for _again in range(2):
        aside = await client.post(f"/api/{code}/trials/{total - 1}/set-aside", json=body)
        assert (aside.status_code, aside.json()) == (200, {"next_index": None})
    assert (await client.get(f"/api/{code}/session")).json()["next_index"] is None
    assert (await client.post(f"/api/{code}/finish", json={})).status_code == 200
    (event,) = [event for event in await rows_of(database, Event) if event.kind == "answer_refused"]
    assert event.detail == {"trial_index": total - 1, **body, "message": "nul �"}
    assert len(await rows_of(database, Response)) == total - 1


async def test_the_session_goes_on_behind_a_trial_that_was_set_aside(
    client: httpx.AsyncClient, code: str
) -> None:
    await answer_trials(client, code, 1)
    aside = await client.post(f"/api/{code}/trials/1/set-aside", json=refused_body())
    assert aside.json() == {"next_index": 2}
    assert (await client.put(f"/api/{code}/trials/2", json=answer_body())).json()["next_index"] == 3
    # An answer that arrives after all is an answer.
    assert (await client.put(f"/api/{code}/trials/1", json=answer_body())).json()["next_index"] == 3
    late = await client.post(f"/api/{code}/trials/1/set-aside", json=refused_body())
    assert (late.status_code, late.json()["error"]["code"]) == (409, "answered_before")
    assert late.json()["error"]["detail"]["answer"] == "bear"
    nothing = await client.post(f"/api/{code}/trials/99/set-aside", json=refused_body())
    assert nothing.status_code == 404


async def test_a_few_answers_may_be_set_aside_and_not_a_whole_session(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    for index in range(MAY_SET_ASIDE):
        await pass_pages(client, code)
        path = f"/api/{code}/trials/{index}/set-aside"
        assert (await client.post(path, json=refused_body())).status_code == 200
    before = await row_counts(database)
    path = f"/api/{code}/trials/{MAY_SET_ASIDE}/set-aside"
    refused = await client.post(path, json=refused_body())
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "too_many_set_aside")
    assert await row_counts(database) == before
    first = await client.post(f"/api/{code}/trials/0/set-aside", json=refused_body())
    assert (first.status_code, first.json()) == (200, {"next_index": MAY_SET_ASIDE})


async def test_setting_aside_at_the_same_moment_is_one_event(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    async def post() -> None:
        async with new_client(app) as tab:
            tab.cookies = client.cookies
            aside = await tab.post(f"/api/{code}/trials/0/set-aside", json=refused_body())
            assert aside.json() == {"next_index": 1}

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(post)
    assert [event.kind for event in await rows_of(database, Event)].count("answer_refused") == 1


@pytest.mark.parametrize(
    "change", [{"status": "422"}, {"status": True}, {"code": "x" * 65}, {"body": "x" * 16_001}, {"more": 1}]
)
async def test_malformed_refusals_set_nothing_aside(
    client: httpx.AsyncClient, code: str, database: Database, change: dict[str, Any]
) -> None:
    refused = await client.post(f"/api/{code}/trials/0/set-aside", json=refused_body(**change))
    assert refused.status_code == 422
    assert not [trial for trial in await rows_of(database, PlannedTrial) if trial.set_aside_at]


async def test_a_plan_is_told_only_as_far_as_preloading_needs(
    client: httpx.AsyncClient, database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bundle = build_tiny_bundle(tmp_path_factory.mktemp("long") / "bundle", naturals=70)
    file = tmp_path_factory.mktemp("long") / "study.yaml"
    file.write_text(study_yaml(bundle, name="long"))
    code = (await create_study(database, file, opened=True))["live"]
    await enter(client, code)
    window = {"start": REACH - 20, "count": 20}
    near = await client.get(f"/api/{code}/trials", params=window)
    assert len(near.json()["trials"]) == 20
    far = await client.get(f"/api/{code}/trials", params={**window, "start": REACH - 19})
    # 425 is temporary for the page: it waits until its answers have arrived.
    assert (far.status_code, far.json()["error"]["code"]) == (425, "too_early")
    await answer_trials(client, code, 1)
    assert (await client.get(f"/api/{code}/trials", params={**window, "start": REACH - 19})).is_success
