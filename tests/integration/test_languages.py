"""The language of participants' pages: the study's, or the browser's and then that of the session."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.core.languages import catalogue
from app.db.session import Database
from app.experiments import service as experiments
from tests.conftest import create_study
from tests.http import answer_all, enter, new_client
from tests.support import study_yaml
from tests.versioned import versioned

pytestmark = pytest.mark.anyio

GERMAN, ENGLISH = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}, {"Accept-Language": "en-GB"}


def language_of(response: httpx.Response) -> tuple[str, str]:
    """What the page says of its language, to the browser and to its own program."""
    found = re.search(r'<html lang="(\w+)" data-language="(\w+)">', response.text)
    assert found is not None
    return found[1], found[2]


async def study_in(database: Database, bundle: Path, folder: Path, language: str) -> str:
    """The live link of an open study in that language."""
    file = folder / f"{language}.yaml"
    file.write_text(study_yaml(bundle, name=f"in-{language}", language=language))
    return (await create_study(database, file, opened=True))["live"]


async def finish(client: httpx.AsyncClient, code: str) -> None:
    await answer_all(client, code)
    assert (await client.post(f"/api/{code}/finish", json={})).status_code == 200


async def test_a_study_without_a_word_is_in_english_whatever_the_browser_prefers(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    page = await client.get(f"/s/{open_links['live']}", headers=GERMAN)
    assert language_of(page) == ("en", "en")
    assert "I agree and want to take part" in page.text


async def test_a_german_study_is_in_german_to_its_end(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_in(database, tiny_bundle, tmp_path, "de")
    landing = await client.get(f"/s/{code}", headers=ENGLISH)
    assert language_of(landing) == ("de", "de")
    assert "etwa 5 Minuten" in landing.text
    assert catalogue("de")("image16-summary") in landing.text
    await enter(client, code)
    run = await client.get(f"/run/{code}", headers=ENGLISH)
    assert language_of(run) == ("de", "de")
    assert versioned("/static/participant/languages/de.ftl") in run.text
    assert "language-" not in " ".join(client.cookies)
    await finish(client, code)
    end = await client.get(f"/end/{code}", headers=ENGLISH)
    assert language_of(end) == ("de", "de")
    assert "Vielen Dank für Ihre Teilnahme." in end.text


async def test_a_session_in_the_browsers_language_keeps_it(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_in(database, tiny_bundle, tmp_path, "browser")
    async with new_client(app) as client:
        assert language_of(await client.get(f"/s/{code}", headers=ENGLISH)) == ("en", "en")
        client.headers.update(GERMAN)
        await enter(client, code)
        assert client.cookies[f"language-{code}"] == "de"
        client.headers.update(ENGLISH)
        assert language_of(await client.get(f"/run/{code}")) == ("de", "de")
        assert language_of(await client.get(f"/s/{code}")) == ("de", "de")
        await finish(client, code)
        assert language_of(await client.get(f"/end/{code}")) == ("de", "de")
    async with new_client(app) as client:
        client.headers.update({"Accept-Language": "fr"})
        client.cookies.set(f"language-{code}", "../../en")
        assert language_of(await client.get(f"/s/{code}")) == ("en", "en")


async def test_the_page_gets_the_presets_text_by_its_key_and_the_studys_own_as_it_is(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_in(database, tiny_bundle, tmp_path, "de")
    await enter(client, code, read_on=False)
    view = (await client.get(f"/api/{code}/session")).json()
    assert view["steps"][0]["told"] == {"message": "image16-instructions"}
    file = tmp_path / "own.yaml"
    file.write_text(study_yaml(tiny_bundle, name="own", instructions="Schauen Sie hin."))
    own = (await create_study(database, file, opened=True))["live"]
    await enter(client, own, read_on=False)
    view = (await client.get(f"/api/{own}/session")).json()
    assert view["steps"][0]["told"] == {"paragraphs": ["Schauen Sie hin."]}


async def test_errors_are_in_the_studys_language_or_before_it_is_known_in_the_browsers(
    client: httpx.AsyncClient, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    code = await study_in(database, tiny_bundle, tmp_path, "de")
    long_id = await client.get(f"/s/{code}", params={"PROLIFIC_PID": "x" * 200}, headers=ENGLISH)
    assert (long_id.status_code, language_of(long_id)) == (400, ("de", "de"))
    assert "mehr als 128 Zeichen" in long_id.text
    async with database.writing() as session:
        await experiments.close_study(session, COMMAND_LINE, "in-de", utc_now())
    closed = await client.get(f"/s/{code}", headers=ENGLISH)
    assert (closed.status_code, language_of(closed)) == (410, ("de", "de"))
    assert "Diese Studie ist geschlossen" in closed.text
    for headers, title in ((GERMAN, "Nicht gefunden"), (ENGLISH, "Not found")):
        unknown = await client.get("/s/nobody-made-this", headers=headers)
        assert f"<h1>{title}</h1>" in unknown.text


async def test_other_pages_and_calls_of_programs_stay_english(
    client: httpx.AsyncClient, open_links: dict[str, str]
) -> None:
    page = await client.get("/admin/nothing-here", headers=GERMAN)
    assert language_of(page) == ("en", "en")
    call = await client.get(f"/api/{open_links['live']}/session", headers=GERMAN)
    assert call.json()["error"]["message"].startswith("Your session is not known here.")


async def test_catalogues_are_served_as_text(client: httpx.AsyncClient) -> None:
    response = await client.get(versioned("/static/participant/languages/de.ftl"))
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "category-oven = Ofen" in response.text
