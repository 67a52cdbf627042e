"""From simulated listeners over HTTP to curve, tables, report, on both databases."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from fastapi import FastAPI

from app.analysis.files import all_files, codebook_csv, file_names, file_of, trials_csv
from app.analysis.report.content import load
from app.analysis.report.page import to_html
from app.analysis.service import analyse, answers, quality, trials
from app.analysis.tables.codebook import trial_columns
from app.core.randomness import generator
from app.db.session import Database
from app.simulation.queries import PlanTruth
from app.steps.registry import ALL
from app.tasks.observer import SimulatedObserver, accuracies
from app.tasks.words.task import WORDS as WORD_TASK
from tests.conftest import create_study
from tests.integration.test_analysis import simulate
from tests.support import LAYERS, SOUND, WORDS, word_study_yaml

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("plans_by_seed")]

MANY = [*WORDS, *(f"word{number}" for number in range(571))]
GIVEN = accuracies(["natural", *LAYERS], len(MANY))
SOUND_MS = 1000 * SOUND.samples / SOUND.sample_rate_hz


@pytest.fixture
async def words(app: FastAPI, database: Database, sound_bundle: Path, tmp_path: Path) -> Database:
    """A study whose vocabulary is a file of 587 words, with six simulated listeners."""
    (tmp_path / "many.txt").write_text("\n".join(MANY))
    file = tmp_path / "words.yaml"
    file.write_text(word_study_yaml(sound_bundle, vocabulary="many.txt"))
    links = await create_study(database, file, opened=True)

    def listener(truth: PlanTruth) -> SimulatedObserver:
        return SimulatedObserver(GIVEN, MANY, generator(3, "observer", truth.slot))

    await simulate(app, links["simulated"], 6, listener)
    return database


async def test_the_curve_has_the_chance_of_the_vocabulary(words: Database) -> None:
    async with words.reading() as session:
        analysis = await analyse(session, "words", "simulated")
        numbers = await quality(session, analysis)
    curve = analysis.recognition
    assert curve.chance == 1 / 587
    found = [point.proportion_correct for point in curve.conditions]
    assert found[0] is not None and found[-1] is not None
    assert found[0] > 0.8 and found[-1] < 0.1
    assert numbers.timed_trials == curve.trials
    assert numbers.on_time_share == pytest.approx(1, abs=0.05)


async def test_the_files_are_those_of_sounds(words: Database) -> None:
    async with words.reading() as session:
        analysis = await analyse(session, "words", "simulated")
        counted, single = await answers(session, analysis), await trials(session, analysis)
        alone = {
            name: (await file_of(session, analysis, name))[1] for name in ("neighbours.csv", "confusion.csv")
        }
    files = dict(all_files(counted, single))
    assert set(files) == set(file_names(WORD_TASK))
    assert alone == {name: files[name] for name in alone}

    written = pd.read_csv(io.BytesIO(trials_csv(single.table)))
    assert list(written.columns) == [column.name for column in trial_columns(WORD_TASK)]
    codebook = list(csv.DictReader(io.StringIO(codebook_csv(WORD_TASK, ALL).decode())))
    assert [row["name"] for row in codebook if row["table"] == "trials"] == list(written.columns)
    assert set(written["requested_sound_ms"]) == {SOUND_MS}
    assert set(written["how"]) == {"typed", "picked"}
    assert (written["rt_ms"] > written["first_key_ms"]).all()
    assert (written["first_key_ms"] > SOUND_MS).all()
    assert (written["keystrokes"] > 1).all()
    assert set(written["context_state"]) == {"running"}

    pairs = pd.read_csv(io.BytesIO(files["confusion.csv"]))
    assert pairs["trials"].sum() == (~single.kept["correct"]).sum()
    shares = pd.read_csv(io.BytesIO(files["neighbours.csv"]))
    assert shares["errors"].sum() == pairs["trials"].sum()
    for name in ("confusion", "recognition", "timing", "difficulty"):
        drawn = files[f"{name}.svg"].decode().lower()
        assert "picture" not in drawn and "a frame" not in drawn
    assert "chance = 1/587" in files["recognition.svg"].decode()


async def test_the_report_speaks_of_words_and_sounds(words: Database) -> None:
    async with words.reading() as session:
        report = await load(session, await analyse(session, "words", "simulated"))
    page = to_html(report).decode()
    for text in (
        "The task followed the preset words-online",
        "one of its 587 words had to be confirmed",
        "0.4 s at 20000 Hz",
        "sounds were played from the scheduled moment to the end without interruption",
        "from the scheduled onset of the sound",
        "Errors that are phonological neighbours of the word",
        "Chance is 1/587",
    ):
        assert text in page, text
    assert "picture" not in page.lower()
    assert "Sensitivity" not in page  # 587 rows of d' are for the file
