"""How much one address and one session may ask for; on both databases where rows are counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.throttle import Limit
from app.db.session import Database
from app.db.tables import Event, Participant
from app.main import create_app
from app.participants.service import MOST_EVENTS
from tests.database import rows_of
from tests.http import all_trials, answer_all, answer_body, consent_form, enter, new_client
from tests.integration.test_analysis import simulate
from tests.versioned import versioned

pytestmark = pytest.mark.anyio

HOUR = 3600


@asynccontextmanager
async def limited(settings: Settings, **limits: Any) -> AsyncIterator[FastAPI]:
    app = create_app(settings.model_copy(update={"rate_limits": True, **limits}))
    async with app.router.lifespan_context(app):
        yield app


def client_at(app: FastAPI, address: str) -> httpx.AsyncClient:
    """A participant's browser at a network address."""
    transport = httpx.ASGITransport(app, client=(address, 5000))
    kept = {"cookies-kept": "yes"}  # as the landing page leaves it
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", cookies=kept)


async def test_consents_of_one_address_are_limited_and_others_are_let_in(
    settings: Settings, open_links: dict[str, str], database: Database
) -> None:
    path = f"/s/{open_links['live']}/consent"
    async with limited(settings, consents_per_address=Limit(3, HOUR)) as app:
        for _ in range(3):
            async with client_at(app, "2001:db8::1") as client:
                assert (await client.post(path, data=consent_form())).status_code == 303
        # Another address of the same household.
        async with client_at(app, "2001:db8::2") as client:
            refused = await client.post(path, data=consent_form())
            assert refused.status_code == 429
            assert 0 < int(refused.headers["retry-after"]) <= HOUR
            assert refused.headers["content-type"].startswith("text/html")
            assert "Please try again in" in refused.text
            assert (await client.get(f"/s/{open_links['live']}")).status_code == 200
        async with client_at(app, "2001:db8:0:1::1") as client:
            assert (await client.post(path, data=consent_form())).status_code == 303
    assert len(await rows_of(database, Participant)) == 4


async def test_a_class_of_sixty_behind_one_address_takes_part(
    settings: Settings, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    async with limited(settings) as app:
        for _ in range(60):
            async with new_client(app) as client:
                assert (await client.get(f"/s/{code}")).status_code == 200
                await enter(client, code)
                assert (await client.get(f"/run/{code}")).status_code == 200
                assert (await client.get(f"/api/{code}/session")).status_code == 200
    assert len(await rows_of(database, Participant)) == 60


async def test_a_session_is_taken_through_within_the_limits(
    settings: Settings, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    async with limited(settings) as app, new_client(app) as client:
        await enter(client, code)
        await answer_all(client, code)
        assert (await client.post(f"/api/{code}/finish", json={})).status_code == 200


async def test_simulated_participants_wait_when_they_are_told_to(
    settings: Settings, open_links: dict[str, str], database: Database
) -> None:
    async with limited(settings, calls_per_session=Limit(20, 0.2)) as app:
        await simulate(app, open_links["simulated"], 1)
    (participant,) = await rows_of(database, Participant)
    assert participant.status == "completed"


async def test_calls_of_one_session_are_limited_whatever_other_cookies_it_sends(
    settings: Settings, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    async with limited(settings, calls_per_session=Limit(5, HOUR)) as app, new_client(app) as client:
        await enter(client, code, read_on=False)
        for number in range(5):
            client.cookies.set(f"metamerlab-{number}", f"another {number}", domain="localhost.local")
            assert (await client.get(f"/api/{code}/session")).status_code == 200
        for method, path in (("GET", f"/api/{code}/session"), ("PUT", f"/api/{code}/trials/0")):
            body = answer_body() if method == "PUT" else None
            refused = await client.request(method, path, json=body)
            assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many")
            assert int(refused.headers["retry-after"]) > 0
        # Another session at the same address goes on.
        async with new_client(app) as neighbour:
            await enter(neighbour, code)
            assert (await neighbour.get(f"/api/{code}/session")).status_code == 200
            assert await all_trials(neighbour, code)


async def test_a_flood_of_cookies_does_not_hide_a_session(
    settings: Settings, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    async with limited(settings, calls_per_session=Limit(3, HOUR)) as app, new_client(app) as client:
        await enter(client, code)
        own = f"metamerlab-{code}={client.cookies[f'metamerlab-{code}']}"
        answers = []
        for request in range(5):
            flood = "; ".join(f"metamerlab-{number}={request}.{number}" for number in range(500))
            headers = {"cookie": f"{flood}; {own}"}
            answers.append((await client.get(f"/api/{code}/session", headers=headers)).status_code)
        assert answers == [200, 200, 200, 429, 429]


async def test_pages_and_calls_of_one_address_are_limited_but_not_static_files(
    settings: Settings, open_links: dict[str, str]
) -> None:
    limits = {"pages_per_address": Limit(3, HOUR), "calls_per_address": Limit(2, HOUR)}
    async with limited(settings, **limits) as app, new_client(app) as client:
        pages = [await client.get(f"/s/{open_links['live']}") for _ in range(4)]
        assert [page.status_code for page in pages] == [200, 200, 200, 429]
        masks = [await client.get(f"/masks/{open_links['live']}/0") for _ in range(3)]
        assert [mask.status_code for mask in masks] == [200, 200, 429]
        scripts = [await client.get(versioned("/static/participant/main.js")) for _ in range(5)]
        assert {script.status_code for script in scripts} == {200}


async def test_the_limits_can_be_switched_off(settings: Settings, open_links: dict[str, str]) -> None:
    off = {"rate_limits": False, "pages_per_address": Limit(1, HOUR)}
    async with limited(settings, **off) as app, new_client(app) as client:
        for _ in range(3):
            assert (await client.get(f"/s/{open_links['live']}")).status_code == 200


async def test_events_of_one_participant_are_bounded_and_that_is_noted_once(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    row = {"participant_id": 1, "kind": "focus", "detail": {}, "happened_at": utc_now()}
    async with database.writing() as session:
        session.add_all(Event(**row) for _ in range(MOST_EVENTS - 3))
    for _ in range(6):
        sent = await client.post(f"/api/{code}/events", json={"kind": "error", "detail": {}})
        assert sent.status_code == 204
    kinds = [event.kind for event in await rows_of(database, Event)]
    assert kinds == ["consent"] + ["focus"] * (MOST_EVENTS - 3) + ["error"] * 2 + ["events_dropped"]
    async with new_client(app) as neighbour:
        await enter(neighbour, code)
        await neighbour.post(f"/api/{code}/events", json={"kind": "error", "detail": {}})
    assert [event.kind for event in await rows_of(database, Event)][-1] == "error"
