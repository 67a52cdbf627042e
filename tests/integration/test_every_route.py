"""What holds for every address of the site: HEAD is as GET, and nothing personal is kept by a browser."""

import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.admin.dashboard import routes as dashboard
from app.db.session import Database
from tests.accounts import sign_in
from tests.database import row_counts
from tests.http import all_trials, answer_all, enter, new_client
from tests.integration.admin_addresses import ADDRESSES
from tests.serving import Served
from tests.versioned import versioned

pytestmark = pytest.mark.anyio

KEPT = ("/static", "/stimuli/", "/masks/")


@pytest.fixture(autouse=True)
def _streams_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "STREAM_S", 0.0)


async def addresses(client: httpx.AsyncClient, database: Database, links: dict[str, str]) -> list[str]:
    """One address for every GET route, by a browser that has two sessions and is signed in."""
    code, other = links["live"], links["pilot"]
    await enter(client, code)
    stimulus = (await all_trials(client, code))[0]["stimulus"]
    await enter(client, other)
    await answer_all(client, other)
    assert (await client.post(f"/api/{other}/finish", json={})).status_code == 200
    await sign_in(client, database)
    pages = ["/", "/healthz", f"/s/{code}", f"/run/{code}", f"/end/{other}", f"/masks/{code}/3", stimulus]
    pages += [f"/withdraw/{code}", f"/declined/{code}", f"/privacy/{code}", f"/api/{code}/steps/0/files/0"]
    pages += [f"/api/{code}/session", f"/api/{code}/trials?start=0&count=4", "/check"]
    pages += ["/admin/sign-in", "/admin/sign-in/second", "/admin/welcome"]
    pages += [f"/p/{code}", f"/m/{code}"]
    pages += [path for method, path in ADDRESSES if method == "GET"]
    script = versioned("/static/participant/main.js")
    return [*pages, script, "/static/nowhere", "/nowhere", "/api/nowhere", "/stimuli/nowhere", "/admin/"]


def routes_of(app: FastAPI) -> set[str]:
    paths = app.openapi()["paths"]
    return {path for path, methods in paths.items() if "get" in methods}


async def test_the_list_of_addresses_is_complete(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    listed = [address.partition("?")[0] for address in await addresses(client, database, open_links)]
    missed = {
        route
        for route in routes_of(app)
        if not any(re.fullmatch(re.sub("{.*?}", "[^/]+", route), address) for address in listed)
    }
    assert missed == set()


async def test_head_is_get_without_a_body_and_creates_nothing(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    paths = await addresses(client, database, open_links)
    before = await row_counts(database)
    for path in paths:
        got, head = await client.get(path), await client.head(path)
        assert head.status_code == got.status_code, path
        assert head.content == b"", path
        # A nonce is drawn for each response, and a file that is made anew has the moment in it.
        differing = {name for name, value in got.headers.items() if head.headers.get(name) != value}
        assert differing <= {"content-security-policy", "content-length"}, path
        assert set(head.headers) == set(got.headers), path
    assert await row_counts(database) == before


async def test_a_link_preview_of_a_stranger_creates_nothing_and_opens_no_session(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    before = await row_counts(database)
    head = await client.head(f"/s/{open_links['live']}")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    assert (await client.head("/s/NOSUCH")).status_code == 404
    assert await row_counts(database) == before
    assert not [name for name in client.cookies if name.startswith("metamerlab-")]


async def test_a_real_server_answers_head_and_keeps_the_connection(served: Served) -> None:
    async with httpx.AsyncClient(base_url=served.url) as client:
        for path, status in ((versioned("/static/participant/main.js"), 200), ("/s/NOSUCH", 404), ("/", 307)):
            for _ in range(2):
                head = await client.head(path)
                assert (head.status_code, head.content) == (status, b"")
        assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_only_files_and_stimuli_may_be_kept(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    for path in await addresses(client, database, open_links):
        response = await client.get(path)
        kept = path.startswith(KEPT) and response.status_code == 200
        times = (
            "public, max-age=31536000, immutable",
            "private, max-age=86400, immutable, no-transform",
        )
        expected = times if kept else ("no-store",)
        assert response.headers["cache-control"] in expected, path


async def test_what_is_stored_or_refused_is_not_kept_either(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    consent = await enter(client, code)
    refused = await client.post(f"/s/{code}/consent", data={})
    large = await client.post(f"/api/{code}/events", content=b" " * 70_000)
    async with new_client(app) as stranger:
        unknown = await stranger.get(f"/api/{code}/session")
        host = await stranger.get("/", headers={"host": "evil.example"})

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    for response in (consent, refused, large, unknown, host, await client.get("/broken")):
        assert response.headers["cache-control"] == "no-store", response.status_code


async def test_every_route_is_looked_at(app: FastAPI) -> None:
    """The framework's description, which the lists above are checked against, hides none."""
    assert all(route.include_in_schema for route in app.routes if isinstance(route, APIRoute))
