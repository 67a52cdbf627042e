"""Headers, refused calls and error pages."""

import re

import httpx
import pytest

from tests.http import answer_body, enter

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "path", ["/healthz", "/s/NOSUCH", "/nowhere", "/api/NOSUCH/session", "/static/nowhere"]
)
async def test_every_response_has_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'self'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in headers


async def test_a_page_s_scripts_carry_the_nonce_of_their_response(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    await enter(client, open_links["live"])
    seen = set()
    for _ in range(2):
        page = await client.get(f"/run/{open_links['live']}")
        (nonce,) = re.findall(r"script-src 'self' 'nonce-([\w-]+)'", page.headers["content-security-policy"])
        assert set(re.findall(r'nonce="([^"]*)"', page.text)) <= {nonce}
        seen.add(nonce)
    assert len(seen) == 2


async def test_the_server_is_well(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}


async def test_the_bare_address_is_for_experimenters(client: httpx.AsyncClient) -> None:
    assert (await client.get("/")).headers["location"] == "/admin"


async def test_unknown_addresses_get_the_error_of_their_surface(client: httpx.AsyncClient) -> None:
    page = await client.get("/nowhere")
    assert page.status_code == 404
    assert "There is nothing at this address." in page.text
    assert page.text.startswith("<!doctype html>")
    program = await client.get("/api/nowhere")
    assert program.status_code == 404
    assert program.json() == {
        "error": {"code": "not_found", "message": "There is nothing at this address.", "detail": {}}
    }
    method = await client.delete("/healthz")
    assert (method.status_code, method.headers["allow"]) == (405, "GET")


async def test_calls_must_be_json_of_the_same_site(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    await enter(client, code)
    path = f"/api/{code}/trials/0"
    plain = await client.put(path, content=b"{}", headers={"content-type": "text/plain"})
    assert (plain.status_code, plain.json()["error"]["code"]) == (415, "not_json")
    for site, status in (("cross-site", 403), ("same-site", 403), ("none", 403), ("same-origin", 200)):
        headers = {"sec-fetch-site": site}
        response = await client.put(path, json=answer_body(), headers=headers)
        assert response.status_code == status, site


async def test_malformed_json_is_one_clear_error(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    await enter(client, code)
    headers = {"content-type": "application/json"}
    response = await client.put(f"/api/{code}/trials/0", content=b"{", headers=headers)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "malformed"
    window = await client.get(f"/api/{code}/trials", params={"start": 0, "count": 41})
    assert window.json()["error"]["message"].startswith("query.count: ")


async def test_what_the_user_sent_is_escaped(client: httpx.AsyncClient) -> None:
    response = await client.get("/s/<script>alert(1)<")
    assert response.status_code == 404
    assert "<script>alert" not in response.text
