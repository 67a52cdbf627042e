"""A study of metamers and one of thresholds of the same network, beside each other; on both databases."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI
from PIL import Image

from app.analysis.report.content import load
from app.analysis.report.markdown import to_markdown
from app.analysis.service import analyse
from app.analysis.thresholds.pairing import load_beside
from app.core.errors import Invalid
from app.db.session import Database
from synthesis.bundle.store import BundleStore
from tests.integration.test_analysis import simulate
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)
from tests.integration.test_thresholds import PEOPLE, dimension_bundle, observers, stored  # noqa: F401
from tests.threshold_study import NAME

LAYERS = ["block2", "block10"]


def distance_by_hand(bundle: Path, layer: str) -> float:
    """Geometric mean RMS difference of the certified metamers of a layer from their naturals."""
    store = BundleStore(bundle)
    manifest = store.read_manifest()
    naturals = {one.id: pixels(store, one.blob.sha256) for one in manifest.naturals}
    found = [
        np.sqrt(np.mean((pixels(store, item.blob.sha256) - naturals[item.stimulus]) ** 2))
        for item in manifest.items
        if item.layer == layer and item.certificate.passed
    ]
    return float(np.exp(np.mean(np.log(found))))


def pixels(store: BundleStore, sha256: str) -> np.ndarray:
    with Image.open(store.blob_path(sha256)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=float) / 255


@pytest.mark.anyio
@pytest.mark.usefixtures("plans_by_seed")
async def test_recognition_and_thresholds_of_the_same_layers(
    app: FastAPI,
    database: Database,
    open_links: dict[str, str],
    tiny_bundle: Path,
    dimension_bundle: Path,  # noqa: F811
) -> None:
    await simulate(app, open_links["simulated"], 3)
    await stored(database, dimension_bundle, observers())
    async with database.reading() as session:
        metamers = await analyse(session, "tiny", "simulated")
        measured = await analyse(session, NAME, "simulated")
        found = await load_beside(session, metamers, measured)
        turned = await load_beside(session, measured, metamers)
        with pytest.raises(Invalid, match="both studies of recognition; give one of thresholds and one of"):
            await load_beside(session, metamers, metamers)
        report = await load(session, measured, other=found)
        other = await load(session, metamers, other=found)
        plain = await load(session, metamers)
    pd.testing.assert_frame_equal(found.table, turned.table)
    assert list(found.table["layer"]) == LAYERS
    assert found.notes == ("without thresholds: head",)
    points = {point.condition: point for point in metamers.recognition.conditions}
    for row in found.table.itertuples():
        assert row.proportion_correct == points[row.layer].proportion_correct
        assert row.sem == points[row.layer].sem
        assert row.threshold_participants == PEOPLE and row.rms_low < row.threshold_rms < row.rms_high
        assert row.metamer_rms == pytest.approx(distance_by_hand(tiny_bundle, row.layer))
        assert row.times_threshold == pytest.approx(row.metamer_rms / row.threshold_rms)
    for made in (report, other):
        text = to_markdown(made.title, made.subtitle, made.sections).decode()
        assert "## Recognition beside thresholds" in text and "Without thresholds: head." in text
    assert len(plain.sections) == len(other.sections) - 1


def test_commands_set_two_studies_beside_each_other(
    cli: Cli,  # noqa: F811
    empty_database_url: str,
    study_file: Path,
    tmp_path: Path,
    dimension_bundle: Path,  # noqa: F811
    plans_by_seed: None,
) -> None:
    for words in (("db", "upgrade"), ("study", "create", study_file), ("study", "open", "tiny")):
        assert cli(*words)[0] == 0
    code, _, err = cli("simulate", "tiny", "-n", 2, "--seed", 4, "--json")
    assert code == 0, err

    async def store() -> None:
        database = Database(empty_database_url)
        await stored(database, dimension_bundle, observers(2))
        await database.close()

    asyncio.run(store())
    options = ("--audience", "simulated", "--json")
    code, out, err = cli("analyze", NAME, "--out", tmp_path / "t", "--beside", "tiny", *options)
    assert code == 0, err
    told = json.loads(out)
    assert (told["participants"], len(told["beside"])) == (2, 2)
    assert {Path(name).name for name in told["files"]} == {path.name for path in (tmp_path / "t").iterdir()}
    assert list(pd.read_csv(tmp_path / "t" / "beside.csv")["layer"]) == LAYERS
    code, out, err = cli(
        "analyze", "tiny", "--out", tmp_path / "r", "--beside", NAME, "--audience", "simulated"
    )
    assert code == 0, err
    assert "tiny beside thresholds, tiny:" in out and "note: without thresholds: head" in out
    page = tmp_path / "r.html"
    code, out, err = cli("report", NAME, "--out", page, "--beside", "tiny", "--audience", "simulated")
    assert code == 0 and "Recognition beside thresholds" in page.read_text()
    code, _, err = cli("analyze", NAME, "--out", tmp_path / "e", "--beside", NAME, "--audience", "simulated")
    assert code == 1 and len(err.strip().splitlines()) == 1 and "both studies of thresholds" in err
