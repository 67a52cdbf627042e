"""Prolific's word for who comes: the token in a secured address, and the keys that it is signed with.

The token is a JWT of 120 s (RS256). Its keys are published at /.well-known/study/jwks.json and kept for half
a day; a key that is not among them is looked for again, at most once a minute.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt

from app.core.clock import utc_now
from app.recruitment.recruiter import NotReached

KEPT_FOR = timedelta(hours=12)
ASKED_EVERY = timedelta(minutes=1)
LONGEST_TOKEN = 8_000
LEEWAY_S = 10
PATH = "/.well-known/study/jwks.json"


class Keys:
    """The published keys, kept between requests."""

    def __init__(
        self, api_url: str, timeout_s: float, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._address = str(httpx.URL(api_url).copy_with(raw_path=PATH.encode()))
        self._http = httpx.AsyncClient(timeout=timeout_s, transport=transport)
        self._keys: dict[str, Any] = {}
        self._read_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._turn = asyncio.Lock()

    async def key(self, name: str, now: datetime) -> Any | None:
        """The key of this name; None if there is none. Raises `NotReached` where none is kept."""
        async with self._turn:
            if self._must_ask(name, now):
                await self._read(now)
        return self._keys.get(name)

    def _must_ask(self, name: str, now: datetime) -> bool:
        if self._read_at is None:
            return True
        if self._asked_at is not None and now - self._asked_at < ASKED_EVERY:
            return False
        return name not in self._keys or now - self._read_at >= KEPT_FOR

    async def _read(self, now: datetime) -> None:
        """What is kept stays if the keys cannot be read now."""
        self._asked_at = now
        try:
            response = await self._http.get(self._address)
            response.raise_for_status()
            found = jwt.PyJWKSet.from_dict(response.json()).keys
        except (httpx.HTTPError, ValueError, TypeError, jwt.PyJWTError) as error:
            if self._read_at is None:
                raise NotReached("no_keys", "Prolific's keys cannot be read at the moment") from error
            return
        self._keys = {key.key_id: key for key in found if key.key_id}
        self._read_at = now

    async def close(self) -> None:
        await self._http.aclose()


async def vouched(keys: Keys, token: str, audience: Sequence[str], person: str, visit: str) -> bool:
    """Whether Prolific says that this person comes by this visit now. Raises `NotReached`.

    Parameters
    ----------
    audience
        What the token may be for: the study's address, or the site's.
    """
    if len(token) > LONGEST_TOKEN:
        return False
    try:
        name = jwt.get_unverified_header(token).get("kid")
        key = await keys.key(name, utc_now()) if isinstance(name, str) else None
        if key is None:
            return False
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=list(audience),
            leeway=LEEWAY_S,
            options={"require": ["exp", "aud", "sub"]},
        )
    except jwt.PyJWTError:
        return False
    return claims["sub"] == visit and _names(claims.get("prolific"), person)


def _names(payload: Any, person: str) -> bool:
    """Whether what the token says of the person, if it does, is that this person comes."""
    named = payload.get("participant_id") if isinstance(payload, dict) else None
    return named is None or named == person
