"""Scripts and icons are never used out of date."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_a_script_is_asked_about_before_a_copy_of_it_is_used(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/participant/main.js")
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "no-cache"
    again = await client.get("/static/participant/main.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["cache-control"] == "no-cache"


async def test_icons_say_what_they_are(client: httpx.AsyncClient) -> None:
    icon = await client.get("/static/vendor/icons/dog.webp")
    assert icon.headers["content-type"] == "image/webp"
