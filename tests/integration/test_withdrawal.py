"""Withdrawing: everything of a participant is deleted, and a tombstone stays."""

import html
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.db.session import Database
from app.db.tables import Event, Participant, PlannedTrial, Recruitment, Response, StepResult
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import answer_all, answer_trials, consent_form, enter, new_client
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

SURE = {"sure": "yes"}


async def finish(client: httpx.AsyncClient, code: str) -> str:
    """A whole session; returns the personal link of its last page."""
    await enter(client, code)
    await answer_all(client, code)
    await client.post(f"/api/{code}/finish", json={})
    page = (await client.get(f"/end/{code}")).text
    found = re.search(r'<output class="long" translate="no">([^<]+)</output>', page)
    assert found is not None
    return html.unescape(found[1])


async def test_withdrawing_by_the_personal_link_afterwards(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    link = await finish(client, code)
    address, _, key = link.partition("#")
    assert address.endswith(f"/withdraw/{code}")
    async with new_client(app) as neighbour:
        await enter(neighbour, code)
        await answer_trials(neighbour, code, 2)
    async with new_client(app) as elsewhere:
        asked = await elsewhere.get(f"/withdraw/{code}")
        assert 'name="key"' in asked.text
        for wrong in (key[:-1] + "x", "", "2" + key[1:], "7", "x-y", "9" * 40 + "-1", key.upper()):
            refused = await elsewhere.post(f"/withdraw/{code}", data={**SURE, "key": wrong})
            assert refused.status_code == 404, wrong
        assert len(await rows_of(database, Participant)) == 2
        before = await row_counts(database)
        for _again in range(2):
            gone = await elsewhere.post(f"/withdraw/{code}", data={**SURE, "key": f" {key} "})
            assert gone.status_code == 200 and "Your data were deleted" in gone.text
    first, second = await rows_of(database, Participant)
    assert (first.status, first.outcome, first.completed_at) == ("withdrawn", "withdrawn", None)
    assert [event.kind for event in await rows_of(database, Event) if event.participant_id == first.id] == [
        "withdrawal"
    ]
    # The neighbour's are all that is left.
    assert len(await rows_of(database, Response)) == 2
    assert {row.participant_id for row in await rows_of(database, PlannedTrial)} == {second.id}
    assert {row.participant_id for row in await rows_of(database, StepResult)} == {second.id}
    assert (await row_counts(database))["participants"] == before["participants"]
    assert "Your data were deleted" in (await client.get(f"/end/{code}")).text


async def test_withdrawing_in_the_middle_of_a_session(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny_bundle, name="away", extra="completion_codes: {withdrawn: GONE-1}\n"))
    code = (await create_study(database, file, opened=True))["live"]
    form = consent_form(PROLIFIC_PID="p1", SESSION_ID="s1")
    await client.get(f"/s/{code}")
    assert (await client.post(f"/s/{code}/consent", data=form)).status_code == 303
    asked = await client.get(f"/withdraw/{code}")
    assert 'name="key"' not in asked.text
    assert (await client.post(f"/withdraw/{code}")).status_code == 422  # nothing without being sure
    gone = await client.post(f"/withdraw/{code}", data=SURE)
    assert "GONE-1" in gone.text
    for table in (PlannedTrial, Response, StepResult, Recruitment):
        assert await rows_of(database, table) == []
    assert (await client.get(f"/run/{code}")).headers["location"] == f"/end/{code}"
    assert (await client.get(f"/api/{code}/session")).json()["over"] is True
    # The plan is free for the next one.
    (participant,) = await rows_of(database, Participant)
    client.cookies.clear()
    await enter(client, code)
    assert [row.slot for row in await rows_of(database, Participant)] == [participant.slot] * 2


async def test_nobody_withdraws_for_another_or_from_another_site(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    key = (await finish(client, code)).partition("#")[2]
    before = await row_counts(database)
    async with new_client(app) as stranger:
        assert (await stranger.post(f"/withdraw/{code}", data=SURE)).status_code == 404
        pilot = open_links["pilot"]
        assert (await stranger.post(f"/withdraw/{pilot}", data={**SURE, "key": key})).status_code == 404
        assert (await stranger.post("/withdraw/NOWHERE", data={**SURE, "key": key})).status_code == 404
        crossed = {"sec-fetch-site": "cross-site"}
        refused = await stranger.post(f"/withdraw/{code}", data={**SURE, "key": key}, headers=crossed)
        assert refused.status_code == 403
    assert await row_counts(database) == before


async def test_opening_the_page_deletes_nothing(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await finish(client, code)
    before = await row_counts(database)
    for path in (f"/withdraw/{code}", f"/declined/{code}", f"/end/{code}"):
        assert (await client.get(path)).status_code == 200
    assert await row_counts(database) == before
