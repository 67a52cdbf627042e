"""The experimenter's page of privacy, the commands, and what owners do with one participant's data."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import anyio
import httpx
import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from app.accounts import sharing
from app.accounts.actor import COMMAND_LINE, Role
from app.cli.commands import app as program
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import AuditRow, Participant, Recruitment, Response, Tombstone
from tests.accounts import sign_in
from tests.database import rows_of
from tests.http import new_client
from tests.integration.test_privacy import IDS_30_DAYS, PERSON, make, take_part

pytestmark = pytest.mark.anyio

PAGE = "/admin/studies/kept/privacy"


@asynccontextmanager
async def signed_in_as(app: FastAPI, database: Database, role: Role) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody who has this role in the study, and is no owner of the installation."""
    async with new_client(app) as client:
        await sign_in(client, database, email=f"{role}@example.org", role="experimenter")
        async with database.writing() as session:
            await sharing.share(session, COMMAND_LINE, 1, "kept", f"{role}@example.org", role, utc_now())
        yield client


async def test_the_page_tells_what_is_stored_and_who_sees_it(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    async with signed_in_as(app, database, "viewer") as viewer:
        page = (await viewer.get(PAGE)).text
    for told in (
        "Prof. &lt;b&gt;Muster&lt;/b&gt;",
        "30 days after the end of a session",
        "Participants whose ids are stored: 1.",
        "Without a version",
        f'href="/privacy/{code}"',
        "agreed to by 1",
        "You will see pictures for a moment.",
        "token_sha256",
        "viewer",
    ):
        assert told in page, told
    assert "Delete the data" not in page  # that is for owners
    assert "p1" not in page


async def test_an_owner_deletes_one_participant(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    await take_part(app, code)
    sure = {"participant": "1", "sure": "yes"}
    async with signed_in_as(app, database, "experimenter") as lower:
        assert (await lower.post(f"{PAGE}/delete", data=sure)).status_code == 403
        assert (await lower.post(f"{PAGE}/extract", data=sure)).status_code == 403
    async with signed_in_as(app, database, "owner") as owner:
        for wrong in ({}, {"participant": "1"}, {"participant": "x", "sure": "yes"}):
            assert (await owner.post(f"{PAGE}/delete", data=wrong)).status_code == 422
        unknown = await owner.post(f"{PAGE}/delete", data={**sure, "participant": "99"})
        assert unknown.status_code == 404 and "no participant of the number 99" in unknown.text
        crossed = await owner.post(f"{PAGE}/delete", data=sure, headers={"origin": "https://evil.example"})
        assert crossed.status_code == 403
        assert len(await rows_of(database, Recruitment)) == 1
        for _again in range(2):
            done = await owner.post(f"{PAGE}/delete", data=sure)
            assert done.headers["location"] == f"{PAGE}?deleted=1"
        assert "participant 1 were deleted" in (await owner.get(f"{PAGE}?deleted=1")).text
    first, second = await rows_of(database, Participant)
    assert (first.status, second.status) == ("withdrawn", "completed")
    assert await rows_of(database, Recruitment) == []
    assert {row.what for row in await rows_of(database, Tombstone)} == {"person"}
    assert len(await rows_of(database, Response)) > 0
    audited = [row for row in await rows_of(database, AuditRow) if row.action == "participant.deleted"]
    assert [(row.actor, row.detail) for row in audited] == [("owner@example.org", {"participant": 1})]


async def test_an_owner_takes_out_all_that_is_stored_of_one(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    await take_part(app, code, PROLIFIC_PID="p2", SESSION_ID="v2")
    async with signed_in_as(app, database, "owner") as owner:
        made = await owner.post(f"{PAGE}/extract", data={"participant": "1"})
    assert made.headers["content-disposition"] == 'attachment; filename="kept-participant-1.zip"'
    with zipfile.ZipFile(io.BytesIO(made.content)) as zipped:
        files = {name: json.loads(zipped.read(name)) for name in zipped.namelist()}
    assert [row["person"] for row in files["recruitments.json"]] == ["p1"]
    trials = {row["id"] for row in files["planned_trials.json"]}
    assert len(files["responses.json"]) == len(trials) > 0
    assert {row["planned_trial_id"] for row in files["responses.json"]} == trials
    assert next(iter(files["consent_texts.json"].values())).startswith("You will see pictures")
    assert files["columns.json"]["recruitments"]["person"]["until"] == "ids"
    assert "p2" not in str(files["recruitments.json"])
    assert not {"token_sha256", "consent_uuid", "lease"} & set(files["participants.json"][0])
    assert "participant.extracted" in [row.action for row in await rows_of(database, AuditRow)]


# The commands


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", database_url)


async def command(*arguments: str) -> tuple[int, str]:
    """Run beside the event loop, as the commands have one of their own."""
    result = await anyio.to_thread.run_sync(lambda: CliRunner().invoke(program, arguments))
    return result.exit_code, result.output


async def test_the_list_names_every_column() -> None:
    status, output = await command("privacy", "list", "--json")
    found = {(one["table"], one["column"]): (one["kind"], one["until"]) for one in json.loads(output)}
    assert status == 0
    assert found["recruitments", "person"] == ("identity", "ids")
    assert found["payments", "amount_minor"] == ("payment", "kept")
    assert "recruitments.person: identity, with the ids;" in (await command("privacy", "list"))[1]


@pytest.mark.usefixtures("environment")
async def test_the_daily_job_and_its_dry_run(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    assert await command("privacy", "retention", "--json") == (0, "")
    async with database.writing() as session:
        participant = await session.get_one(Participant, 1)
        participant.ended_at = utc_now() - timedelta(days=31)
    status, output = await command("privacy", "retention", "--json", "--dry-run")
    would = json.loads(output)
    assert (status, would["study"], would["recruitments"], would["dry_run"]) == (0, "kept", 1, True)
    assert len(await rows_of(database, Recruitment)) == 1
    done = json.loads((await command("privacy", "retention", "--json"))[1])
    assert {**done, "dry_run": True} == would
    assert await rows_of(database, Recruitment) == []
    assert await command("privacy", "retention") == (0, "")


@pytest.mark.usefixtures("environment")
async def test_extract_by_the_command_line(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    out = tmp_path / "out"
    status, output = await command("privacy", "extract", "kept", "1", "--out", str(out), "--json")
    file = Path(json.loads(output)["file"])
    assert (status, file) == (0, out / "kept-participant-1.zip")
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as zipped:
        assert "recruitments.json" in zipped.namelist()
    for wrong in (("kept", "1"), ("kept", "2"), ("other", "1")):
        assert (await command("privacy", "extract", *wrong, "--out", str(out)))[0] != 0
