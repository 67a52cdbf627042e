"""The end of a session: once, however often it is asked for, and flagged where somebody should look."""

from datetime import timedelta

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.db.session import Database
from app.db.tables import Event, Participant
from tests.database import rows_of
from tests.http import all_trials, answer_all, enter, new_client, put_answer

pytestmark = pytest.mark.anyio


async def age(database: Database, minutes: float) -> None:
    """Let all who are there have consented earlier, and have been unseen since."""
    (first, *_) = await rows_of(database, Participant)
    moment = first.consented_at - timedelta(minutes=minutes)
    async with database.writing() as session:
        await session.execute(update(Participant).values(consented_at=moment, last_seen_at=moment))


async def test_finishing_twice_at_once_is_one_end(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await answer_all(client, code)
    codes: list[str] = []

    async def finish() -> None:
        async with new_client(app) as tab:
            tab.cookies = client.cookies
            response = await tab.post(f"/api/{code}/finish", json={})
            assert response.status_code == 200, response.text
            codes.append(response.json()["outcome"])

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(finish)
    assert len(codes) == 6 and len(set(codes)) == 1
    assert [event.kind for event in await rows_of(database, Event)].count("finish") == 1
    (event,) = [event for event in await rows_of(database, Event) if event.kind == "finish"]
    (participant,) = await rows_of(database, Participant)
    assert participant.completed_at == event.happened_at


async def test_two_who_finish_one_plan_are_both_flagged(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await age(database, 600)  # the first has been gone for long, so that the plan is given to another
    async with new_client(app) as second, new_client(app) as third:
        await enter(second, code)
        await enter(third, code)
        assert [one.slot for one in await rows_of(database, Participant)] == [0, 0, 1]
        await age(database, 600)
        for each in (client, second, third):
            await answer_all(each, code)
            assert (await each.post(f"/api/{code}/finish", json={})).status_code == 200
    flags = [one.flags for one in await rows_of(database, Participant)]
    assert flags == [["plan_shared"], ["plan_shared"], []]


async def test_two_who_finish_one_plan_at_one_moment_are_both_flagged(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["pilot"]
    await enter(client, code)
    await age(database, 600)
    async with new_client(app) as second:
        await enter(second, code)
        await age(database, 600)
        await answer_all(client, code)
        await answer_all(second, code)
        async with anyio.create_task_group() as group:
            for each in (client, second):
                group.start_soon(lambda each: each.post(f"/api/{code}/finish", json={}), each)
    assert [one.flags for one in await rows_of(database, Participant)] == [["plan_shared"]] * 2


@pytest.mark.parametrize(("audience", "flags"), [("live", ["too_fast"]), ("simulated", [])])
async def test_answers_sooner_than_a_person_could_give_them_are_flagged_and_taken(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, audience: str, flags: list[str]
) -> None:
    await enter(client, open_links[audience])
    await answer_all(client, open_links[audience])
    finished = await client.post(f"/api/{open_links[audience]}/finish", json={})
    assert finished.json()["outcome"]
    (participant,) = await rows_of(database, Participant)
    assert (participant.status, participant.flags) == ("completed", flags)


async def test_answers_that_arrive_together_after_a_lost_connection_are_not_too_fast(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    await enter(client, open_links["live"])
    await age(database, 5)
    await answer_all(client, open_links["live"])
    await client.post(f"/api/{open_links['live']}/finish", json={})
    (participant,) = await rows_of(database, Participant)
    assert participant.flags == []


@pytest.mark.parametrize(("seconds", "flags"), [(0, ["too_fast"]), (600, [])])
async def test_sounds_take_their_time_too(
    client: httpx.AsyncClient,
    word_links: dict[str, str],
    database: Database,
    seconds: int,
    flags: list[str],
) -> None:
    code = word_links["live"]
    await enter(client, code)
    await age(database, seconds / 60)
    for trial in await all_trials(client, code):
        body = {"uuid": f"00000000-0000-4000-8000-{trial['index']:012}", "answer": "bat"}
        assert (await put_answer(client, code, trial["index"], body)).status_code == 200
    await client.post(f"/api/{code}/finish", json={})
    (participant,) = await rows_of(database, Participant)
    assert participant.flags == flags
