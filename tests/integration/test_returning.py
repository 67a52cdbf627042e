"""Coming back: the link knows who has begun and who has finished, and asks where it cannot know."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Participant
from app.experiments import service as experiments
from tests.conftest import create_study
from tests.database import row_counts, rows_of
from tests.http import answer_all, consent_form, enter
from tests.support import study_yaml

pytestmark = pytest.mark.anyio


async def study_with(database: Database, bundle: Path, folder: Path, repeats: str) -> str:
    """The live link of an open study with this setting."""
    file = folder / "repeats.yaml"
    file.write_text(study_yaml(bundle, name="repeats", repeats=repeats))
    return (await create_study(database, file, opened=True))["live"]


async def finish(client: httpx.AsyncClient, code: str) -> None:
    await answer_all(client, code)
    assert (await client.post(f"/api/{code}/finish", json={})).status_code == 200


def form_of(page: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))


async def test_who_has_begun_or_finished_is_asked(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    before = await row_counts(database)
    begun = await client.get(f"/s/{code}")
    assert f'href="/run/{code}"' in begun.text
    assert "This study was begun in this browser" in begun.text
    assert await row_counts(database) == before
    await finish(client, code)
    finished = await client.get(f"/s/{code}")
    assert f'href="/end/{code}"' in finished.text
    assert "completion-code" not in finished.text  # it may be somebody else who looks


async def test_another_person_confirms_to_be_one_and_gets_a_session(
    client: httpx.AsyncClient, open_links: dict[str, str], database: Database
) -> None:
    code = open_links["live"]
    await enter(client, code)
    first = client.cookies[f"metamerlab-{code}"]
    page = await client.get(f"/s/{code}", params={"another": "yes"})
    assert "I am not the person who has begun this study" in page.text
    unconfirmed = await client.post(f"/s/{code}/consent", data=form_of(page))
    assert "This study was begun in this browser" in unconfirmed.text
    assert len(await rows_of(database, Participant)) == 1
    response = await client.post(f"/s/{code}/consent", data={**form_of(page), "another": "yes"})
    assert response.headers["location"] == f"/run/{code}"
    assert client.cookies[f"metamerlab-{code}"] != first
    assert [person.slot for person in await rows_of(database, Participant)] == [0, 1]


async def test_a_study_that_takes_a_browser_once(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_with(database, tiny_bundle, tmp_path, "never")
    await enter(client, code, PROLIFIC_PID="ann")
    page = f"/s/{code}?another=yes"
    assert (await client.get(page)).headers["location"] == f"/run/{code}"
    refused = await client.post(f"/s/{code}/consent", data=consent_form(another="yes"))
    assert refused.headers["location"] == f"/run/{code}"
    await finish(client, code)
    assert (await client.get(page)).headers["location"] == f"/end/{code}"
    other = await client.get(f"/s/{code}", params={"PROLIFIC_PID": "bob"})
    assert "this study takes each browser once" in other.text
    assert len(await rows_of(database, Participant)) == 1


async def test_a_laboratorys_computer_mentions_no_finished_session_but_one_that_was_begun(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_with(database, tiny_bundle, tmp_path, "always")
    await enter(client, code)
    assert "was begun in this browser" in (await client.get(f"/s/{code}")).text
    await finish(client, code)
    landing = await client.get(f"/s/{code}")
    assert "I agree and want to take part" in landing.text
    assert "another" not in form_of(landing)
    response = await client.post(f"/s/{code}/consent", data=form_of(landing))
    assert response.headers["location"] == f"/run/{code}"
    assert len(await rows_of(database, Participant)) == 2


@pytest.mark.parametrize("repeats", ["ask", "never", "always"])
async def test_a_closed_study_leads_on_whom_it_knows(
    app: FastAPI,
    client: httpx.AsyncClient,
    database: Database,
    tiny_bundle: Path,
    tmp_path: Path,
    repeats: str,
) -> None:
    code = await study_with(database, tiny_bundle, tmp_path, repeats)
    await enter(client, code)
    async with database.writing() as session:
        await experiments.close_study(session, COMMAND_LINE, "repeats", utc_now())
    assert (await client.get(f"/s/{code}")).headers["location"] == f"/run/{code}"
    await finish(client, code)
    assert (await client.get(f"/s/{code}")).headers["location"] == f"/end/{code}"
    assert "completion-code" in (await client.get(f"/end/{code}")).text
