"""A study closes by itself: at as many as it wants, or when it is precise enough; nobody is let in beyond."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from app.accounts.actor import COMMAND_LINE
from app.analysis import precision_watch
from app.analysis.precision_watch import PrecisionWatch, close_if_precise
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import AuditRow, Participant, Study
from app.experiments import service as experiments
from synthesis.common.errors import SpecError
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import answer_all, consent_form, enter, new_client
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

FULL = "This study has all the people it needs"


async def links_of(
    database: Database, folder: Path, bundle: Path, *, opened: bool = True, **fields: object
) -> dict[str, str]:
    file = folder / "study.yaml"
    wanted = {"participants": 2, "close_at": "participants", "trials": 4, **fields}
    extra = "completion_codes: {full: FULL-1}\nsteps: [instructions, practice, trials]\n"
    file.write_text(study_yaml(bundle, extra=extra, **wanted))  # type: ignore[arg-type]
    return await create_study(database, file, opened=opened)


async def study_of(database: Database) -> Study:
    (study,) = await rows_of(database, Study)
    return study


async def take_part(person: httpx.AsyncClient, code: str) -> None:
    await answer_all(person, code)
    response = await person.post(f"/api/{code}/finish", json={})
    assert response.json() == {"outcome": "complete"}, response.text


async def complete(app: FastAPI, code: str) -> None:
    async with new_client(app) as person:
        await enter(person, code)
        await take_part(person, code)


async def begins(app: FastAPI, code: str) -> bool:
    """Whether a newcomer is let in; who is not sees that the study is full, with its code."""
    async with new_client(app) as person:
        await person.get(f"/s/{code}")
        response = await person.post(f"/s/{code}/consent", data=consent_form())
        if response.status_code == 303:
            return True
        assert FULL in response.text and "FULL-1" in response.text
        return False


async def test_the_last_place_closes_the_study_and_newcomers_hear_that_it_is_full(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    links = await links_of(database, tmp_path, tiny_bundle)
    await complete(app, links["live"])
    assert (await study_of(database)).status == "open"
    await complete(app, links["live"])
    study = await study_of(database)
    assert (study.status, study.closed_by) == ("closed", "participants")
    (row,) = [one for one in await rows_of(database, AuditRow) if one.action == "study.closed"]
    assert (row.actor, row.detail) == ("the study's own rule", {"rule": "participants"})
    async with new_client(app) as person:
        page = await person.get(f"/s/{links['live']}")
        assert page.status_code == 200 and FULL in page.text and "FULL-1" in page.text
    assert not await begins(app, links["live"])
    assert len(await rows_of(database, Participant)) == 2


async def test_whoever_is_at_it_has_a_place_and_drop_outs_have_none(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    links = await links_of(database, tmp_path, tiny_bundle)
    async with new_client(app) as first, new_client(app) as second:
        await enter(first, links["live"])
        await enter(second, links["live"])
        assert not await begins(app, links["live"])
        # One leaves for good: after the time that the settings give, the place is free.
        async with database.writing() as session:
            gone = update(Participant).where(Participant.slot == 1)
            await session.execute(gone.values(last_seen_at=utc_now() - timedelta(days=1)))
        assert await begins(app, links["live"])
        assert not await begins(app, links["live"])
        # Who comes back late goes on and finishes: these were in.
        await take_part(first, links["live"])
        await take_part(second, links["live"])
        assert (await study_of(database)).status == "closed"
    late = [one.status for one in await rows_of(database, Participant)]
    assert late == ["completed", "completed", "active"]


async def test_screened_out_pilot_and_simulated_sessions_do_not_count(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    links = await links_of(database, tmp_path, tiny_bundle, participants=1)
    await complete(app, links["pilot"])
    await complete(app, links["simulated"])
    async with new_client(app) as person:
        await enter(person, links["live"])
    async with database.writing() as session:
        out = update(Participant).where(Participant.audience == "live")
        await session.execute(out.values(status="screened_out", outcome="gate"))
    assert (await study_of(database)).status == "open"
    await complete(app, links["live"])
    assert (await study_of(database)).status == "closed"
    # Closed by its rule, it takes no pilots either; a person can open it again.
    async with database.writing() as session:
        study = await experiments.open_study(session, COMMAND_LINE, "tiny", utc_now())
        assert (study.status, study.closed_by) == ("open", None)


async def test_of_many_who_come_at_once_no_more_get_in_than_there_are_places(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    links = await links_of(database, tmp_path, tiny_bundle, participants=3)
    let_in = await asyncio.gather(*(begins(app, links["live"]) for _ in range(8)))
    assert sum(let_in) == 3
    assert len(await rows_of(database, Participant)) == 3


async def test_a_study_without_a_rule_stays_open(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    links = await links_of(database, tmp_path, tiny_bundle, participants=1, close_at="never")
    await complete(app, links["live"])
    assert (await study_of(database)).status == "open"
    assert await begins(app, links["live"])


async def test_a_draft_is_tried_by_its_pilot_link_and_never_by_the_live_one(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    links = await links_of(database, tmp_path, tiny_bundle, opened=False)
    await complete(app, links["pilot"])
    async with new_client(app) as person:
        assert (await person.get(f"/s/{links['live']}")).status_code == 409
        response = await person.post(f"/s/{links['live']}/consent", data=consent_form())
        assert response.status_code == 409
    # A changed draft begins without them.
    await links_of(database, tmp_path, tiny_bundle, opened=False, title="Other")
    assert await rows_of(database, Participant) == []


async def test_the_declared_sem_closes_the_study(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    fields = {"participants": 40, "close_at": "sem", "stop_when_sem": 0.4}
    links = await links_of(database, tmp_path, tiny_bundle, **fields)
    study = await study_of(database)
    for _ in range(9):
        await complete(app, links["live"])
    assert not await close_if_precise(database, study.id)  # the rule starts with ten
    assert (await study_of(database)).status == "open"
    app.state.precision = PrecisionWatch(lambda: database, every_s=0.01)
    await complete(app, links["live"])
    for _ in range(200):
        if (await study_of(database)).status == "closed":
            break
        await asyncio.sleep(0.05)
    study = await study_of(database)
    assert (study.status, study.closed_by) == ("closed", "sem")
    assert not await close_if_precise(database, study.id)
    assert not await begins(app, links["live"])


async def test_the_sem_is_looked_at_once_a_minute_at_most(
    app: FastAPI, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    async def look(_: Database, study_id: int) -> bool:
        looks.append(study_id)
        return False

    monkeypatch.setattr(precision_watch, "close_if_precise", look)
    watch = PrecisionWatch(lambda: database, every_s=0.3)
    for _ in range(20):
        await watch.completed(7)
        await watch.completed(8)
        await asyncio.sleep(0.01)
    assert sorted(looks) == [7, 8]
    await asyncio.sleep(0.5)
    assert sorted(looks) == [7, 7, 8, 8]  # what came in between had one look of its own
    await watch.stop()


async def test_closing_by_an_sem_that_is_not_declared_is_refused(
    database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    with pytest.raises(SpecError, match="close_at: sem needs stop_when_sem"):
        await links_of(database, tmp_path, tiny_bundle, close_at="sem")


async def test_an_old_study_file_closes_by_nothing(
    client: httpx.AsyncClient, database: Database, study_file: Path
) -> None:
    assert experiments.check_study(study_file).definition.close_at == "never"
