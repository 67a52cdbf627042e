"""Sessions of a study whose pictures are made live: they are waited for, or the nearest is shown."""

import asyncio
from pathlib import Path

import httpx
import pytest

from app.accounts.actor import COMMAND_LINE
from app.cli import measuring as command
from app.core.clock import utc_now
from app.core.config import Settings
from app.core.errors import Conflict
from app.db.session import Database
from app.db.tables import AbxTrial, PictureRequest, Response, Stimulus
from app.experiments import service as experiments
from app.live_pictures import measuring
from app.live_pictures.generator import Generator
from app.sessions.abx import waiting
from tests.database import rows_of
from tests.http import answer_body, enter
from tests.integration.live_studies import live_study, program

pytestmark = pytest.mark.anyio


@pytest.fixture
async def code(database: Database, tmp_path: Path) -> str:
    """The pilot link of a draft, which lets people in before generators are measured."""
    study = await live_study(database, tmp_path)
    async with database.reading() as session:
        links = await experiments.links_of_study(session, study.id)
        return next(link.code for link in links if link.audience == "pilot")


async def first_awaited(client: httpx.AsyncClient, code: str, database: Database) -> tuple[str, AbxTrial]:
    """Go on to the first trial whose picture is not there; its address and its row."""
    index = 0
    while True:
        window = (await client.get(f"/api/{code}/trials", params={"start": index, "count": 1})).json()
        (trial,) = window["trials"]
        row = (await rows_of(database, AbxTrial))[index]
        if row.stimulus_id is None:
            assert row.issued_at is not None and trial["sha256"] is None
            return trial["stimulus"], row
        assert (await client.get(trial["stimulus"])).status_code == 200
        put = await client.put(f"/api/{code}/trials/{index}", json=answer_body("first", timing={}))
        assert put.status_code == 200, put.text
        index += 1


async def test_a_picture_that_is_made_in_time_is_shown(
    client: httpx.AsyncClient, code: str, database: Database, settings: Settings
) -> None:
    await enter(client, code)
    address, row = await first_awaited(client, code, database)
    running = Generator(database, settings, program())
    making = asyncio.create_task(running.work())
    response = await client.get(address)
    running.stopping.set()
    await making
    assert response.status_code == 200 and response.headers["content-type"] == "image/png"
    shown = {one.planned_trial_id: one for one in await rows_of(database, AbxTrial)}[row.planned_trial_id]
    (picture,) = [one for one in await rows_of(database, Stimulus) if one.id == shown.stimulus_id]
    assert picture.seed >= 10_000 and not shown.fell_back
    assert shown.level == picture.certificate["value"] != shown.asked_level


async def test_without_a_generator_the_nearest_is_shown_and_stays(
    client: httpx.AsyncClient,
    code: str,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "WAIT_S", 0.3)
    await enter(client, code)
    address, row = await first_awaited(client, code, database)
    first = await client.get(address)
    assert first.status_code == 200
    shown = {one.planned_trial_id: one for one in await rows_of(database, AbxTrial)}[row.planned_trial_id]
    assert shown.fell_back and shown.level is not None and shown.asked_level == row.asked_level
    (nearest,) = [one for one in await rows_of(database, Stimulus) if one.id == shown.stimulus_id]
    assert nearest.certified and nearest.seed < 10_000 and shown.level == nearest.certificate["value"]
    # The picture that was asked for comes too late for this trial, and is there for the next.
    assert await Generator(database, settings, program()).work(once=True) >= 1
    assert (await client.get(address)).content == first.content
    again = {one.planned_trial_id: one for one in await rows_of(database, AbxTrial)}[row.planned_trial_id]
    assert (again.stimulus_id, again.fell_back) == (shown.stimulus_id, True)


async def test_a_request_that_failed_for_good_keeps_nobody_waiting(
    client: httpx.AsyncClient, code: str, database: Database, settings: Settings
) -> None:
    await enter(client, code)
    address, row = await first_awaited(client, code, database)
    await Generator(database, settings, program("refuses")).work(once=True)
    assert (await client.get(address)).status_code == 200
    shown = {one.planned_trial_id: one for one in await rows_of(database, AbxTrial)}[row.planned_trial_id]
    assert shown.fell_back


async def test_reloads_at_once_decide_once(
    client: httpx.AsyncClient, code: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAIT_S", 0.3)
    await enter(client, code)
    address, _ = await first_awaited(client, code, database)
    answers = await asyncio.gather(*(client.get(address) for _ in range(6)))
    assert {one.status_code for one in answers} == {200} and len({one.content for one in answers}) == 1


async def test_a_trial_whose_picture_was_never_fetched_takes_no_answer(
    client: httpx.AsyncClient, code: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "WAIT_S", 0.3)
    await enter(client, code)
    address, row = await first_awaited(client, code, database)
    index = [one.planned_trial_id for one in await rows_of(database, AbxTrial)].index(row.planned_trial_id)
    answered = len(await rows_of(database, Response))
    refused = await client.put(f"/api/{code}/trials/{index}", json=answer_body("first", timing={}))
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_given_out")
    assert len(await rows_of(database, Response)) == answered
    assert (await client.get(address)).status_code == 200
    taken = await client.put(f"/api/{code}/trials/{index}", json=answer_body("first", timing={}))
    assert taken.status_code == 200, taken.text


async def test_a_study_is_opened_only_when_pictures_were_measured_quick_enough(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "PICTURES", 4)
    await live_study(database, tmp_path)

    async def opened() -> str:
        async with database.writing() as session:
            return (await experiments.open_study(session, COMMAND_LINE, "live", utc_now())).status

    with pytest.raises(Conflict, match="metamerlab study open live"):
        await opened()
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", settings.database_url)
    monkeypatch.setattr(command, "NOBODY_S", 0.2)
    with pytest.raises(Conflict, match="no generator is at work"):
        await asyncio.to_thread(command.measure, "live")
    assert not await rows_of(database, PictureRequest)  # nobody waits for them any more
    running = Generator(database, settings, program())
    making = asyncio.create_task(running.work())
    await asyncio.to_thread(command.measure, "live")
    running.stopping.set()
    await making
    assert await opened() == "open"
    async with database.writing() as session:
        await session.execute(PictureRequest.__table__.update().values(seconds=5.0))
    with pytest.raises(Conflict, match=r"take 5.0 s \(95th percentile of 4\)"):
        async with database.writing() as session:
            await experiments.close_study(session, COMMAND_LINE, "live", utc_now())
            await experiments.open_study(session, COMMAND_LINE, "live", utc_now())
