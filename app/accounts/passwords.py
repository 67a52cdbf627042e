"""Passwords: which are good enough, and their hashes (Argon2id, RFC 9106, section 4, second profile)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from zxcvbn import zxcvbn

from app.core.errors import Invalid

SHORTEST = 12
LONGEST = 200
# Of zxcvbn's 0 to 4: "safely unguessable", at least 10^8 guesses (Wheeler 2016).
STRENGTH = 3
JUDGED = 72  # characters that zxcvbn looks at; its time grows with the square of their number

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
# A hash takes 64 MiB: a storm of wrong passwords waits, and participants do not wait for it.
_workers = ThreadPoolExecutor(2, "passwords")


def check(password: str, *known: str) -> None:
    """Raises `Invalid` for a password that is short, soon guessed, or made of what is `known`."""
    if len(password) < SHORTEST:
        raise Invalid(
            "password_short", f"A password has at least {SHORTEST} characters; this has {len(password)}."
        )
    if len(password) > LONGEST:
        raise Invalid("password_long", f"A password has at most {LONGEST} characters.")
    if zxcvbn(password[:JUDGED], user_inputs=[word for word in known if word])["score"] < STRENGTH:
        raise Invalid(
            "password_weak",
            "This password is guessed too soon. Take several words that do not belong together, or let a "
            "password manager make one.",
        )


async def hashed(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_workers, _hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the right one. It takes as long where there is no account (None) to ask."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_workers, _matches, password_hash, password)


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        return (
            _hasher.verify(password_hash or _of_nobody(), password[: LONGEST + 1])
            and password_hash is not None
        )
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _of_nobody() -> str:
    return _hasher.hash("nobody has this password")
