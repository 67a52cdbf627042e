"""The HTTP calls of one simulated page."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from app.core.errors import Conflict

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0
PATIENCE_S = 120.0  # of one call, after its first failure
TEMPORARY = {408, 425, 500, 502, 503, 504}  # for a page these are worth another try


class Refused(Conflict):
    """The server did not answer a participant's call as it should."""


def new_uuid() -> str:
    return str(uuid4())


@dataclass(frozen=True)
class Calls:
    """`lease` names the page. A `patient` one tries again as the real page does; others end at a failure."""

    client: httpx.AsyncClient
    code: str
    patient: bool = False
    lease: str = field(default_factory=new_uuid)

    async def arrive(self) -> None:
        """Open the link, give consent, open the page of the experiment."""
        await self.call("GET", f"/s/{self.code}")
        form = {"consent": "yes", "uuid": new_uuid()}
        await self.call("POST", f"/s/{self.code}/consent", expect=303, data=form)
        await self.call("GET", f"/run/{self.code}")

    async def api(self, method: str, path: str, **content: Any) -> Any:
        """What the session's interface answers, as JSON."""
        headers = {"X-Session-Lease": self.lease}
        return (await self.call(method, f"/api/{self.code}/{path}", headers=headers, **content)).json()

    async def call(self, method: str, path: str, expect: int = 200, **content: Any) -> httpx.Response:
        """Raises `Refused`: no answer, or another status than expected."""
        response = await self.answer(method, path, **content)
        if response.status_code != expect:
            raise Refused("refused", f"{method} {path} was answered {response.status_code}, not {expect}")
        return response

    async def answer(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Whatever the server answers in the end."""
        deadline = None
        pause_s = FIRST_PAUSE_S
        while True:
            response = await self._send(method, path, **content)
            if response is not None and response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                await asyncio.sleep(float(response.headers["Retry-After"]))
                continue
            if response is not None and not (self.patient and response.status_code in TEMPORARY):
                return response
            deadline = deadline or time.monotonic() + PATIENCE_S
            if time.monotonic() > deadline:
                raise Refused("no_server", f"{method} {path} failed for {PATIENCE_S:.0f} s")
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response | None:
        """None: no answer, and the page is patient."""
        try:
            return await self.client.request(method, path, **content)
        except httpx.TransportError as error:
            if self.patient:
                return None
            reason = str(error) or type(error).__name__
            raise Refused(
                "no_server", f"no answer from {self.client.base_url}: {reason}; is it serving?"
            ) from None
