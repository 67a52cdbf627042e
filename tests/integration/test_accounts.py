"""Signing in, links that work once, second factors, sessions and tokens; on both databases."""

import re
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from app.accounts import people
from app.admin.dependencies import WRONG_OF_ACCOUNT, WRONG_OF_ADDRESS
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import AccountLink, AdminSession, ApiToken, User
from tests.accounts import OWNER, PASSWORD, make_account, send_password, sign_in
from tests.database import rows_of
from tests.http import new_client

pytestmark = pytest.mark.anyio
OTHER = "cello pepper island nine"


async def setup_token(database: Database, age: timedelta = timedelta(0)) -> str:
    async with database.writing() as session:
        return (await people.issue_setup(session, utc_now() - age))[0]


async def follow(client: httpx.AsyncClient, token: str, **other: str) -> httpx.Response:
    form = {"email": OWNER, "name": "Ada", "password": PASSWORD, "again": PASSWORD, **other}
    return await client.post("/admin/welcome", data={"token": token, **form})


def link_in(page: str) -> str:
    found = re.search(r"/admin/welcome#([\w-]+)", page)
    assert found, page
    return found[1]


async def test_the_first_owner_is_made_by_a_link_that_works_once(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    token = await setup_token(database)
    opened = await client.post("/admin/welcome/open", data={"token": f" {token}\n"})
    assert "The first account" in opened.text
    assert (await follow(client, token)).headers["location"] == "/admin"
    assert (await client.get("/admin")).status_code == 200
    async with new_client(app) as other:
        assert (await follow(other, token, email="eve@example.org")).status_code == 410
        assert (await other.get("/admin")).status_code == 303
    [user] = await rows_of(database, User)
    assert (user.email, user.role) == (OWNER, "owner")
    assert PASSWORD not in user.password_hash
    [link] = await rows_of(database, AccountLink)
    assert link.used_at is not None and token not in link.token_sha256


async def test_two_set_up_links_make_one_owner(client: httpx.AsyncClient, database: Database) -> None:
    first, second = await setup_token(database), await setup_token(database)
    assert (await follow(client, first)).status_code == 303
    assert (await follow(client, second, email="eve@example.org")).status_code == 410
    assert len(await rows_of(database, User)) == 1


@pytest.mark.parametrize(("age_h", "status"), [(23.9, 303), (24.1, 410)])
async def test_a_link_ends(client: httpx.AsyncClient, database: Database, age_h: float, status: int) -> None:
    token = await setup_token(database, timedelta(hours=age_h))
    assert (await follow(client, token)).status_code == status


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"again": "different"}, "not the same"),
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"email": "no address"}, "no e-mail address"),
        ({"name": " "}, "give a name"),
        ({"password": "password1234", "again": "password1234"}, "guessed too soon"),
    ],
)
async def test_a_link_is_not_used_up_by_a_bad_form(
    client: httpx.AsyncClient, database: Database, other: dict[str, str], message: str
) -> None:
    token = await setup_token(database)
    refused = await follow(client, token, **other)
    assert refused.status_code == 422
    assert message in refused.text
    assert token in refused.text  # the form can be sent again
    assert (await follow(client, token)).status_code == 303


async def test_a_wrong_password_and_an_unknown_account_look_alike(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.writing() as session:
        await make_account(session)
    wrong = await send_password(client, OWNER, "wrong")
    unknown = await send_password(client, "nobody@example.org", PASSWORD)
    assert wrong.status_code == unknown.status_code == 401
    nonce = re.compile(r'nonce="[^"]*"')
    assert nonce.sub("", wrong.text).replace(OWNER, "") == nonce.sub("", unknown.text).replace(
        "nobody@example.org", ""
    )
    assert "set-cookie" not in wrong.headers


async def test_a_storm_of_passwords_from_one_address_is_stopped(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.writing() as session:
        await make_account(session)
    for number in range(WRONG_OF_ADDRESS.count):
        assert (await send_password(client, f"{number}@example.org", "wrong")).status_code == 401
    stopped = await send_password(client)
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["retry-after"]) <= 900


async def test_a_storm_from_many_addresses_on_one_account_is_stopped(
    app: FastAPI, database: Database
) -> None:
    async with database.writing() as session:
        await make_account(session)
    for number in range(WRONG_OF_ACCOUNT.count + 1):
        transport = httpx.ASGITransport(app, client=(f"203.0.113.{number}", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as guesser:
            status = (await send_password(guesser, OWNER.upper(), "wrong")).status_code
            assert status == (401 if number < WRONG_OF_ACCOUNT.count else 429)


async def test_a_new_password_ends_all_other_sessions(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_in(client, database)
    async with new_client(app) as elsewhere:
        await send_password(elsewhere)
        form = {"present": "wrong", "password": OTHER, "again": OTHER}
        assert (await client.post("/admin/account/password", data=form)).status_code == 403
        changed = await client.post("/admin/account/password", data={**form, "present": PASSWORD})
        assert changed.headers["location"] == "/admin/account?saved=password"
        assert (await client.get("/admin")).status_code == 200
        assert (await elsewhere.get("/admin")).status_code == 303
        assert (await send_password(elsewhere)).status_code == 401
        assert (await send_password(elsewhere, OWNER, OTHER)).status_code == 303


async def test_other_browsers_are_listed_and_signed_out(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_in(client, database)
    async with new_client(app) as elsewhere, new_client(app) as stranger:
        elsewhere.headers["user-agent"] = "Firefox of the <b>lab</b>"
        await send_password(elsewhere)
        await sign_in(stranger, database, "bob@example.org", "experimenter")
        assert "Firefox of the &lt;b&gt;lab&lt;/b&gt;" in (await client.get("/admin/account")).text
        rows = await rows_of(database, AdminSession)
        for row in rows:  # of another account, nothing is signed out
            await stranger.post("/admin/account/sessions", data={"number": row.id})
        assert (await elsewhere.get("/admin")).status_code == 200
        await client.post("/admin/account/sessions")
        assert (await elsewhere.get("/admin")).status_code == 303
        assert (await client.get("/admin")).status_code == 200


async def test_owners_invite_and_others_do_not(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_in(client, database)
    form = {"email": "bob@example.org", "role": "experimenter"}
    invited = await client.post("/admin/accounts/invite", data=form)
    token = link_in(invited.text)
    async with new_client(app) as bob:
        made = await follow(
            bob, token, email="eve@example.org", name="Bob"
        )  # the invitation's address counts
        assert made.status_code == 303
        assert [user.email for user in await rows_of(database, User)] == [OWNER, "bob@example.org"]
        assert (await bob.get("/admin/accounts")).status_code == 403
        assert (await bob.post("/admin/accounts/invite", data=form)).status_code == 403
        assert (await bob.get("/admin/audit")).status_code == 403
        for what in ("role", "disable", "reset"):
            sent = await bob.post(f"/admin/accounts/{what}", data={"email": OWNER, "role": "viewer"})
            assert sent.status_code == 403
        assert (await client.post("/admin/accounts/invite", data=form)).status_code == 409
        await client.post("/admin/accounts/disable", data=form)
        assert (await bob.get("/admin")).status_code == 303
        assert (await send_password(bob, "bob@example.org")).status_code == 401
        await client.post("/admin/accounts/enable", data=form)
        assert (await send_password(bob, "bob@example.org")).status_code == 303


async def test_the_last_owner_stays(client: httpx.AsyncClient, database: Database) -> None:
    await sign_in(client, database)
    for what in ("role", "disable"):
        refused = await client.post(f"/admin/accounts/{what}", data={"email": OWNER, "role": "viewer"})
        assert refused.status_code == 409
        assert "only owner" in refused.text


async def test_a_token_acts_within_its_role_and_its_time(
    app: FastAPI, client: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> None:
    await sign_in(client, database)
    form = {"name": "nightly", "role": "viewer", "days": 30, "study": "tiny"}
    page = (await client.post("/admin/account/tokens", data=form)).text
    found = re.search(r"mlab_[\w-]{43}", page)
    assert found
    [stored] = await rows_of(database, ApiToken)
    assert found[0] not in stored.token_sha256
    assert found[0] not in (await client.get("/admin/account")).text
    async with new_client(app) as script:
        script.headers["authorization"] = f"Bearer {found[0]}"
        assert (await script.get("/admin/studies/tiny")).status_code == 200
        assert (await script.post("/admin/studies/tiny/close")).status_code == 403
        assert (await script.get("/admin/account")).status_code == 303  # a token manages no account
        assert (await script.get("/admin/accounts")).status_code == 303
        async with database.writing() as session:
            (await session.merge(stored)).expires_at = utc_now()
        refused = await script.get("/admin/studies/tiny")
        assert refused.status_code == 401
        script.headers["authorization"] = "Bearer mlab_wrong"
        for _ in range(WRONG_OF_ADDRESS.count):
            assert (await script.get("/admin")).status_code == 401


async def test_tokens_of_others_cannot_be_revoked(
    app: FastAPI, client: httpx.AsyncClient, database: Database
) -> None:
    await sign_in(client, database)
    await client.post("/admin/account/tokens", data={"name": "a", "role": "owner", "days": 1})
    [token] = await rows_of(database, ApiToken)
    async with new_client(app) as bob:
        await sign_in(bob, database, "bob@example.org", "experimenter")
        await bob.post(f"/admin/account/tokens/{token.id}/revoke")
        assert (await rows_of(database, ApiToken))[0].revoked_at is None
        sent = await bob.post("/admin/account/tokens", data={"name": "b", "role": "owner", "days": 9})
        assert sent.status_code == 200
        assert (await rows_of(database, ApiToken))[1].role == "experimenter"  # no more than the account
        for days in (0, 366):
            form = {"name": "c", "role": "viewer", "days": days}
            assert (await bob.post("/admin/account/tokens", data=form)).status_code == 422
    await client.post(f"/admin/account/tokens/{token.id}/revoke")
    assert (await rows_of(database, ApiToken))[0].revoked_at is not None
