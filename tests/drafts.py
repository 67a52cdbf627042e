"""What tests of drafts share: making one, reading its text, sending its form."""

import re

import httpx

from app.core.config import Settings
from tests.support import study_yaml

LIST = "/admin/drafts"


def text(settings: Settings, **fields: object) -> str:
    return study_yaml(settings.bundle_folder / "tiny", **fields)  # type: ignore[arg-type]


async def new_draft(admin: httpx.AsyncClient) -> str:
    response = await admin.post(LIST)
    assert response.status_code == 303
    return str(response.headers["location"])


async def imported(admin: httpx.AsyncClient, study: str) -> str:
    response = await admin.post(f"{LIST}/import", data={"text": study})
    assert response.status_code == 303, response.text
    return str(response.headers["location"]).partition("?")[0]


async def stored_text(admin: httpx.AsyncClient, address: str) -> str:
    return (await admin.get(f"{address}/study.yaml")).text


async def version(admin: httpx.AsyncClient, address: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', (await admin.get(address)).text)
    assert found
    return found[1]


async def send(admin: httpx.AsyncClient, address: str, **fields: object) -> httpx.Response:
    data = {"version": await version(admin, address), **{k.replace("__", "."): v for k, v in fields.items()}}
    return await admin.post(address, data=data)
