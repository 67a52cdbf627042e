"""Slots: no two participants share one, freed ones are given again, audiences are kept apart."""

from collections import Counter
from datetime import timedelta

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import Participant, PlannedTrial, Stimulus
from tests.database import rows_of
from tests.http import answer_all, enter, new_client

pytestmark = pytest.mark.anyio


async def enter_as_another(app: FastAPI, code: str) -> None:
    async with new_client(app) as another:
        await enter(another, code)


async def slots(database: Database, audience: str = "live") -> list[int]:
    return [person.slot for person in await rows_of(database, Participant) if person.audience == audience]


async def make_stale(database: Database, settings: Settings, participant_id: int) -> None:
    async with database.writing() as session:
        person = await session.get_one(Participant, participant_id)
        person.last_seen_at = utc_now() - timedelta(minutes=settings.stale_after_minutes + 1)


async def test_people_who_come_at_once_get_different_slots_and_balanced_cells(
    app: FastAPI, open_links: dict[str, str], database: Database
) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(16):
            group.start_soon(enter_as_another, app, open_links["live"])
    assert sorted(await slots(database)) == list(range(16))

    stimuli = {stimulus.id: stimulus for stimulus in await rows_of(database, Stimulus)}
    main = [trial.stimulus_id for trial in await rows_of(database, PlannedTrial) if trial.phase == "main"]
    practice = {
        stimuli[trial.stimulus_id].natural_id
        for trial in await rows_of(database, PlannedTrial)
        if trial.phase == "practice"
    }
    assert len(practice) == 4
    # 16 people are four blocks of four: every certified picture is shown exactly four times.
    expected = {
        stimulus.id: 4
        for stimulus in stimuli.values()
        if stimulus.certified and stimulus.natural_id not in practice
    }
    assert Counter(main) == Counter(expected)


async def test_the_slot_of_one_who_left_is_given_again(
    app: FastAPI, open_links: dict[str, str], database: Database, settings: Settings
) -> None:
    for _ in range(3):
        await enter_as_another(app, open_links["live"])
    await make_stale(database, settings, (await rows_of(database, Participant))[1].id)
    await enter_as_another(app, open_links["live"])
    await enter_as_another(app, open_links["live"])
    assert await slots(database) == [0, 1, 2, 1, 3]


async def test_one_who_completed_keeps_the_slot_for_good(
    app: FastAPI,
    client: httpx.AsyncClient,
    open_links: dict[str, str],
    database: Database,
    settings: Settings,
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await answer_all(client, code)
    assert (await client.post(f"/api/{code}/finish", json={})).status_code == 200
    await make_stale(database, settings, (await rows_of(database, Participant))[0].id)
    await enter_as_another(app, code)
    assert await slots(database) == [0, 1]


async def test_an_answer_keeps_a_session_fresh(
    app: FastAPI,
    client: httpx.AsyncClient,
    open_links: dict[str, str],
    database: Database,
    settings: Settings,
) -> None:
    code = open_links["live"]
    await enter(client, code)
    await make_stale(database, settings, (await rows_of(database, Participant))[0].id)
    await answer_all(client, code)
    await enter_as_another(app, code)
    assert await slots(database) == [0, 1]


async def test_each_audience_has_its_own_series(
    app: FastAPI, open_links: dict[str, str], database: Database
) -> None:
    for audience in ("live", "pilot", "live", "simulated", "pilot"):
        await enter_as_another(app, open_links[audience])
    assert await slots(database, "live") == [0, 1]
    assert await slots(database, "pilot") == [0, 1]
    assert await slots(database, "simulated") == [0]


async def test_people_in_one_slot_get_one_plan_at_different_addresses(
    app: FastAPI, open_links: dict[str, str], database: Database
) -> None:
    await enter_as_another(app, open_links["live"])
    await enter_as_another(app, open_links["pilot"])
    planned = await rows_of(database, PlannedTrial)
    half = len(planned) // 2
    first, second = planned[:half], planned[half:]
    assert [trial.stimulus_id for trial in first] == [trial.stimulus_id for trial in second]
    assert len({trial.asset_token for trial in planned}) == 2 * half
