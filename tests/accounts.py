"""Accounts of tests, which sign in by the form that people use."""

from datetime import datetime
from functools import cache

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import Role
from app.accounts.passwords import _hasher
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import User

OWNER = "owner@example.org"
PASSWORD = "violin cactus harbour seven"


@cache
def password_hash() -> str:
    return _hasher.hash(PASSWORD)


async def make_account(
    session: AsyncSession, email: str = OWNER, role: Role = "owner", now: datetime | None = None
) -> User:
    """The account of this address, made if there is none."""
    found: User | None = await session.scalar(select(User).where(User.email == email))
    if found is not None:
        return found
    made = User(
        email=email,
        name=email.split("@")[0],
        role=role,
        password_hash=password_hash(),
        password_changed_at=now or utc_now(),
        created_at=now or utc_now(),
    )
    session.add(made)
    await session.flush()
    return made


async def send_password(
    client: httpx.AsyncClient, email: str = OWNER, password: str = PASSWORD
) -> httpx.Response:
    return await client.post("/admin/sign-in", data={"email": email, "password": password})


async def sign_in(
    client: httpx.AsyncClient, database: Database, email: str = OWNER, role: Role = "owner"
) -> httpx.AsyncClient:
    """Make the account if there is none, and sign in."""
    async with database.writing() as session:
        await make_account(session, email, role)
    response = await send_password(client, email)
    assert (response.status_code, response.headers["location"]) == (303, "/admin")
    return client
