"""Whose headers are believed, which names the site answers to, and where its redirects lead."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from app.admin.dependencies import WRONG_OF_ADDRESS
from app.core.config import Settings
from app.main import create_app
from tests.http import new_client
from tests.versioned import versioned

pytestmark = pytest.mark.anyio

PROXY = "10.0.0.2"


@asynccontextmanager
async def at(settings: Settings, **changes: object) -> AsyncIterator[FastAPI]:
    # Validated, as settings of the environment are.
    app = create_app(Settings(**{**settings.model_dump(), **changes}))  # type: ignore[arg-type]
    async with app.router.lifespan_context(app):
        yield app


def through_proxy(app: FastAPI, address: str = PROXY) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def guess(client: httpx.AsyncClient, forwarded: str | None) -> int:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return (await client.post("/admin/welcome/open", data={"token": "wrong"}, headers=headers)).status_code


async def test_behind_a_trusted_proxy_each_visitor_is_throttled_alone(settings: Settings) -> None:
    async with at(settings, trusted_proxies="10.0.0.0/24") as app, through_proxy(app) as client:
        for _ in range(WRONG_OF_ADDRESS.count):
            assert await guess(client, "203.0.113.7") == 410
        assert await guess(client, "203.0.113.7") == 429
        assert await guess(client, "203.0.113.8") == 410
        # What a visitor puts before the address that the proxy adds is not believed.
        assert await guess(client, "198.51.100.1, 203.0.113.7") == 429
        assert await guess(client, "10.0.0.9, 203.0.113.7, 10.0.0.3") == 429
        # A household's many addresses are one visitor.
        for number in range(WRONG_OF_ADDRESS.count):
            assert await guess(client, f"2001:db8::{number}") == 410
        assert await guess(client, "2001:db8::ffff") == 429


@pytest.mark.parametrize("trusted", ["", PROXY])
async def test_a_forged_header_from_anybody_else_changes_nothing(settings: Settings, trusted: str) -> None:
    async with at(settings, trusted_proxies=trusted) as app, through_proxy(app, "203.0.113.7") as client:
        for number in range(WRONG_OF_ADDRESS.count):
            assert await guess(client, f"198.51.100.{number}") == 410
        assert await guess(client, "198.51.100.200") == 429
        assert await guess(client, None) == 429


async def test_a_proxy_that_no_setting_names_is_noted_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with at(settings) as app, through_proxy(app) as client:
        for _ in range(3):
            await client.get("/", headers={"x-forwarded-for": "203.0.113.7"})
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "METAMERLAB_TRUSTED_PROXIES" in warning.getMessage()
    assert "203.0.113.7" not in caplog.text


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "localhost/evil", "a b"])
@pytest.mark.parametrize(
    "path", ["/admin/", "/", "/s/NOSUCH", versioned("/static/participant/main.js"), "/healthz"]
)
async def test_another_host_is_refused_in_one_plain_line(
    client: httpx.AsyncClient, host: str, path: str
) -> None:
    response = await client.get(path, headers={"host": host})
    assert response.status_code == 400
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.count("\n") == 1
    assert "evil" not in str(response.headers) + response.text


async def test_the_site_answers_to_its_own_names(settings: Settings) -> None:
    own = {"base_url": "https://exp.example", "allowed_hosts": "*.lab.example,10.1.0.0/16"}
    async with at(settings, **own) as app, new_client(app) as client:
        for host in (
            "exp.example",
            "EXP.example:443",
            "a.lab.example",
            "10.1.2.3:8000",
            "127.0.0.1",
            "[::1]:80",
        ):
            assert (await client.get("/healthz", headers={"host": host})).status_code == 200, host
        assert (await client.get("/healthz", headers={"host": "10.2.0.1"})).status_code == 400


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/admin/", "/admin"),
        ("/s/CODE/", "/s/CODE"),
        ("/s/CODE/?PROLIFIC_PID=1&x=%20", "/s/CODE?PROLIFIC_PID=1&x=%20"),
        ("//evil.example/", "/evil.example"),
        ("///evil.example//", "/evil.example"),
        ("/%5Cevil.example/", "/%5Cevil.example"),
        ("/%09/evil.example/", "/%09/evil.example"),
        ("/%0d%0aSet-Cookie:%20a=b/", "/%0D%0ASet-Cookie%3A%20a%3Db"),
    ],
)
async def test_a_slash_too_many_leads_to_the_same_site(
    client: httpx.AsyncClient, path: str, location: str
) -> None:
    response = await client.get(httpx.URL("http://localhost").copy_with(raw_path=path.encode()))
    assert (response.status_code, response.headers["location"]) == (307, location)
    assert "set-cookie" not in response.headers


async def test_no_redirect_goes_round_in_a_circle(client: httpx.AsyncClient) -> None:
    for path in ("/static/", "/nowhere/", "/s/NOSUCH/", "//"):
        response = await client.get(httpx.URL("http://localhost").copy_with(raw_path=path.encode()))
        followed = 0
        while response.is_redirect and followed < 3:
            response = await client.get(response.headers["location"])
            followed += 1
        assert not response.is_redirect, path
