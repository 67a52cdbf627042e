"""One page at a time runs a session, and a session that was left goes on as its study says."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Event, Participant, Response
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import answer_body, answer_trials, enter, new_client, pass_pages, put_answer, step_body
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

BLOCKS = """
steps: [instructions, practice, practice_done, {kind: trials, breaks: 1, trials_between: 4}]
"""


def lease() -> str:
    return str(uuid.uuid4())


async def begin(client: httpx.AsyncClient, code: str, mine: str, **how: Any) -> httpx.Response:
    return await client.post(f"/api/{code}/session", json={"lease": mine, **how})


async def put(
    client: httpx.AsyncClient, code: str, path: str, body: dict[str, Any], mine: str
) -> httpx.Response:
    return await client.put(f"/api/{code}/{path}", json=body, headers={"X-Session-Lease": mine})


async def opened(database: Database, folder: Path, bundle: Path, extra: str) -> str:
    file = folder / "study.yaml"
    file.write_text(study_yaml(bundle, name="left", extra=extra))
    return (await create_study(database, file, opened=True))["live"]


async def gone_for(database: Database, minutes: float) -> None:
    """Nobody was seen for so long."""
    async with database.writing() as session:
        await session.execute(update(Participant).values(last_seen_at=utc_now() - timedelta(minutes=minutes)))


async def events(database: Database, kind: str) -> list[dict[str, Any]]:
    return [event.detail for event in await rows_of(database, Event) if event.kind == kind]


async def test_a_second_page_must_ask_and_then_the_first_is_refused(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code, first, second = open_links["live"], lease(), lease()
    await enter(client, code)
    for _again in range(2):
        assert (await begin(client, code, first)).json()["next_index"] == 0
    assert (await put(client, code, "trials/0", answer_body(), first)).status_code == 200
    held = await begin(client, code, second)
    assert (held.status_code, held.json()["error"]["code"]) == (409, "lease_held")
    assert (await begin(client, code, second, take_over=True)).json()["next_index"] == 1
    before = await row_counts(database)
    for path, body in (("trials/1", answer_body()), ("steps/2", step_body("practice_done"))):
        lost = await put(client, code, path, body, first)
        assert (lost.status_code, lost.json()["error"]["code"]) == (409, "lease_lost")
    note = {"uuid": lease(), "status": 422, "code": "x", "message": "y", "body": ""}
    path = f"/api/{code}/trials/1/set-aside"
    aside = await client.post(path, json=note, headers={"X-Session-Lease": first})
    assert aside.json()["error"]["code"] == "lease_lost"
    without = await client.put(f"/api/{code}/trials/1", json=answer_body())
    assert without.json()["error"]["code"] == "lease_lost"
    assert await row_counts(database) == before
    assert (await put(client, code, "trials/1", answer_body(), second)).status_code == 200
    assert (await events(database, "resume"))[-1] == {"trial_index": 1, "away_s": 0, "taken_over": True}


async def test_an_answer_that_is_stored_is_told_to_whoever_asks_again(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code, first, second = open_links["live"], lease(), lease()
    await enter(client, code)
    await begin(client, code, first)
    body = answer_body()
    await put(client, code, "trials/0", body, first)
    await begin(client, code, second, take_over=True)
    assert (await put(client, code, "trials/0", body, first)).status_code == 200


async def test_the_same_browser_goes_on_and_another_after_a_silence(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code, first = open_links["live"], lease()
    await enter(client, code)
    await begin(client, code, first)
    await put(client, code, "trials/0", answer_body(), first)
    reloaded = lease()
    assert (await begin(client, code, reloaded, previous=first)).status_code == 200
    assert (await begin(client, code, lease(), previous=first)).status_code == 409
    await gone_for(database, 6)
    assert (await begin(client, code, lease())).status_code == 200
    assert [one["taken_over"] for one in await events(database, "resume")] == [False] * 3


async def test_two_machines_cannot_run_one_session(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code, first, second = open_links["live"], lease(), lease()
    await enter(client, code)
    await begin(client, code, first)
    async with new_client(app) as machine:
        machine.cookies = client.cookies
        assert (await begin(machine, code, second)).status_code == 409
        assert (await put(machine, code, "trials/0", answer_body(), second)).status_code == 409
    assert await rows_of(database, Response) == []


@pytest.mark.parametrize("header", ["", "nobody", "x" * 5000])
async def test_a_lease_that_is_none_is_refused(
    client: httpx.AsyncClient, open_links: dict[str, str], header: str
) -> None:
    code = open_links["live"]
    await enter(client, code)
    refused = await put(client, code, "trials/0", answer_body(), header)
    assert refused.status_code == 422
    assert (await begin(client, code, header)).status_code == 422


async def test_a_session_that_goes_on_is_the_default(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await answer_trials(client, code, 3)
    await gone_for(database, 5000)
    view = (await begin(client, code, lease())).json()
    assert (view["over"], view["next_index"]) == (False, 3)


async def test_a_single_sitting_ends_with_its_page(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    extra = "resume: never\ncompletion_codes: {expired: LEFT-1}\n"
    code = await opened(database, tmp_path, tiny_bundle, extra)
    await enter(client, code, read_on=False)
    mine = lease()
    assert (await begin(client, code, mine)).json()["over"] is False  # nothing was begun
    await begin(client, code, mine)
    await put(client, code, "steps/0", step_body("instructions"), mine)
    view = (await begin(client, code, lease(), previous=mine)).json()
    assert (view["over"], view["steps"]) == (True, [])
    (participant,) = await rows_of(database, Participant)
    assert (participant.status, participant.outcome) == ("expired", "expired")
    assert "LEFT-1" in (await client.get(f"/end/{code}")).text


async def test_a_session_that_was_left_too_long_is_over(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    extra = "resume: {policy: go_on, within_minutes: 30}\n"
    code = await opened(database, tmp_path, tiny_bundle, extra)
    await enter(client, code)
    await answer_trials(client, code, 1)
    await gone_for(database, 29)
    assert (await begin(client, code, first := lease())).json()["over"] is False
    await gone_for(database, 31)
    assert (await begin(client, code, lease(), previous=first)).json()["over"] is True


async def test_answers_that_were_left_behind_do_not_hide_an_absence(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    """The next page sends them first; they are stored, and the participant was away all the same."""
    extra = "resume: {policy: go_on, within_minutes: 30}\n"
    code = await opened(database, tmp_path, tiny_bundle, extra)
    await enter(client, code, read_on=False)
    await begin(client, code, mine := lease())
    await gone_for(database, 31)
    headers = {"X-Session-Lease": mine, "X-Session-Leftover": "yes"}
    for path, body in (("steps/0", step_body("instructions")), ("trials/0", answer_body())):
        sent = await client.put(f"/api/{code}/{path}", json=body, headers=headers)
        assert sent.status_code == 200, sent.text
    assert (await begin(client, code, lease(), previous=mine)).json()["over"] is True
    assert len(await rows_of(database, Response)) == 1


async def test_a_block_begins_anew_and_its_answers_are_kept_as_events(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await opened(database, tmp_path, tiny_bundle, "resume: restart_block\n" + BLOCKS)
    await enter(client, code)
    await answer_trials(client, code, 7)  # practice, and three of the first block of main trials
    view = (await begin(client, code, mine := lease())).json()
    assert view["next_index"] == 4
    assert len(await rows_of(database, Response)) == 4
    restarted = await events(database, "answer_of_restarted_block")
    assert [one["trial_index"] for one in restarted] == [4, 5, 6]
    assert restarted[0]["answer"] == "bear" and restarted[0]["timing"]["frame_ms"] == 16.7
    assert (await put(client, code, "trials/4", answer_body("cat"), mine)).json()["answer"] == "cat"
    # At the beginning of a block nothing is taken back.
    view = (await begin(client, code, lease(), previous=mine)).json()
    assert view["next_index"] == 4


async def test_leaving_at_a_break_takes_back_nothing(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await opened(database, tmp_path, tiny_bundle, "resume: restart_block\n" + BLOCKS)
    await enter(client, code)
    await answer_trials(client, code, 4)
    await pass_pages(client, code)
    spans = [step["trials"] for step in (await client.get(f"/api/{code}/session")).json()["steps"]]
    first = spans[0]
    for index in range(first["first"], first["last"] + 1):
        assert (await put_answer(client, code, index, answer_body())).status_code == 200
    stored = len(await rows_of(database, Response))
    assert (await begin(client, code, lease())).json()["next_index"] == first["last"] + 1
    assert len(await rows_of(database, Response)) == stored
