"""The server's log: one line for each request, and nobody can be recognised in it."""

import logging
import re
import shutil
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.db.session import Database
from tests.accounts import OWNER, PASSWORD, sign_in
from tests.conftest import create_study
from tests.http import all_trials, answer_body, enter, step_body
from tests.serving import serving
from tests.versioned import versioned

pytestmark = pytest.mark.anyio

LINE = re.compile(r"INFO metamerlab.requests (\S+) (\S+) (\d{3}) [\d.]+ ms [0-9a-f]{12}$", re.MULTILINE)


async def test_the_log_of_a_session_names_routes_and_nothing_else(
    sqlite_template: Path, study_file: Path, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "log.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'log.db'}"
    database = Database(url)
    code = (await create_study(database, study_file, opened=True))["live"]
    with serving(tmp_path, url, TRUSTED_PROXIES="127.0.0.1") as served:
        headers = {"X-Forwarded-For": "203.0.113.7", "User-Agent": "browser-of-somebody"}
        async with httpx.AsyncClient(base_url=served.url, headers=headers) as client:
            await client.get(f"/s/{code}?PROLIFIC_PID=person-1")
            await enter(client, code, read_on=False)
            (trial, *_) = await all_trials(client, code)
            await client.get(trial["stimulus"])
            await client.put(f"/api/{code}/steps/0", json=step_body("instructions"))
            await client.put(f"/api/{code}/trials/0", json=answer_body())
            await client.head(f"/masks/{code}/3")
            await client.get(versioned("/static/participant/main.js"))
            await client.get("/guess-at-a-secret")
            await sign_in(client, database)
            secrets = [cookie.value or "" for cookie in client.cookies.jar]
    await database.close()
    asset = trial["stimulus"].rpartition("/")[2]
    for hidden in (
        code,
        asset,
        PASSWORD,
        OWNER,
        "203.0.113.7",
        "127.0.0.1 ",
        "person-1",
        "somebody",
        "guess",
        *secrets,
    ):
        assert hidden and hidden not in served.log.replace("http://127.0.0.1", ""), hidden
    assert [match.groups() for match in LINE.finditer(served.log)][1:] == [
        ("GET", "/s/{code}", "200"),
        ("GET", "/s/{code}", "200"),
        ("POST", "/s/{code}/consent", "303"),
        ("GET", "/api/{code}/trials", "200"),
        ("GET", "/api/{code}/trials", "200"),
        ("GET", "/stimuli/{asset_token}", "200"),
        ("PUT", "/api/{code}/steps/{position}", "200"),
        ("PUT", "/api/{code}/trials/{trial_index}", "200"),
        ("HEAD", "/masks/{code}/{number}", "200"),
        ("GET", "/static", "200"),
        ("GET", "(none)", "404"),
        ("POST", "/admin/sign-in", "303"),
    ]


async def test_an_error_shows_a_number_that_the_log_has_too(
    app: FastAPI, client: httpx.AsyncClient, open_links: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "metamerlab.requests")
    await enter(client, open_links["live"])

    @app.get("/broken")
    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("with a secret in it")

    shown = await client.get("/broken")
    assert shown.status_code == 500
    (number,) = re.findall(r"this number: ([0-9a-f]{12})\.", shown.text)
    program = await client.get("/api/broken")
    other = program.json()["error"]["detail"]["request_id"]
    lines = [record.getMessage() for record in caplog.records]
    for each in (number, other):
        assert f"request {each}: internal: RuntimeError" in lines
        assert [line for line in lines if line.endswith(each)]
    assert "secret" not in shown.text + program.text


async def test_an_error_of_the_database_names_no_value(database: Database) -> None:
    async with database.reading() as session:
        with pytest.raises(Exception, match="nowhere") as caught:
            await session.execute(text("SELECT :token FROM nowhere"), {"token": "secret-token"})
    assert "secret-token" not in str(caught.value)
