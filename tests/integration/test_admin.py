"""The experimenter's pages: who may see them, what they show, what their buttons do; on both databases."""

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database
from app.db.tables import AdminSession, Study, SynthesisRun
from app.main import create_app
from tests.accounts import make_account, send_password, sign_in
from tests.database import rows_of
from tests.integration.admin_addresses import ADDRESSES, OPEN_TO_ALL
from tests.integration.test_analysis import simulate

pytestmark = pytest.mark.anyio


@pytest.fixture
async def admin(client: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    """A client that is signed in as the owner."""
    return await sign_in(client, database)


async def age_session(database: Database, created: timedelta, seen: timedelta) -> None:
    async with database.writing() as session:
        row = (await session.scalars(select(AdminSession))).one()
        row.created_at, row.last_seen_at = utc_now() - created, utc_now() - seen


def test_the_list_of_addresses_is_complete() -> None:
    known = {
        f"{method} {path}"
        for path, methods in create_app(Settings()).openapi()["paths"].items()
        for method in map(str.upper, methods)
        if path.startswith("/admin") and path not in OPEN_TO_ALL
    }
    missed = {
        route
        for route in known
        if not any(re.fullmatch(re.sub("{.*?}", "[^/]+", route), " ".join(pair)) for pair in ADDRESSES)
    }
    assert known and missed == set()


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
async def test_every_address_asks_for_a_sign_in(
    client: httpx.AsyncClient, database: Database, open_links: dict[str, str], method: str, address: str
) -> None:
    for cookie in (None, "guessed"):
        if cookie:
            client.cookies.set("metamerlab-admin", cookie)
        json_headers = {"content-type": "application/json"} if "/api/" in address else {}
        response = await client.request(method, address, headers=json_headers)
        if "/api/" in address:
            assert response.status_code == 401
        else:
            assert (response.status_code, response.headers["location"]) == (303, "/admin/sign-in")
        assert "tiny" not in response.text
    assert await rows_of(database, SynthesisRun) == []


async def test_sign_in_page_is_open_to_all(client: httpx.AsyncClient) -> None:
    response = await client.get("/admin/sign-in")
    assert response.status_code == 200
    assert 'method="post"' in response.text
    assert response.headers["referrer-policy"] == "same-origin"  # else browsers send forms with Origin: null


@pytest.mark.parametrize(
    ("created_h", "seen_h", "status"), [(11.9, 0.0, 200), (12.0, 0.0, 303), (3.0, 1.9, 200), (3.0, 2.0, 303)]
)
async def test_sessions_end_by_themselves(
    admin: httpx.AsyncClient, database: Database, created_h: float, seen_h: float, status: int
) -> None:
    await age_session(database, timedelta(hours=created_h), timedelta(hours=seen_h))
    assert (await admin.get("/admin")).status_code == status


async def test_use_puts_off_the_idle_time_out(admin: httpx.AsyncClient, database: Database) -> None:
    await age_session(database, timedelta(hours=3), timedelta(hours=1))
    await admin.get("/admin")
    async with database.reading() as session:
        row = (await session.scalars(select(AdminSession))).one()
    assert utc_now() - row.last_seen_at < timedelta(minutes=1)


async def test_a_page_that_looks_by_itself_does_not_put_it_off(
    admin: httpx.AsyncClient, database: Database
) -> None:
    await age_session(database, timedelta(hours=3), timedelta(hours=1))
    assert (await admin.get("/admin/synthesis", headers={"x-background": "1"})).status_code == 200
    async with database.reading() as session:
        row = (await session.scalars(select(AdminSession))).one()
    assert utc_now() - row.last_seen_at > timedelta(minutes=59)


async def test_sign_out_ends_the_session_on_the_server(admin: httpx.AsyncClient, database: Database) -> None:
    secret = admin.cookies["metamerlab-admin"]
    assert (await admin.post("/admin/sign-out")).headers["location"] == "/admin/sign-in"
    admin.cookies.set("metamerlab-admin", secret)
    assert (await admin.get("/admin")).status_code == 303
    async with database.reading() as session:
        assert (await session.scalars(select(AdminSession))).all() == []


async def test_on_https_the_cookie_is_bound_to_the_host(database_url: str) -> None:
    settings = Settings(database_url=database_url, base_url="https://lab.example.org")
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        async with app.state.database.writing() as session:
            await make_account(session)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://lab.example.org") as client:
            cookie = (await send_password(client)).headers["set-cookie"]
            assert cookie.startswith("__Host-metamerlab-admin=")
            assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
            assert (await client.get("/admin")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_forms_of_other_sites_are_refused(
    admin: httpx.AsyncClient, database: Database, open_links: dict[str, str], headers: dict[str, str]
) -> None:
    posts = [address for method, address in ADDRESSES if method == "POST"]
    for address in (*posts, "/admin/sign-out", "/admin/sign-in"):
        refused = await admin.post(address, headers=headers, data={"token": "x"})
        # A form of another site cannot be sent as JSON.
        assert refused.status_code in ({403, 415} if "/api/" in address else {403})
    async with database.reading() as session:
        assert (await session.scalars(select(Study.status))).one() == "open"
    assert (await admin.get("/admin")).status_code == 200


async def test_closing_and_opening_a_study(
    admin: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    own = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}
    closed = await admin.post("/admin/studies/tiny/close", headers=own)
    assert (closed.status_code, closed.headers["location"]) == (303, "/admin/studies/tiny")
    assert (await admin.get(f"/s/{open_links['live']}")).status_code == 410
    assert (await admin.post("/admin/studies/tiny/close")).status_code == 409
    assert "Open study" in (await admin.get("/admin/studies/tiny")).text
    await admin.post("/admin/studies/tiny/open", headers=own)
    assert (await admin.get(f"/s/{open_links['live']}")).status_code == 200


async def test_the_list_shows_studies_with_links_and_counts(
    app: FastAPI, admin: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await simulate(app, open_links["simulated"], 2)
    page = (await admin.get("/admin")).text
    for code in open_links.values():
        assert f'value="http://127.0.0.1:8000/s/{code}"' in page
    assert "<strong>2</strong> completed of 2 who consented" in page
    assert page.count("<strong>0</strong> completed of 0 who consented") == 2


async def test_the_list_without_studies_says_what_to_do(admin: httpx.AsyncClient) -> None:
    assert "metamerlab study create" in (await admin.get("/admin")).text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/admin/studies/tiny/live/report.docx", 422),
        ("/admin/studies/nothing", 404),
        ("/admin/studies/tiny?audience=other", 422),
        ("/admin/studies/tiny/live/secrets.csv", 404),
    ],
)
async def test_unknown_addresses_are_clear_errors(
    admin: httpx.AsyncClient, open_links: dict[str, str], address: str, status: int
) -> None:
    response = await admin.get(address)
    assert response.status_code == status
    assert "<h1>" in response.text
