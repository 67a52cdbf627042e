"""Who sees and changes which study, and the log of it; on both databases."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.accounts import audit
from app.db.session import Database
from app.db.tables import AuditRow, Membership, Study
from tests.accounts import OWNER, sign_in
from tests.database import rows_of
from tests.http import new_client
from tests.integration.admin_addresses import ADDRESSES

pytestmark = pytest.mark.anyio
BOB = "bob@example.org"
# What any of the forms asks for.
FIELDS = {
    "email": OWNER,
    "role": "viewer",
    "more": "1",
    "sure": "yes",
    "amount": "1.00",
    "reason": "good",
    "code": "ABC",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "participant": "1",
    "number": "1",
    "confirmed": "1",
    "category": "OTHER",
    "message": "m" * 120,
}
# What anybody with an account may look at.
ALL_MAY = (
    "/admin",
    "/admin/account",
    "/admin/account/authenticator",
    "/admin/synthesis",
    "/admin/synthesis/new",
)


@pytest.fixture
async def owner(
    client: httpx.AsyncClient, database: Database, open_links: dict[str, str]
) -> httpx.AsyncClient:
    return await sign_in(client, database)


async def test_a_study_that_is_not_shared_looks_like_none(
    app: FastAPI, owner: httpx.AsyncClient, database: Database
) -> None:
    async with new_client(app) as bob:
        await sign_in(bob, database, BOB, "experimenter")
        assert "tiny" not in (await bob.get("/admin")).text
        for method, address in ADDRESSES:
            if "/studies/tiny" in address:
                data = FIELDS if method == "POST" else None
                there = await bob.request(method, address, data=data)
                nowhere = await bob.request(method, address.replace("tiny", "nothing"), data=data)
                assert there.status_code == nowhere.status_code == 404, (address, there.text)
    assert (await rows_of(database, Study))[0].status == "open"


@pytest.mark.parametrize("role", ["viewer", "experimenter", "owner"])
async def test_each_role_may_what_it_says(
    app: FastAPI, owner: httpx.AsyncClient, database: Database, role: str
) -> None:
    async with new_client(app) as bob:
        await sign_in(bob, database, BOB, "experimenter")
        await owner.post("/admin/studies/tiny/members", data={"email": BOB, "role": role})
        assert (await bob.get("/admin/studies/tiny")).status_code == 200
        assert (await bob.get("/admin/studies/tiny/audit")).status_code == 200
        closed = (await bob.post("/admin/studies/tiny/close")).status_code
        assert closed == (403 if role == "viewer" else 303)
        shared = await bob.post("/admin/studies/tiny/members", data={"email": OWNER, "role": "viewer"})
        assert shared.status_code == (303 if role == "owner" else 403)


async def test_a_viewer_of_the_installation_only_looks(
    app: FastAPI, owner: httpx.AsyncClient, database: Database
) -> None:
    async with new_client(app) as bob:
        await sign_in(bob, database, BOB, "viewer")
        await owner.post("/admin/studies/tiny/members", data={"email": BOB, "role": "owner"})
        assert (await bob.get("/admin/studies/tiny")).status_code == 200
        assert (await bob.post("/admin/studies/tiny/close")).status_code == 403
        assert (await bob.post("/admin/synthesis", data={"name": "a", "spec": "model: x"})).status_code in (
            403,
            422,
        )
        await owner.post("/admin/studies/tiny/members/remove", data={"email": BOB})
    assert [one.role for one in await rows_of(database, Membership)] == ["owner"]  # the last owner stays


async def test_what_is_changed_is_logged_with_who_did_it(
    app: FastAPI, owner: httpx.AsyncClient, database: Database
) -> None:
    await owner.post("/admin/studies/tiny/close")
    rows = await rows_of(database, AuditRow)
    assert [row.action for row in rows[-2:]] == ["account.signed_in", "study.closed"]
    assert (rows[-1].actor, rows[-1].subject) == (OWNER, "study tiny")
    assert rows[0].actor == "command line"
    page = (await owner.get("/admin/audit?verify=true")).text
    assert f"The log holds: {len(rows)} rows" in page and rows[-1].sha256 in page
    own = (await owner.get("/admin/studies/tiny/audit")).text
    assert "study.closed" in own and "account.signed_in" not in own


async def test_a_row_that_was_changed_in_the_database_is_found(
    owner: httpx.AsyncClient, database: Database
) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE audit_log SET actor = 'nobody' WHERE position = 2"))
    assert "row 2 was changed" in (await owner.get("/admin/audit?verify=true")).text


async def test_the_log_is_read_page_by_page(
    owner: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    rows = await rows_of(database, AuditRow)
    newest = (await owner.get("/admin/audit")).text
    assert f"/admin/audit?before={rows[-2].position}" in newest
    last = (await owner.get(f"/admin/audit?before={rows[2].position}")).text
    assert "bundle.ingested" in last and "account.signed_in" not in last
