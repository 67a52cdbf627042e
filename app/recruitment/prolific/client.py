"""Calls of Prolific's interface: its errors, its limits, its pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx

from app.core.errors import Invalid
from app.recruitment.recruiter import NoAnswer, NotReached, Refused

LONGEST_WAIT_S = 30.0  # for Retry-After, all in all; whoever asked is told after that
PAGE_SIZE = 100
MOST_PAGES = 2_000
# The connection was never made, so nothing was asked for.
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
Sleep = Callable[[float], Awaitable[None]]


class ProlificClient:
    """One client of the interface at `base_url`, which alone tells the real one from a stand-in."""

    def __init__(
        self,
        base_url: str,
        token: str,
        timeout_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.has_token = bool(token)
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers={"Authorization": f"Token {token}"},
            timeout=timeout_s,
            transport=transport,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, path: str, **query: str | int) -> Any:
        return (await self.call("GET", path, params=query or None)).json()

    async def post(self, path: str, body: Any) -> Any:
        response = await self.call("POST", path, json=body)
        return response.json() if response.content else {}

    async def patch(self, path: str, body: Any) -> Any:
        return (await self.call("PATCH", path, json=body)).json()

    async def pages(self, path: str) -> AsyncIterator[list[dict[str, Any]]]:
        """The results of each page, following `_links.next`. Raises `NotReached` for links that lead away."""
        page = await self.get(path, page_size=PAGE_SIZE)
        for _number in range(MOST_PAGES):
            yield list(page.get("results", ()))
            following = ((page.get("_links") or {}).get("next") or {}).get("href")
            if not following:
                return
            self._require_own(following)
            page = await self.get(following)
        raise NotReached("endless_pages", f"Prolific's list has more than {MOST_PAGES} pages")

    def _require_own(self, address: str) -> None:
        """The token goes to no other host, whatever a page says."""
        if httpx.URL(address).host not in ("", self._http.base_url.host):
            raise NotReached(
                "foreign_page", "Prolific's list continues at another host; nothing more was read"
            )

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask, and wait as long as Prolific wants within `LONGEST_WAIT_S`.

        Raises `Invalid` without a token, `Refused`, `NotReached` or `NoAnswer`.
        """
        if not self.has_token:
            raise Invalid(
                "no_token",
                "Prolific's API token is not set: put it into METAMERLAB_PROLIFIC_API_TOKEN and start the "
                "server again, or make the study by hand",
            )
        waited_s = 0.0
        while True:
            response = await self._asked(method, path, options)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return _answered(method, response)
            wait_s = _seconds(response.headers.get("retry-after"))
            if waited_s + wait_s > LONGEST_WAIT_S:
                raise NotReached(
                    "recruiter_busy", f"Prolific asks to wait for {wait_s:g} s; nothing was done, try then"
                )
            await self._sleep(wait_s)
            waited_s += wait_s

    async def _asked(self, method: str, path: str, options: dict[str, Any]) -> httpx.Response:
        try:
            return await self._http.request(method, path, **options)
        except NEVER_SENT as error:
            said = f"Prolific cannot be reached: {type(error).__name__}"
            raise NotReached("recruiter_unreachable", said) from error
        except httpx.HTTPError as error:
            said = f"Prolific was asked and gave no answer: {type(error).__name__}"
            kind = NotReached if method == "GET" else NoAnswer
            raise kind("recruiter_silent", said) from error


def _answered(method: str, response: httpx.Response) -> httpx.Response:
    status = response.status_code
    if status < 400:
        return response
    if status >= 500:
        kind = NotReached if method == "GET" else NoAnswer
        raise kind("recruiter_failed", f"Prolific failed with status {status}")
    raise Refused("recruiter_refused", f"Prolific refused ({status}): {_reason(response)}", status=status)


def _reason(response: httpx.Response) -> str:
    try:
        error = response.json()["error"]
        return f"{error.get('title', '')}: {error.get('detail', '')}"[:300]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "no reason given"


def _seconds(retry_after: str | None) -> float:
    try:
        return max(float(retry_after or 1), 0.0)
    except ValueError:
        return LONGEST_WAIT_S + 1  # a date: longer than a person waits
