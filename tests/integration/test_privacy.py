"""Data protection: the public page, deletion in time, marks of who took part; on both databases."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import (
    AuditRow,
    ConsentText,
    Event,
    Participant,
    PlannedTrial,
    Recruitment,
    Response,
    StepResult,
    Tombstone,
)
from app.privacy.retention import Deleted, carry_out
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import answer_all, consent_form, enter, new_client
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

WHO = "controller: 'Prof. <b>Muster</b>', contact: study@example.org"
IDS_30_DAYS = f"privacy: {{{WHO}, ids: {{retention_days: 30}}}}\n"
PERSON = {"PROLIFIC_PID": "p1", "SESSION_ID": "v1", "STUDY_ID": "s1"}
TAKEN = "You have taken part already"


async def make(database: Database, folder: Path, bundle: Path, extra: str, name: str = "kept") -> str:
    file = folder / f"{name}.yaml"
    file.write_text(study_yaml(bundle, name=name, extra=extra))
    return (await create_study(database, file, opened=True))["live"]


async def take_part(app: FastAPI, code: str, **ids: str) -> None:
    async with new_client(app) as browser:
        await enter(browser, code, **ids)
        await answer_all(browser, code)
        assert (await browser.post(f"/api/{code}/finish", json={})).status_code == 200


async def comes_in(app: FastAPI, code: str, **ids: str) -> bool:
    async with new_client(app) as browser:
        await browser.get(f"/s/{code}")
        return (await browser.post(f"/s/{code}/consent", data=consent_form(**ids))).status_code == 303


async def delete_due(database: Database, days: float, name: str = "kept", *, undo: bool = False) -> Deleted:
    async with database.writing() as session:
        deleted = await carry_out(session, COMMAND_LINE, name, utc_now() + timedelta(days=days))
        if undo:
            await session.rollback()
    return deleted


# The page for participants


async def test_participants_read_who_is_responsible_and_how_long(
    client: httpx.AsyncClient, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    extra = (
        "language: browser\n"
        f'privacy: {{{WHO}, officer: dpo@example.org, text: "One.\\n\\n<script>two</script>", '
        "ids: {retention_days: 1}, data: {retention_until: 2031-05-04}}\n"
    )
    code = await make(database, tmp_path, tiny_bundle, extra)
    before = await row_counts(database)
    page = await client.get(f"/privacy/{code}")
    assert page.status_code == 200
    for told in (
        "Prof. &lt;b&gt;Muster&lt;/b&gt;",
        'href="mailto:study@example.org"',
        "dpo@example.org",
        "&lt;script&gt;two",
        "It is deleted one day after your session.",
        "It is deleted after 2031-05-04.",
        f'href="/withdraw/{code}"',
    ):
        assert told in page.text, told
    assert "<script" not in page.text
    assert "Messages of the panel" not in page.text  # nobody is recruited by one
    german = await client.get(f"/privacy/{code}", headers={"accept-language": "de"})
    assert "Dies wird einen Tag nach Ihrer Sitzung gelöscht." in german.text
    assert '<html lang="de"' in german.text
    for path in (f"/s/{code}", f"/withdraw/{code}", f"/declined/{code}"):
        assert f'href="/privacy/{code}"' in (await client.get(path)).text, path
    assert await row_counts(database) == before
    assert (await client.get("/privacy/NOWHERE")).status_code == 404


async def test_a_study_that_names_nobody_says_so(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    page = await client.get(f"/privacy/{open_links['live']}")
    assert "The study names nobody here" in page.text
    assert "kept until the study deletes it" in page.text


# Deletion in time


async def test_ids_go_in_time_and_the_person_is_still_known(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    code = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    await take_part(app, code, **PERSON)
    assert not (await delete_due(database, 29.9)).something
    would = await delete_due(database, 30.1, undo=True)
    assert len(await rows_of(database, Recruitment)) == 1
    assert await delete_due(database, 30.1) == would == Deleted("kept", recruitments=1)
    assert await rows_of(database, Recruitment) == []
    assert {row.what for row in await rows_of(database, Tombstone)} == {"person", "visit"}
    assert not any(text in row.mark for row in await rows_of(database, Tombstone) for text in ("p1", "v1"))
    assert len(await rows_of(database, Response)) > 0  # the data are kept
    assert [row.action for row in await rows_of(database, AuditRow)].count("study.retention_applied") == 1
    assert not (await delete_due(database, 60)).something  # again changes nothing
    assert not await comes_in(app, code, **PERSON)
    assert not await comes_in(app, code, PROLIFIC_PID="p1", SESSION_ID="v2")
    assert await comes_in(app, code, PROLIFIC_PID="p2", SESSION_ID="v3")


async def test_studies_that_exclude_each_other_know_the_mark(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    first = await make(database, tmp_path, tiny_bundle, IDS_30_DAYS)
    other = await make(database, tmp_path, tiny_bundle, "recruitment: {excludes: [kept]}\n", "other")
    free = await make(database, tmp_path, tiny_bundle, "", "free")
    await take_part(app, first, **PERSON)
    assert not await comes_in(app, other, **PERSON)
    await delete_due(database, 31)
    assert not await comes_in(app, other, **PERSON)
    assert await comes_in(app, free, **PERSON)


async def test_all_data_go_in_time_and_the_row_stays(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    extra = f"privacy: {{{WHO}, data: {{retention_days: 100}}}}\n"
    code = await make(database, tmp_path, tiny_bundle, extra)
    await take_part(app, code, **PERSON)
    async with new_client(app) as lingering:
        await enter(lingering, code)
        deleted = await delete_due(database, 101)
        assert (deleted.recruitments, deleted.data) == (1, 2)
        for table in (PlannedTrial, Response, StepResult, Event, Recruitment):
            assert await rows_of(database, table) == [], table
        finished, begun = await rows_of(database, Participant)
        assert (finished.status, begun.status) == ("completed", "expired")
        assert (await lingering.get(f"/run/{code}")).headers["location"] == f"/s/{code}"
    assert not (await delete_due(database, 300)).something
    async with new_client(app) as someone:
        assert (await someone.get(f"/s/{code}")).status_code == 200


async def test_the_last_day_is_the_same_for_all(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    last = (utc_now() + timedelta(days=10)).date()
    extra = f"privacy: {{{WHO}, ids: {{retention_until: {last}}}}}\n"
    code = await make(database, tmp_path, tiny_bundle, extra)
    await take_part(app, code, **PERSON)
    assert not (await delete_due(database, 9)).something
    assert (await delete_due(database, 12)).recruitments == 1


async def test_personal_answers_and_what_browsers_say_go_with_the_ids(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    questions = "{id: mail, text: Mail, type: text, personal: true}, {id: age, text: Age, type: number}"
    extra = f"{IDS_30_DAYS}steps: [consent, {{kind: survey, questions: [{questions}]}}, practice, trials]\n"
    code = await make(database, tmp_path, tiny_bundle, extra)
    async with new_client(app) as browser:
        await enter(browser, code, read_on=False)
        assert "personal" not in (await browser.get(f"/api/{code}/session")).text
    async with database.writing() as session:
        now = utc_now()
        session.add(
            StepResult(
                participant_id=1,
                position=1,
                kind="survey",
                client_uuid="u",
                result={"answers": {"mail": "me@example.org", "age": 30}},
                received_at=now,
            )
        )
        detail = {"user_agent": "Mozilla/5.0", "frame_ms": 16.7}
        session.add(Event(participant_id=1, kind="environment", detail=detail, happened_at=now))
    deleted = await delete_due(database, 31)
    assert (deleted.texts, deleted.browsers) == (1, 1)
    assert [row.result["answers"] for row in await rows_of(database, StepResult) if row.kind == "survey"] == [
        {"age": 30}
    ]
    assert [row.detail for row in await rows_of(database, Event) if row.kind == "environment"] == [
        {"frame_ms": 16.7}
    ]
    assert not (await delete_due(database, 32)).something


async def test_the_text_of_consent_is_kept_once(
    app: FastAPI, database: Database, open_links: dict[str, str]
) -> None:
    for _ in range(2):
        async with new_client(app) as browser:
            await enter(browser, open_links["live"])
    (text,) = await rows_of(database, ConsentText)
    assert text.sha256 == sha256(text.text.encode()).hexdigest()
    assert text.text.startswith("You will see pictures")
