"""Every format that trials leave the program in, read by what the format's own people check it with."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI

from app.analysis.matrices.matrix_file import read_matrix
from app.analysis.service import analyse
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Event, Recruitment, Response
from app.exports import queries
from app.exports.files import ZipFiles
from app.exports.formats.registry import FORMATS
from app.exports.mvh import read_files
from app.exports.service import write_export
from synthesis.common.csv_file import read_table
from tests.http import answer_all, enter, new_client

pytestmark = pytest.mark.anyio

TYPED = '=HYPERLINK("http://example.org")'
PANEL_ID = "panel-person-7"


@pytest.fixture
async def answered(app: FastAPI, open_links: dict[str, str], database: Database) -> Database:
    """Three finished live sessions; the first said its offset and typed a formula, and is of a panel."""
    for _ in range(3):
        async with new_client(app) as person:
            await enter(person, open_links["live"])
            detail = {"utc_offset_minutes": -210, "browser": "b"}
            told = {"kind": "environment", "detail": detail}
            assert (await person.post(f"/api/{open_links['live']}/events", json=told)).status_code == 204
            await answer_all(person, open_links["live"])
            assert (await person.post(f"/api/{open_links['live']}/finish", json={})).status_code == 200
    async with database.writing() as session:
        session.add(
            Recruitment(participant_id=1, study_id=1, audience="live", source="link", person=PANEL_ID)
        )
        last = await session.get_one(Response, 10)
        last.answer = TYPED
        session.add(Event(participant_id=2, kind="environment", detail={}, happened_at=utc_now()))
    return database


async def zipped(database: Database, form: str, *, panel_ids: bool = False) -> bytes:
    out = io.BytesIO()
    files = ZipFiles(out)
    async with database.reading() as session:
        await write_export(session, "tiny", "live", form, files, with_panel_ids=panel_ids)
    files.close()
    return out.getvalue()


async def exported(database: Database, form: str, folder: Path, **how: bool) -> Path:
    """The files in a folder of their own."""
    with zipfile.ZipFile(io.BytesIO(await zipped(database, form, **how))) as read:
        read.extractall(folder / form)
    return folder / form


def cells_of(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))


@pytest.mark.parametrize("form", FORMATS)
async def test_the_same_data_make_the_same_bytes_without_panel_ids(answered: Database, form: str) -> None:
    once, again = await zipped(answered, form), await zipped(answered, form)
    assert once == again
    with zipfile.ZipFile(io.BytesIO(once)) as read:
        assert not any(PANEL_ID.encode() in read.read(name) for name in read.namelist())


async def test_panel_ids_come_beside_the_tables_where_they_are_asked_for(
    answered: Database, tmp_path: Path
) -> None:
    folder = await exported(answered, "csv", tmp_path, panel_ids=True)
    ids = pd.read_csv(folder / "panel_ids.csv")
    assert (ids["participant_id"].tolist(), ids["person"].tolist()) == ([1], [PANEL_ID])
    assert PANEL_ID not in (folder / "trials.csv").read_text()
    with pytest.raises(Exception, match="bids holds no panel ids, since it is published; use csv, parquet"):
        await zipped(answered, "bids", panel_ids=True)


async def test_formulas_are_neutralised_in_csv_and_come_back(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "csv", tmp_path)
    typed = [cell for row in cells_of(folder / "trials.csv") for cell in row if "HYPERLINK" in cell]
    assert typed == [f"'{TYPED}"]
    rows = read_table(folder / "trials.csv", ["answer"]).rows
    assert [row["answer"] for _line, row in rows if "HYPERLINK" in row["answer"]] == [TYPED]
    parquet = await exported(answered, "parquet", tmp_path)
    assert TYPED in pq.read_table(parquet / "trials.parquet")["answer"].to_pylist()
    assert "has an apostrophe before it" in (folder / "codebook.csv").read_text()


async def test_tables_have_the_codebooks_columns_and_types(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "parquet", tmp_path)
    codebook = pd.read_csv(folder / "codebook.csv")
    for name in ("trials", "steps", "surveys"):
        schema = pq.read_schema(folder / f"{name}.parquet")
        of_table = codebook[codebook["table"] == name]
        assert schema.names == of_table["name"].tolist()
    trials = pq.read_table(folder / "trials.parquet")
    kinds = {"text": "string", "integer": "int64", "number": "double", "boolean": "bool"}
    kinds["time"] = "timestamp[us, tz=UTC]"
    types = codebook[codebook["table"] == "trials"]["type"]
    assert [str(kind) for kind in trials.schema.types] == [kinds[kind] for kind in types]
    offsets = dict(
        zip(trials["participant_id"].to_pylist(), trials["utc_offset_minutes"].to_pylist(), strict=True)
    )
    assert offsets == {1: -210, 2: None, 3: -210}


async def test_moments_are_in_utc_and_say_so(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "csv", tmp_path)
    for name in ("trials.csv", "steps.csv"):
        for text in pd.read_csv(folder / name)["received_at"]:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text)
            assert datetime.fromisoformat(text).utcoffset() is not None


async def test_bids_is_valid_by_its_own_validator(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "bids", tmp_path)
    validator = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    assert validator is not None
    call = [validator, "--format", "json", str(folder)]
    done = subprocess.run(call, capture_output=True, text=True, timeout=120)
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert done.returncode == 0
    # What is left are fields that BIDS recommends and a study does not know.
    assert {issue["code"] for issue in issues} <= {
        "JSON_KEY_RECOMMENDED", "SIDECAR_KEY_RECOMMENDED", "NO_AUTHORS", "TOO_FEW_AUTHORS",
    }  # fmt: skip
    trials = pd.read_csv(folder / "sub-0001" / "beh" / "sub-0001_task-tiny_beh.tsv", sep="\t")
    assert trials["response_time"].tolist() == pytest.approx((trials["rt_ms"] / 1000).tolist())
    assert all((folder / "stimuli" / name).is_file() for name in trials["stim_file"])


async def test_bids_without_its_bundle_says_what_is_missing(
    answered: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(*_: Any) -> dict[str, tuple[str, str]]:
        return {sha256: ("/nowhere", kind) for sha256, (_place, kind) in (await found(*_)).items()}

    found = queries.blobs
    monkeypatch.setattr(queries, "blobs", nowhere)
    folder = await exported(answered, "bids", tmp_path)
    assert not (folder / "stimuli").exists()
    assert "stimuli are missing here: their bundle could not be read." in (folder / "README").read_text()


async def test_psych_ds_keeps_the_standards_rules(answered: Database, tmp_path: Path) -> None:
    """The rules of its schema that bear on errors, written here again: its validator is in no registry."""
    folder = await exported(answered, "psych-ds", tmp_path)
    told = json.loads((folder / "dataset_description.json").read_text())
    assert "schema.org" in told["@context"]
    assert told["@type"] == "Dataset"
    assert told["name"] and told["description"]
    variables = [variable["name"] for variable in told["variableMeasured"]]
    assert len(variables) == len(set(variables))
    assert {variable["@type"] for variable in told["variableMeasured"]} == {"PropertyValue"}
    files = sorted((folder / "data").iterdir())
    assert len(files) == 3
    for file in files:
        assert re.fullmatch(r"([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv", file.name)
        header, *rows = cells_of(file)
        assert header and set(header) <= set(variables)
        assert {len(row) for row in rows} <= {len(header)}
        assert "row_id" not in header


async def test_jspsych_json_is_an_array_of_trials(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "jspsych", tmp_path)
    trials = json.loads((folder / "trials.json").read_text())
    async with answered.reading() as session:
        assert len(trials) == (await analyse(session, "tiny", "live")).answered
    for trial in trials:
        assert list(trial)[:5] == ["trial_type", "trial_index", "time_elapsed", "rt", "response"]
        assert trial["trial_type"] == "metamerlab-image16"
        assert trial["time_elapsed"] >= 0
        assert trial["rt"] is None or trial["rt"] > 0
    of_one = [trial["time_elapsed"] for trial in trials if trial["participant_id"] == 1]
    assert of_one == sorted(of_one)


async def test_the_matrix_is_read_again(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "matrix", tmp_path)
    (table,) = read_matrix(folder / "matrix.csv")
    async with answered.reading() as session:
        analysis = await analyse(session, "tiny", "live")
    assert list(table.conditions.values()) == list(analysis.conditions)
    subjects = table.subjects("human")
    assert table.values(subjects, table.stages()).tolist() == analysis.proportions.to_numpy().tolist()


async def test_model_vs_human_is_read_again(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "mvh", tmp_path)
    read = read_files(sorted(folder.iterdir()))
    async with answered.reading() as session:
        analysis = await analyse(session, "tiny", "live")
    assert len(read.answers) == analysis.recognition.trials
    assert TYPED.lower() in set(read.answers["object_response"])


async def test_no_trials_are_said(open_links: dict[str, str], database: Database) -> None:
    with pytest.raises(Exception, match="no live participant of tiny has answered a main trial"):
        await zipped(database, "csv")
