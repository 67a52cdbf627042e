"""Second factors: an authenticator, recovery codes, what is not a passkey; on both databases."""

import re
from datetime import timedelta

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from app.accounts import people
from app.accounts.actor import COMMAND_LINE
from app.accounts.second_factors import new_totp_secret
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import AdminSession, RecoveryCode, User
from tests.accounts import OWNER, send_password, sign_in
from tests.database import rows_of
from tests.http import new_client
from tests.integration.test_accounts import OTHER, follow

pytestmark = pytest.mark.anyio


def next_code(secret: str) -> str:
    """The code of the step to come: taken already, and still good if the step begins meanwhile."""
    return pyotp.TOTP(secret).at(utc_now() + timedelta(seconds=30))


async def with_totp(client: httpx.AsyncClient, database: Database) -> str:
    """Sign in, put an authenticator to use, and return its secret."""
    await sign_in(client, database)
    page = (await client.get("/admin/account/authenticator")).text
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert found
    code = pyotp.TOTP(found[1]).now()
    added = await client.post("/admin/account/authenticator", data={"secret": found[1], "code": code})
    assert added.headers["location"] == "/admin/account?saved=authenticator"
    return found[1]


async def test_the_second_factor_is_asked_for_and_its_code_works_once(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    secret = await with_totp(client, database)
    code = next_code(secret)
    async with new_client(app) as browser:
        assert (await send_password(browser)).headers["location"] == "/admin/sign-in/second"
        assert (await browser.get("/admin")).status_code == 303  # the password alone opens nothing
        assert (await browser.post("/admin/sign-in/second", data={"code": "000000"})).status_code == 401
        assert (await browser.post("/admin/sign-in/second", data={"code": code})).status_code == 303
        assert (await browser.get("/admin")).status_code == 200
    async with new_client(app) as eve:  # who looked over the shoulder
        await send_password(eve)
        assert (await eve.post("/admin/sign-in/second", data={"code": code})).status_code == 401


async def test_a_wrong_code_does_not_add_an_authenticator(
    client: httpx.AsyncClient, database: Database
) -> None:
    await sign_in(client, database)
    form = {"secret": new_totp_secret(), "code": "123"}
    refused = await client.post("/admin/account/authenticator", data=form)
    assert refused.status_code == 422
    assert form["secret"] in refused.text
    assert (await client.post("/admin/account/authenticator", data={"secret": "A"})).status_code == 422
    assert (await rows_of(database, User))[0].totp_secret is None


async def test_a_recovery_code_stands_in_once(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    refused = await (await sign_in(client, database)).post("/admin/account/recovery-codes")
    assert refused.status_code == 409  # without a second factor there is nothing to stand in for
    await with_totp(client, database)
    shown = (await client.post("/admin/account/recovery-codes")).text
    codes = re.findall(r"\b[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4}\b", shown)
    assert len(set(codes)) == 10
    stored = {row.code_sha256 for row in await rows_of(database, RecoveryCode)}
    assert not stored & set(codes)
    for status in (303, 401):
        async with new_client(app) as browser:
            await send_password(browser)
            sent = await browser.post("/admin/sign-in/second", data={"code": codes[0].upper()})
            assert sent.status_code == status
    assert "9 recovery codes left" in (await client.get("/admin/account")).text


async def test_a_sign_in_without_its_second_factor_ends(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    secret = await with_totp(client, database)
    async with new_client(app) as browser:
        await send_password(browser)
        async with database.writing() as session:
            for row in await rows_of(database, AdminSession):
                if row.pending:
                    (await session.merge(row)).created_at = utc_now() - timedelta(minutes=11)
        late = await browser.post("/admin/sign-in/second", data={"code": next_code(secret)})
        assert late.status_code == 401
        assert (await browser.get("/admin/sign-in/second")).headers["location"] == "/admin/sign-in"


async def test_a_reset_link_sets_a_password_and_drops_lost_factors(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await with_totp(client, database)
    async with database.writing() as session:
        token, _ = await people.issue_reset(
            session, COMMAND_LINE, OWNER, utc_now(), drops_second_factors=True
        )
        older, _ = await people.issue_reset(session, COMMAND_LINE, OWNER, utc_now())
    async with new_client(app) as browser:
        assert (await follow(browser, token)).status_code == 410  # a newer one was issued
        followed = await follow(browser, older, password=OTHER, again=OTHER)
        assert followed.headers["location"] == "/admin/sign-in/second"  # that link keeps the factors
        assert (await client.get("/admin")).status_code == 303


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"credential": {}}', b"\xff", b'{"credential": {"id": "x"}}']
)
async def test_rubbish_instead_of_a_passkey_is_refused(
    client: httpx.AsyncClient, database: Database, body: bytes
) -> None:
    await sign_in(client, database)
    headers = {"content-type": "application/json"}
    await client.post("/admin/api/account/passkeys/options", headers=headers, content=b"{}")
    sent = await client.post("/admin/api/account/passkeys", headers=headers, content=body)
    assert sent.status_code in (400, 422)
    assert sent.json()["error"]["message"]
