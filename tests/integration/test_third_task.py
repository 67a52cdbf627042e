"""A task that nothing but its own module knows works from the study file to the tables, on both databases."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from fastapi import FastAPI

from app.analysis.files import all_files, codebook_csv, file_names
from app.analysis.pages import pages_of_study
from app.analysis.report.content import load
from app.analysis.report.page import to_html
from app.analysis.service import analyse, answers, trials
from app.core.randomness import generator
from app.db.session import Database
from app.simulation.queries import PlanTruth
from app.tasks.observer import SimulatedObserver, accuracies
from app.tasks.registry import forget, register
from tests.conftest import create_study
from tests.integration.test_analysis import simulate
from tests.support import LAYERS, study_yaml
from tests.third_task import ANSWERS, NATURAL_OR_MADE

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("plans_by_seed")]


@pytest.fixture(autouse=True)
def third_task() -> Iterator[None]:
    register(NATURAL_OR_MADE)
    yield
    forget(NATURAL_OR_MADE)


async def test_from_the_study_file_to_the_tables(
    app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny_bundle, preset="natural-or-made"))
    links = await create_study(database, file, opened=True)
    given = accuracies(["natural", *LAYERS], len(ANSWERS))

    def observer(truth: PlanTruth) -> SimulatedObserver:
        return SimulatedObserver(given, ANSWERS, generator(3, "observer", truth.slot))

    answered = await simulate(app, links["simulated"], 4, observer)
    async with database.reading() as session:
        analysis = await analyse(session, "tiny", "simulated")
        counted, single = await answers(session, analysis), await trials(session, analysis)
        page = to_html(await load(session, analysis)).decode()

    assert analysis.recognition.chance == 1 / 2
    assert analysis.recognition.trials == answered - 4 * 4
    natural = analysis.recognition.conditions[0]
    assert natural.proportion_correct is not None and natural.proportion_correct > 0.7
    files = dict(all_files(counted, single))
    assert set(files) == set(file_names(NATURAL_OR_MADE))
    table = pd.read_csv(io.BytesIO(files["trials.csv"]))
    assert set(table["answer"]) == set(ANSWERS)
    right = table["condition"].map(lambda name: ANSWERS[name != "natural"])
    assert (table["correct"] == (table["answer"] == right)).all()
    assert (table["looked_ms"] == table["rt_ms"]).all()
    codebook = list(
        csv.DictReader(io.StringIO(codebook_csv(NATURAL_OR_MADE, pages_of_study(analysis.study)).decode()))
    )
    assert [row["name"] for row in codebook if row["table"] == "trials"] == list(table.columns)
    assert "looked at a picture until it was called natural or made" in page
    confusion = pd.read_csv(io.BytesIO(files["confusion.csv"]))
    assert set(confusion["category"]) <= set(ANSWERS)
