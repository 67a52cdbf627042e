"""A study as one file: what is in it, what another installation makes of it, and files that are refused."""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.db.session import Database
from app.experiments.schemas import AUDIENCES
from app.exports.archive import layout
from app.exports.archive.writing import results_csv
from tests.database import row_counts
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)
from tests.support import build_tiny_bundle, study_yaml

PANEL_ID = "5f0e-panel-person"


def run(folder: Path, *words: object) -> str:
    environment = {
        **os.environ,
        "METAMERLAB_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/first.db",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    call = [sys.executable, "-m", "app.cli", *map(str, words)]
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in which two live, one pilot and two simulated participants answered."""
    folder = tmp_path_factory.mktemp("first")
    bundle = build_tiny_bundle(folder / "bundle")
    (folder / "study.yaml").write_text(study_yaml(bundle))
    for words in (("db", "upgrade"), ("study", "create", "study.yaml"), ("study", "open", "tiny")):
        run(folder, *words)
    run(folder, "simulate", "tiny", "-n", 5)
    with sqlite3.connect(folder / "first.db") as connection:
        connection.execute("UPDATE participants SET audience = 'live' WHERE id IN (1, 2)")
        connection.execute("UPDATE participants SET audience = 'pilot' WHERE id = 3")
        connection.execute(
            "INSERT INTO recruitments (participant_id, study_id, audience, source, person, visit)"
            " VALUES (1, 1, 'live', 'prolific', ?, 'visit-1')",
            (PANEL_ID,),
        )
        connection.execute(
            "UPDATE responses SET answer = '=1+1' WHERE id = (SELECT max(r.id) FROM responses r"
            " JOIN planned_trials t ON t.id = r.planned_trial_id WHERE t.participant_id = 3)"
        )
    connection.close()
    run(folder, "archive", "export", "tiny", "--out", "plain.zip")
    run(folder, "archive", "export", "tiny", "--out", "whole.zip", "--with-bundles", "--with-panel-ids")
    return folder


@pytest.fixture
def second(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:  # noqa: F811
    """The commands of another installation, on an empty database."""
    monkeypatch.setenv("METAMERLAB_BUNDLE_FOLDER", str(tmp_path / "bundles"))
    assert cli("db", "upgrade")[0] == 0
    return cli


async def figures(url: str, study: str) -> list[bytes]:
    database = Database(url)
    try:
        async with database.reading() as session:
            return [await results_csv(session, study, audience) for audience in AUDIENCES]
    finally:
        await database.close()


async def counts(url: str) -> dict[str, int]:
    database = Database(url)
    try:
        return await row_counts(database)
    finally:
        await database.close()


def tables(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist() if name.startswith("tables/")}


@pytest.mark.anyio
async def test_another_installation_counts_the_same_byte_by_byte(
    first: Path, second: Cli, empty_database_url: str, tmp_path: Path
) -> None:
    code, out, err = await run_aside(
        second, "archive", "import", first / "plain.zip", "--as", "again", "--json"
    )
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["study"], found["participants"], found["same_figures"]) == ("again", 5, True)
    assert found["origin"].startswith("tiny, archived by metamerlab ")
    assert len(found["bundles_to_fetch"]) == 1
    here = await figures(empty_database_url, "again")
    assert here == await figures(f"sqlite+aiosqlite:///{first}/first.db", "tiny")
    assert all(len(table) > 200 for table in here) and len(set(here)) == 3

    # What is made of the imported study is the archive that it came from.
    out_file = tmp_path / "again.zip"
    assert (await run_aside(second, "archive", "export", "again", "--out", out_file))[0] == 0
    assert tables(out_file) == tables(first / "plain.zip")


async def run_aside(cli: Cli, *words: object) -> tuple[int, str, str]:  # noqa: F811
    """Commands run event loops of their own."""
    return await asyncio.to_thread(cli, *words)


def test_an_imported_study_stays_closed_and_says_whence_it_came(first: Path, second: Cli) -> None:
    assert second("archive", "import", first / "plain.zip")[0] == 0
    (listed,) = json.loads(second("study", "list", "--json")[1])
    assert listed["status"] == "closed"
    code, _out, err = second("study", "open", "tiny")
    assert (code, err.count("\n")) == (1, 1)
    assert "was imported with its data" in err
    code, _out, err = second("archive", "import", first / "plain.zip")
    assert (code, err) == (
        1,
        "error: there is a study 'tiny' already; import it under another name\n",
    )


def test_the_same_data_make_the_same_file(first: Path, tmp_path: Path) -> None:
    run(first, "archive", "export", "tiny", "--out", tmp_path / "once more.zip")
    assert (tmp_path / "once more.zip").read_bytes() == (first / "plain.zip").read_bytes()


def test_no_token_no_key_and_no_panel_id_is_in_an_archive(first: Path) -> None:
    with sqlite3.connect(first / "first.db") as connection:
        secrets = [row[0] for row in connection.execute("SELECT secret FROM studies")]
        for query in (
            "SELECT code FROM study_links",
            "SELECT token_sha256 FROM participants",
            "SELECT consent_uuid FROM participants WHERE consent_uuid IS NOT NULL",
            "SELECT lease FROM participants WHERE lease IS NOT NULL",
            "SELECT asset_token FROM planned_trials",
            "SELECT client_uuid FROM responses",
        ):
            secrets += [row[0] for row in connection.execute(query)]
    connection.close()
    assert len(secrets) > 100
    for name, held in (("plain.zip", False), ("whole.zip", True)):
        with zipfile.ZipFile(first / name) as zipped:
            text = b"\n".join(zipped.read(one) for one in zipped.namelist() if "/blobs/" not in one).decode()
        assert [secret for secret in secrets if secret in text] == []
        assert (PANEL_ID in text) is held
        assert str(first) not in text
        assert '"answer":"=1+1"' in text  # JSON has text as it was typed


def test_the_index_says_with_what_it_was_made(first: Path) -> None:
    with zipfile.ZipFile(first / "whole.zip") as zipped:
        index = layout.Index.model_validate_json(zipped.read(layout.INDEX))
    assert index.environment["python"].startswith("3.")
    assert {"numpy", "pandas", "SQLAlchemy"} <= index.environment.keys()
    assert index.rows["people"] == 5
    assert [one.included for one in index.bundles] == [True]


def test_its_bundles_come_along_and_panel_ids_if_asked_for(first: Path, second: Cli, tmp_path: Path) -> None:
    code, out, err = second("archive", "import", first / "whole.zip", "--json")
    assert (code, err, json.loads(out)["bundles_to_fetch"]) == (0, "", [])
    (folder,) = (tmp_path / "bundles").iterdir()
    assert re.fullmatch("[0-9a-f]{64}", folder.name)
    report = tmp_path / "r.html"
    assert second("report", "tiny", "--audience", "live", "--out", report)[0] == 0
    assert "58 of 60 metamers passed" in report.read_text()
    assert second("export", "tiny", "--out", tmp_path / "csv", "--with-panel-ids")[0] == 0
    assert PANEL_ID in (tmp_path / "csv" / "panel_ids.csv").read_text()


def test_a_study_that_was_never_opened_has_no_archive(second: Cli, study_file: Path, tmp_path: Path) -> None:
    second("study", "create", study_file)
    code, _out, err = second("archive", "export", "tiny", "--out", tmp_path / "a.zip")
    assert (code, "was never opened" in err) == (1, True)
    assert not (tmp_path / "a.zip").exists()
