"""The page of a study's downloads: who may take data away, what comes, and what the audit log says of it."""

import io
import zipfile

import httpx
import pytest
from fastapi import FastAPI

from app.accounts import audit
from app.db.session import Database
from app.db.tables import AuditRow, Recruitment
from tests.accounts import sign_in
from tests.database import rows_of
from tests.http import answer_all, enter, new_client

pytestmark = pytest.mark.anyio

PAGE = "/admin/studies/tiny/downloads"
PANEL_ID = "panel-person-7"


@pytest.fixture
async def answered(app: FastAPI, open_links: dict[str, str], database: Database) -> None:
    async with new_client(app) as person:
        await enter(person, open_links["live"])
        await answer_all(person, open_links["live"])
        assert (await person.post(f"/api/{open_links['live']}/finish", json={})).status_code == 200
    async with database.writing() as session:
        session.add(
            Recruitment(participant_id=1, study_id=1, audience="live", source="link", person=PANEL_ID)
        )


def files_of(response: httpx.Response) -> dict[str, bytes]:
    assert response.status_code == 200, response.text
    assert int(response.headers["content-length"]) == len(response.content)
    with zipfile.ZipFile(io.BytesIO(response.content)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


async def downloads_noted(database: Database) -> list[tuple[str, str, dict[str, object]]]:
    rows = [row for row in await rows_of(database, AuditRow) if row.action == "export.downloaded"]
    return [(row.actor, row.subject, row.detail) for row in rows]


@pytest.mark.usefixtures("answered")
async def test_each_download_comes_whole_and_is_noted(client: httpx.AsyncClient, database: Database) -> None:
    await sign_in(client, database)
    shown = (await client.get(PAGE)).text
    assert '<span class="count">1</span>' in shown
    for title in ("Tidy tables, CSV", "BIDS", "Psych-DS", "jsPsych JSON", "Archive"):
        assert title in shown
    csv = await client.post(f"{PAGE}/csv", data={"audience": "live"})
    assert csv.headers["content-disposition"] == 'attachment; filename="tiny-live-csv.zip"'
    files = files_of(csv)
    assert set(files) == {"trials.csv", "steps.csv", "surveys.csv", "codebook.csv"}
    assert PANEL_ID.encode() not in csv.content and PANEL_ID.encode() not in b"".join(files.values())
    with_ids = files_of(await client.post(f"{PAGE}/csv", data={"panel_ids": "true"}))
    assert PANEL_ID.encode() in with_ids["panel_ids.csv"]
    archive = files_of(await client.post(f"{PAGE}/archive"))
    assert "archive.json" in archive and PANEL_ID.encode() not in b"".join(archive.values())
    noted = await downloads_noted(database)
    assert [(subject, detail) for _actor, subject, detail in noted] == [
        ("study tiny", {"what": "csv, live", "with_panel_ids": False}),
        ("study tiny", {"what": "csv, live", "with_panel_ids": True}),
        ("study tiny", {"what": "archive", "with_panel_ids": False}),
    ]
    async with database.reading() as session:
        assert (await audit.verify(session)).problem == ""


@pytest.mark.usefixtures("answered")
async def test_viewers_and_strangers_take_nothing_away(client: httpx.AsyncClient, database: Database) -> None:
    await sign_in(client, database, "viewer@example.org", "viewer")
    for address in (f"{PAGE}/csv", f"{PAGE}/archive"):
        response = await client.post(address)
        assert response.status_code in {403, 404}
        assert response.headers["content-type"].startswith("text/html")
    assert (await client.get(PAGE)).status_code == 404
    assert await downloads_noted(database) == []


@pytest.mark.usefixtures("open_links")
async def test_what_cannot_be_downloaded_is_said(client: httpx.AsyncClient, database: Database) -> None:
    await sign_in(client, database)
    response = await client.post(f"{PAGE}/xlsx")
    assert (response.status_code, "there is no format" in response.text) == (404, True)
    response = await client.post(f"{PAGE}/csv")
    assert (response.status_code, "has answered a main trial" in response.text) == (409, True)
    response = await client.post(f"{PAGE}/csv", headers={"origin": "https://elsewhere.example"})
    assert response.status_code == 403
    assert "disabled" in (await client.get(f"{PAGE}?audience=pilot")).text


@pytest.mark.usefixtures("answered")
async def test_a_format_for_publishing_holds_no_panel_ids(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_in(client, database)
    response = await client.post(f"{PAGE}/psych-ds", data={"panel_ids": "true"})
    assert (response.status_code, "holds no panel ids" in response.text) == (422, True)
