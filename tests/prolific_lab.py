"""A site whose studies recruit at a stand-in for Prolific, and what tests do with both."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
from fastapi import FastAPI

from app.db.session import Database
from tests.accounts import sign_in
from tests.conftest import create_study
from tests.http import answer_all
from tests.standins.prolific import StandIn
from tests.support import study_yaml

BASE_URL = "https://lab.example"
HOOK_SECRET = "hook-secret"
RECRUITMENT = """\
recruitment:
  recruiter: prolific
  reward: 1.50
  currency: GBP
  budget: 20
  places: 5
  device_compatibility: [desktop]
"""
LONG = "You left the page during each of the three checks of attention, and chose the same picture each time."


def browser(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL)


@dataclass
class Lab:
    """The experimenter's browser, the stand-in, and the live code of the study "tiny"."""

    app: FastAPI
    database: Database
    stand_in: StandIn
    admin: httpx.AsyncClient
    code: str

    @property
    def page(self) -> str:
        return "/admin/studies/tiny/recruitment"

    async def press(self, path: str, **fields: str) -> httpx.Response:
        """Send one of the page's forms; what went wrong is shown by the page itself."""
        return await self.admin.post(f"{self.page}/{path}", data=fields)

    async def publish(self) -> None:
        for action in ("draft", "publish"):
            response = await self.press(f"campaign/{action}")
            assert response.status_code == 303, response.text

    async def shown(self) -> str:
        response = await self.admin.get(self.page)
        assert response.status_code == 200
        return unescape(response.text)

    async def come(self, person: str, visit: str, **query: str) -> httpx.AsyncClient:
        """A person opens Prolific's address and gives consent, and the browser goes on."""
        client = browser(self.app)
        ids = {"PROLIFIC_PID": person, "STUDY_ID": "study1", "SESSION_ID": visit, **query}
        landing = await client.get(f"/p/{self.code}", params=ids)
        assert landing.status_code == 200, landing.text
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', landing.text)
        form = {name: unescape(value) for name, value in fields}
        entered = await client.post(f"/s/{self.code}/consent", data=form)
        assert entered.status_code == 303, entered.text
        if visit not in self.stand_in.visits:
            self.stand_in.add(visit, "study1", person, "ACTIVE")
        return client

    async def finish(self, person: str, visit: str) -> str:
        """A person takes part and hands in; returns the completion code of the last page."""
        client = await self.come(person, visit)
        await answer_all(client, self.code)
        assert (await client.post(f"/api/{self.code}/finish", json={})).status_code == 200
        last = await client.get(f"/end/{self.code}")
        await client.aclose()
        found = re.search(r'<output id="completion-code"[^>]*>([^<]+)</output>', last.text)
        assert found is not None
        self.stand_in.visits[visit].update(status="AWAITING REVIEW", study_code=found[1])
        return found[1]


async def open_lab(
    app: FastAPI, database: Database, stand_in: StandIn, bundle: Path, folder: Path, extra: str = RECRUITMENT
) -> Lab:
    file = folder / "study.yaml"
    file.write_text(study_yaml(bundle, extra=extra))
    links = await create_study(database, file, opened=True)
    admin = browser(app)
    await sign_in(admin, database)
    return Lab(app, database, stand_in, admin, links["live"])
