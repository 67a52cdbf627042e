"""Coming in by a link: who is let in, what is made, and which cookie is set."""

import anyio
import httpx
import pytest
from fastapi import FastAPI

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.config import Settings
from app.core.tokens import token_sha256
from app.db.session import Database
from app.db.tables import Event, Participant, PlannedTrial
from app.experiments import service as experiments
from app.main import create_app
from tests.database import row_counts, rows_of
from tests.http import consent_form, enter, new_client

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
    # A cookie that says nothing, by which the form knows that cookies are kept.
    assert dict(client.cookies) == {"cookies-kept": "yes"}


async def test_consent_makes_the_participant_and_the_whole_plan(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["pilot"]
    response = await enter(client, code)
    (participant,) = await rows_of(database, Participant)
    assert (participant.audience, participant.slot, participant.status) == ("pilot", 0, "active")
    token = client.cookies[f"metamerlab-{code}"]
    assert participant.token_sha256 == token_sha256(token)
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    planned = await rows_of(database, PlannedTrial)
    assert [trial.trial_index for trial in planned] == list(range(len(planned)))


async def test_another_form_from_the_same_browser_is_asked_whose_it_is(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    await enter(client, open_links["live"])
    before = await row_counts(database)
    response = await client.post(f"/s/{open_links['live']}/consent", data=consent_form())
    assert response.status_code == 200
    assert "This study was begun in this browser" in response.text
    assert "set-cookie" not in response.headers
    assert await row_counts(database) == before


async def test_a_form_sent_twice_is_one_person(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    form = consent_form()
    await client.get(f"/s/{code}")
    for _ in range(2):
        response = await client.post(f"/s/{code}/consent", data=form)
        assert (response.status_code, response.headers["location"]) == (303, f"/run/{code}")
    (participant,) = await rows_of(database, Participant)
    assert participant.consent_uuid != form["uuid"]  # which would open the session
    assert (await client.get(f"/api/{code}/session")).status_code == 200


async def test_a_form_sent_twenty_times_at_once_is_one_person_whichever_response_comes_last(
    app: FastAPI, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    form = consent_form()
    tokens: list[str] = []

    async def press() -> None:
        async with new_client(app) as tab:
            tab.cookies.set("cookies-kept", "yes")
            response = await tab.post(f"/s/{code}/consent", data=form)
            assert response.status_code == 303
            assert (await tab.get(f"/api/{code}/session")).status_code == 200
            tokens.append(tab.cookies[f"metamerlab-{code}"])

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(press)
    assert len(set(tokens)) == 1
    assert len(await rows_of(database, Participant)) == 1
    assert [event.kind for event in await rows_of(database, Event)] == ["consent"]


async def test_one_uuid_in_two_links_is_two_sessions(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    form = consent_form()
    for audience in ("live", "pilot"):
        await client.get(f"/s/{open_links[audience]}")
        assert (await client.post(f"/s/{open_links[audience]}/consent", data=form)).status_code == 303
    first, second = await rows_of(database, Participant)
    assert first.token_sha256 != second.token_sha256


async def test_without_cookies_nobody_is_made_and_it_is_said(
    app: FastAPI, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    for _ in range(3):
        async with new_client(app) as forgetful:
            response = await forgetful.post(f"/s/{code}/consent", data=consent_form())
        assert response.status_code == 400
        assert "This study needs cookies" in response.text
        assert f'href="/s/{code}"' in response.text
    assert await rows_of(database, Participant) == []


async def test_pages_of_one_person_are_never_shown_from_a_cache(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    pages = [await client.get(f"/s/{code}")]
    await enter(client, code)
    pages += [await client.get(f"/s/{code}"), await client.get(f"/run/{code}")]
    assert [page.headers["cache-control"] for page in pages] == ["no-store"] * 3


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"consent": "no"},
        {"consent": ""},
        {"consent": "yes"},
        {"consent": "yes", "uuid": "1"},
    ],
)
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
        data=consent_form(),
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert await rows_of(database, Participant) == []


async def test_a_link_that_nobody_knows(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", "/s/NOSUCH"), ("POST", "/s/NOSUCH/consent"), ("GET", "/run/NOSUCH")):
        response = await client.request(method, path, data=consent_form() if method == "POST" else None)
        assert response.status_code == 404
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert "This link is not known." in response.text


async def test_a_study_that_is_not_open_yet(
    client: httpx.AsyncClient, draft_links: dict[str, str], database: Database
) -> None:
    code = draft_links["live"]
    for response in (
        await client.get(f"/s/{code}"),
        await client.post(f"/s/{code}/consent", data=consent_form()),
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
        await experiments.close_study(session, COMMAND_LINE, "tiny", utc_now())
    async with new_client(app) as late:
        for response in (
            await late.get(f"/s/{code}"),
            await late.post(f"/s/{code}/consent", data=consent_form()),
        ):
            assert response.status_code == 410
            assert "This study is closed" in response.text
    assert len(await rows_of(database, Participant)) == 1
    assert (await client.get(f"/run/{code}")).status_code == 200
    assert (await client.get(f"/api/{code}/session")).status_code == 200


async def test_a_session_belongs_to_its_audience(
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
        client.base_url = "https://lab.example"
        response = await enter(client, code)
        cookie = response.headers["set-cookie"]
        assert cookie.startswith(f"__Host-metamerlab-{code}=")
        assert "Secure" in cookie
        assert "Domain" not in cookie
        assert response.headers["strict-transport-security"] == "max-age=31536000"
