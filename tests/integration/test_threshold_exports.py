"""A study of thresholds on the experimenter's pages and as files for other programs; on both databases."""

import io
import json
import zipfile
from pathlib import Path

import httpx
import pandas as pd
import pyarrow.parquet as pq
import pytest

from app.analysis.preregistration import load, preregistration
from app.analysis.report.markdown import to_markdown
from app.analysis.thresholds.trial_table import abx_columns
from app.core.errors import Conflict
from app.db.session import Database
from app.db.tables import AbxTrial, PlannedTrial
from app.experiments import service as experiments
from app.exports.files import ZipFiles
from app.exports.formats.registry import FORMATS
from app.exports.service import write_export
from app.tasks.abx.task import ABX
from synthesis.bundle.dimensions import DimensionManifest
from synthesis.bundle.store import BundleStore
from tests.accounts import sign_in
from tests.database import rows_of
from tests.integration.test_thresholds import (  # noqa: F401  (a fixture)
    dimension_bundle,
    observers,
    stored,
)
from tests.threshold_study import DIMENSIONS, NAME, TRIALS, Answering

pytestmark = pytest.mark.anyio
# One of practice, two catch trials, the main trials, and one that was given out and not answered.
GIVEN_OUT = 1 + 2 + TRIALS * len(DIMENSIONS) + 1
PEOPLE = 2
AT_STUDY = f"/admin/studies/{NAME}"


@pytest.fixture
async def answered(database: Database, dimension_bundle: Path) -> Database:  # noqa: F811
    who: list[Answering] = observers(PEOPLE)
    await stored(database, dimension_bundle, who, unfinished=[1], fell_back=True)
    return database


async def exported(database: Database, form: str, folder: Path) -> Path:
    out = io.BytesIO()
    files = ZipFiles(out)
    async with database.reading() as session:
        assert await write_export(session, NAME, "simulated", form, files) > 0
    files.close()
    with zipfile.ZipFile(out) as read:
        read.extractall(folder / form)
    return folder / form


async def test_tidy_tables_have_every_level_that_was_given_out(answered: Database, tmp_path: Path) -> None:
    names = [column.name for column in abx_columns(ABX)]
    csv = pd.read_csv(await exported(answered, "csv", tmp_path) / "trials.csv")
    typed = pq.read_table(await exported(answered, "parquet", tmp_path) / "trials.parquet")
    assert list(csv.columns) == typed.column_names == names
    assert len(csv) == typed.num_rows == PEOPLE * GIVEN_OUT
    issued = {one.planned_trial_id: one for one in await rows_of(answered, AbxTrial) if one.issued_at}
    planned = {
        (one.participant_id, one.trial_index): one.id
        for one in await rows_of(answered, PlannedTrial)
        if one.id in issued
    }
    for row in csv.itertuples():
        kept = issued[planned[row.participant_id, row.trial_index]]
        shown = (row.dimension, row.asked_level, row.level, row.fell_back, row.changed_first, row.x_changed)
        assert shown == (
            kept.dimension, kept.asked_level, kept.level, kept.fell_back, kept.changed_first, kept.x_changed
        )  # fmt: skip
    assert typed.schema.field("level").type == "double" and typed.schema.field("fell_back").type == "bool"
    assert typed["rms"].null_count == 0
    codebook = pd.read_csv(tmp_path / "csv" / "codebook.csv")
    assert codebook[codebook["table"] == "trials"]["name"].tolist() == names


async def test_a_data_dictionary_describes_every_column(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "psych-ds", tmp_path)
    described = json.loads((folder / "dataset_description.json").read_text())
    (file,) = folder.glob("data/*trials*.csv")
    table = pd.read_csv(file)
    assert set(table.columns) <= {one["name"] for one in described["variableMeasured"]}
    assert "thresholds along dimensions of tiny" in described["description"]


async def test_bids_has_both_pictures_of_each_trial(answered: Database, tmp_path: Path) -> None:
    folder = await exported(answered, "bids", tmp_path)
    (sidecar,) = folder.glob("task-*_beh.json")
    described = json.loads(sidecar.read_text())
    for file in folder.glob("sub-*/beh/*.tsv"):
        table = pd.read_csv(file, sep="\t", na_values="n/a")
        assert set(table.columns) <= set(described)
        assert len(table) == GIVEN_OUT
        for name in ("stim_file", "original_file"):
            assert all((folder / "stimuli" / one).is_file() for one in table[name])
        assert table["response_time"].isna().sum() == 1


async def test_jspsych_has_null_where_nothing_was_answered(answered: Database, tmp_path: Path) -> None:
    trials = json.loads((await exported(answered, "jspsych", tmp_path) / "trials.json").read_text())
    assert len(trials) == PEOPLE * GIVEN_OUT
    assert {one["trial_type"] for one in trials} == {"metamerlab-abx"}
    last = [one for one in trials if one["response"] is None]
    assert len(last) == PEOPLE
    assert all(one["rt"] is one["received_at"] is one["time_elapsed"] is None for one in last)
    assert all(one["level"] > 0 and one["issued_at"].endswith("Z") for one in trials)


@pytest.mark.parametrize("form", ["mvh", "matrix"])
async def test_formats_of_proportions_say_in_a_line_why_not(
    answered: Database, tmp_path: Path, form: str
) -> None:
    others = "use csv, parquet, psych-ds, bids, jspsych"
    with pytest.raises(Conflict, match=f"^{form} holds proportions correct by condition.*{others}$"):
        await exported(answered, form, tmp_path)


async def test_the_page_of_downloads_offers_what_can_hold_it(
    answered: Database, client: httpx.AsyncClient
) -> None:
    admin = await sign_in(client, answered)
    page = (await admin.get(f"{AT_STUDY}/downloads?audience=simulated")).text
    offered = {name for name in FORMATS if f"/downloads/{name}" in page}
    assert offered == {"csv", "parquet", "psych-ds", "bids", "jspsych"}
    sent = await admin.post(f"{AT_STUDY}/downloads/csv", data={"audience": "simulated"})
    assert sent.status_code == 200
    refused = await admin.post(f"{AT_STUDY}/downloads/mvh", data={"audience": "simulated"})
    assert refused.status_code == 409 and "measures thresholds" in refused.text


async def test_dropped_trials_are_neither_missing_nor_unanswered(
    answered: Database, client: httpx.AsyncClient
) -> None:
    admin = await sign_in(client, answered)
    listed = (await admin.get(f"{AT_STUDY}/participants?audience=simulated")).text
    assert listed.count(f"{GIVEN_OUT - 1} of {GIVEN_OUT}") == PEOPLE
    page = (await admin.get(f"{AT_STUDY}/participants/1")).text
    assert f"<dd>{GIVEN_OUT - 1} of {GIVEN_OUT}</dd>" in page
    assert "2 more were planned, and not given out: enough had been measured." in page
    assert page.count('<svg class="staircase"') == len(DIMENSIONS)
    first = next(one for one in await rows_of(answered, AbxTrial) if one.fell_back)
    assert f"at {first.level:.3g}, asked for {first.asked_level:.3g}" in page
    assert (await admin.get(f"{AT_STUDY}/progress?audience=simulated")).status_code == 200


async def test_the_preregistration_tells_levels_and_thresholds(
    answered: Database,
    dimension_bundle: Path,  # noqa: F811
) -> None:
    async with answered.reading() as session:
        content = preregistration(await load(session, await experiments.get_study(session, NAME)))
    text = to_markdown(content.title, content.subtitle, content.sections).decode()
    digest = BundleStore(dimension_bundle).read_sealed(DimensionManifest).digest
    for words in (
        "right in 70.7% of trials",
        "There are 4 dimensions within participants",
        "block10: block10/1+, block10/2-",
        "psi-marginal method",
        "Each dimension had 40 trials.",
        "Gaze was not tracked",
        digest,
        "modes of their marginal posteriors",
        "Holm’s method",
    ):
        assert words in text, words
    assert "metamers" not in text.replace("metamerlab", "")
