"""Recruiters' ids: kept through consent, once per study, and nowhere that others look."""

import logging
import re
from html import unescape
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Event, Participant, Recruitment
from app.experiments import service as experiments
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import answer_all, consent_form, enter, new_client
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

PROLIFIC = {"PROLIFIC_PID": "person-5f1", "STUDY_ID": "errand-6a2", "SESSION_ID": "visit-7b3"}


@pytest.fixture
def code(open_links: dict[str, str]) -> str:
    return open_links["live"]


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    """Of the page's form, as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


async def come(client: httpx.AsyncClient, code: str, query: dict[str, str], **typed: str) -> httpx.Response:
    """Open the link with these parameters and send the form that it shows."""
    landing = await client.get(f"/s/{code}", params=query)
    assert landing.status_code == 200, landing.text
    return await client.post(f"/s/{code}/consent", data={**hidden_fields(landing), **typed})


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        (PROLIFIC, ("prolific", "person-5f1", "visit-7b3", "errand-6a2")),
        ({"workerId": "W", "assignmentId": "A", "hitId": "H"}, ("mturk", "W", "A", "H")),
        ({"participant": "  p-7 ", "utm": "x"}, ("link", "p-7", None, None)),
        ({"id": "<b>&\"'"}, ("link", "<b>&\"'", None, None)),
    ],
)
async def test_ids_are_kept_through_consent_and_leave_the_address(
    client: httpx.AsyncClient, code: str, database: Database, query: dict[str, str], stored: tuple[str, ...]
) -> None:
    landing = await client.get(f"/s/{code}", params=query)
    form = hidden_fields(landing)
    response = await client.post(f"/s/{code}/consent", data=form)
    assert response.headers["location"] == f"/run/{code}"
    (kept,) = await rows_of(database, Recruitment)
    (participant,) = await rows_of(database, Participant)
    assert (kept.source, kept.person, kept.visit, kept.errand) == stored
    assert (kept.participant_id, kept.study_id, kept.audience) == (
        participant.id,
        participant.study_id,
        "live",
    )


async def test_without_ids_nothing_is_kept(client: httpx.AsyncClient, code: str, database: Database) -> None:
    await come(client, code, {"PROLIFIC_PID": "{{%PROLIFIC_PID%}}", "SESSION_ID": "", "source": "mail"})
    assert len(await rows_of(database, Participant)) == 1
    assert await rows_of(database, Recruitment) == []


async def test_ids_are_in_no_page_no_view_and_no_log(
    client: httpx.AsyncClient, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="app")
    await come(client, code, PROLIFIC)
    received = [await client.get(path) for path in (f"/run/{code}", f"/api/{code}/session")]
    received.append(await client.get(f"/api/{code}/trials?start=0&count=40"))
    await answer_all(client, code)
    received.append(await client.post(f"/api/{code}/finish", json={}))
    received.append(await client.get(f"/end/{code}"))
    for value in PROLIFIC.values():
        assert not [response.url for response in received if value in response.text]
        assert value not in caplog.text


async def test_one_id_takes_part_once_even_at_the_same_moment(
    app: FastAPI, code: str, database: Database
) -> None:
    statuses: list[int] = []

    async def consent() -> None:
        async with new_client(app) as browser:
            browser.cookies.set("cookies-kept", "yes")
            response = await browser.post(f"/s/{code}/consent", data=consent_form(PROLIFIC_PID="ann"))
            statuses.append(response.status_code)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(consent)
    assert sorted(statuses) == [200] * 7 + [303]
    assert len(await rows_of(database, Participant)) == 1
    assert len(await rows_of(database, Recruitment)) == 1


async def test_one_id_may_take_part_by_the_link_of_each_audience(
    app: FastAPI, open_links: dict[str, str], database: Database
) -> None:
    for audience in ("live", "pilot"):
        async with new_client(app) as browser:
            assert (await come(browser, open_links[audience], PROLIFIC)).status_code == 303
    assert [row.audience for row in await rows_of(database, Recruitment)] == ["live", "pilot"]


async def test_the_same_browser_is_led_on(client: httpx.AsyncClient, code: str) -> None:
    await come(client, code, PROLIFIC)
    assert (await client.get(f"/s/{code}", params=PROLIFIC)).headers["location"] == f"/run/{code}"
    await answer_all(client, code)
    await client.post(f"/api/{code}/finish", json={})
    assert (await client.get(f"/s/{code}", params=PROLIFIC)).headers["location"] == f"/end/{code}"


async def test_another_browser_without_the_visits_id_is_told_where_to_go_on(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    await come(client, code, PROLIFIC)
    before = await row_counts(database)
    for query in ({**PROLIFIC, "SESSION_ID": "guessed"}, {"PROLIFIC_PID": PROLIFIC["PROLIFIC_PID"]}):
        async with new_client(app) as other:
            landing = await other.get(f"/s/{code}", params=query)
            assert "begun already under this id" in landing.text
            refused = [
                await other.post(f"/s/{code}/consent", data=consent_form(**query)),
                await other.post(f"/s/{code}/resume", data=consent_form(**query)),
            ]
            assert [response.status_code for response in refused] == [200, 200]
            assert f"metamerlab-{code}" not in other.cookies
    assert await row_counts(database) == before
    assert (await client.get(f"/api/{code}/session")).status_code == 200


async def test_another_browser_with_the_visits_id_goes_on_there(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    await come(client, code, PROLIFIC)
    async with new_client(app) as other:
        before = await row_counts(database)
        page = await other.get(f"/s/{code}", params=PROLIFIC)
        assert "Go on here" in page.text
        assert await row_counts(database) == before  # looking changes nothing
        assert (await client.get(f"/api/{code}/session")).status_code == 200
        tokens = set()
        for _ in range(2):  # pressed twice
            response = await other.post(f"/s/{code}/resume", data=hidden_fields(page))
            assert (response.status_code, response.headers["location"]) == (303, f"/run/{code}")
            tokens.add(other.cookies[f"metamerlab-{code}"])
        assert len(tokens) == 1
        assert (await other.get(f"/api/{code}/session")).status_code == 200
    assert (await client.get(f"/api/{code}/session")).status_code == 401  # one browser at a time
    assert len(await rows_of(database, Participant)) == 1
    assert [event.kind for event in await rows_of(database, Event)] == ["consent", "resume"]


async def test_the_consent_form_of_a_session_that_went_on_elsewhere_opens_nothing(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    form = hidden_fields(await client.get(f"/s/{code}", params=PROLIFIC))
    await client.post(f"/s/{code}/consent", data=form)
    async with new_client(app) as other:
        page = await other.get(f"/s/{code}", params=PROLIFIC)
        await other.post(f"/s/{code}/resume", data=hidden_fields(page))
        again = await client.post(f"/s/{code}/consent", data=form)
        assert again.status_code == 200
        assert "set-cookie" not in again.headers
        assert (await other.get(f"/api/{code}/session")).status_code == 200
    assert len(await rows_of(database, Participant)) == 1


async def test_a_closed_study_lets_its_people_in_from_another_browser(
    app: FastAPI, client: httpx.AsyncClient, code: str, database: Database
) -> None:
    await come(client, code, PROLIFIC)
    async with database.writing() as session:
        await experiments.close_study(session, COMMAND_LINE, "tiny", utc_now())
    async with new_client(app) as other:
        page = await other.get(f"/s/{code}", params=PROLIFIC)
        response = await other.post(f"/s/{code}/resume", data=hidden_fields(page))
        assert response.headers["location"] == f"/run/{code}"
    async with new_client(app) as stranger:
        assert (await stranger.get(f"/s/{code}", params={"id": "new"})).status_code == 410


async def test_a_preview_shows_the_study_and_takes_no_consent(
    client: httpx.AsyncClient, code: str, database: Database
) -> None:
    preview = {"assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE", "hitId": "H"}
    landing = await client.get(f"/s/{code}", params=preview)
    assert "This is a preview" in landing.text
    assert "<form" not in landing.text
    refused = await client.post(f"/s/{code}/consent", data=consent_form(**preview))
    assert refused.status_code == 409
    assert await rows_of(database, Participant) == []


async def test_an_id_that_is_too_long_is_explained(client: httpx.AsyncClient, code: str) -> None:
    response = await client.get(f"/s/{code}", params={"PROLIFIC_PID": "x" * 129})
    assert response.status_code == 400
    assert "exactly as it was given to you" in response.text


async def study_with(database: Database, bundle: Path, folder: Path, **fields: object) -> str:
    """The live link of an open study with these fields."""
    file = folder / "numbered.yaml"
    file.write_text(study_yaml(bundle, name="numbered", **fields))
    return (await create_study(database, file, opened=True))["live"]


async def test_a_participants_number_is_asked_for_and_taken_once(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_with(database, tiny_bundle, tmp_path, participant_number="required")
    async with new_client(app) as first:
        missing = await come(first, code, {}, participant_number=" ")
        assert "Please type the number" in missing.text
        assert await rows_of(database, Participant) == []
        assert (await come(first, code, {}, participant_number=" p07")).status_code == 303
    async with new_client(app) as second:
        taken = await come(second, code, {}, participant_number="P07 ")
        assert taken.status_code == 200
        assert "The number P07 has taken part in this study already" in taken.text
        again = {**hidden_fields(taken), "participant_number": "P08"}
        assert (await second.post(f"/s/{code}/consent", data=again)).status_code == 303
    rows = await rows_of(database, Recruitment)
    assert [(row.source, row.person) for row in rows] == [("laboratory", "P07"), ("laboratory", "P08")]


async def test_an_optional_number_may_be_left_out_and_none_is_asked_where_the_link_names_the_person(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_with(database, tiny_bundle, tmp_path, participant_number="optional")
    async with new_client(app) as first:
        assert (await come(first, code, {}, participant_number="")).status_code == 303
    async with new_client(app) as second:
        landing = await second.get(f"/s/{code}", params={"id": "9"})
        assert "participant_number" not in landing.text
        assert (await come(second, code, {"id": "9"})).status_code == 303
    assert [row.source for row in await rows_of(database, Recruitment)] == ["link"]


async def test_the_end_leads_back_to_the_recruiter(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    address = "https://app.prolific.com/submissions/complete?cc={code}"
    fields = {"completion_url": f'"{address}"', "completion_code": "DONE-42"}
    code = await study_with(database, tiny_bundle, tmp_path, **fields)
    await enter(client, code)
    await answer_all(client, code)
    await client.post(f"/api/{code}/finish", json={})
    end = await client.get(f"/end/{code}")
    assert 'href="https://app.prolific.com/submissions/complete?cc=DONE-42"' in end.text
    assert "Go back to app.prolific.com" in end.text
    assert end.headers["cache-control"] == "no-store"
