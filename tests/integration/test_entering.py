"""Coming in by a link: who is let in, what is made, and which cookie is set."""

import httpx
import pytest
from fastapi import FastAPI

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.tokens import token_sha256
from app.db.session import Database
from app.db.tables import Participant, PlannedTrial
from app.experiments import service as experiments
from app.main import create_app
from tests.database import row_counts, rows_of
from tests.http import enter, new_client

pytestmark = pytest.mark.anyio


async def test_looking_creates_nothing(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    before = await row_counts(database)
    code = open_links["live"]
    assert (await client.get(f"/s/{code}")).status_code == 200
    assert (await client.get(f"/run/{code}")).headers["location"] == f"/s/{code}"
    assert (await client.get(f"/end/{code}")).headers["location"] == f"/s/{code}"
    assert (await client.get(f"/api/{code}/session")).status_code == 401
    assert await row_counts(database) == before
    assert not client.cookies


async def test_consent_makes_the_participant_and_the_whole_plan(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["pilot"]
    response = await enter(client, code)
    (participant,) = await rows_of(database, Participant)
    assert (participant.kind, participant.slot, participant.status) == ("pilot", 0, "active")
    token = client.cookies[f"metamerlab-{code}"]
    assert participant.token_sha256 == token_sha256(token)
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    planned = await rows_of(database, PlannedTrial)
    assert [trial.trial_index for trial in planned] == list(range(len(planned)))


async def test_giving_consent_again_leads_back_to_the_session(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    await enter(client, open_links["live"])
    before = await row_counts(database)
    response = await enter(client, open_links["live"])
    assert "set-cookie" not in response.headers
    assert await row_counts(database) == before


@pytest.mark.parametrize("form", [{}, {"consent": "no"}, {"consent": ""}])
async def test_without_consent_nothing_is_made(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database, form: dict[str, str]
) -> None:
    response = await client.post(f"/s/{open_links['live']}/consent", data=form)
    assert response.status_code == 422
    assert await rows_of(database, Participant) == []


async def test_consent_from_another_site_is_refused(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    response = await client.post(
        f"/s/{open_links['live']}/consent",
        data={"consent": "yes"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert await rows_of(database, Participant) == []


async def test_a_link_that_nobody_knows(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", "/s/NOSUCH"), ("POST", "/s/NOSUCH/consent"), ("GET", "/run/NOSUCH")):
        response = await client.request(method, path, data={"consent": "yes"} if method == "POST" else None)
        assert response.status_code == 404
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "This link is not known." in response.text


async def test_a_study_that_is_not_open_yet(
    client: httpx.AsyncClient, draft_links: dict[str, str], database: Database
) -> None:
    code = draft_links["live"]
    for response in (
        await client.get(f"/s/{code}"),
        await client.post(f"/s/{code}/consent", data={"consent": "yes"}),
    ):
        assert response.status_code == 409
        assert "has not been opened yet" in response.text
    assert await rows_of(database, Participant) == []


async def test_a_closed_study_lets_nobody_in_but_lets_people_finish(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    async with database.writing() as session:
        await experiments.close_study(session, "tiny", utc_now())
    async with new_client(app) as late:
        for response in (
            await late.get(f"/s/{code}"),
            await late.post(f"/s/{code}/consent", data={"consent": "yes"}),
        ):
            assert response.status_code == 410
            assert "This study is closed" in response.text
    assert len(await rows_of(database, Participant)) == 1
    assert (await client.get(f"/run/{code}")).status_code == 200
    assert (await client.get(f"/api/{code}/session")).status_code == 200


async def test_a_session_belongs_to_its_kind_of_link(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    live, pilot = open_links["live"], open_links["pilot"]
    await enter(client, live)
    token = client.cookies[f"metamerlab-{live}"]
    stolen = {"cookie": f"metamerlab-{pilot}={token}"}
    assert (await client.get(f"/api/{pilot}/session", headers=stolen)).status_code == 401


async def test_on_https_the_cookie_is_bound_to_the_host(
    settings: Settings, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    secure = create_app(settings.model_copy(update={"base_url": "https://lab.example"}))
    async with secure.router.lifespan_context(secure), new_client(secure) as client:
        response = await enter(client, code)
        cookie = response.headers["set-cookie"]
        assert cookie.startswith(f"__Host-metamerlab-{code}=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert response.headers["strict-transport-security"] == "max-age=31536000"
