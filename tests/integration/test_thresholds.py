"""An adaptive study from its rows to thresholds, files, report and pages; on both databases."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from app.adaptive.estimate import estimate
from app.adaptive.procedure import Answer
from app.analysis.files import file_names, file_of
from app.analysis.report.content import load
from app.analysis.report.markdown import to_markdown
from app.analysis.report.page import to_html
from app.analysis.report.print import to_print
from app.analysis.results import StudyAnalysis
from app.analysis.service import analyse, require_participants
from app.analysis.thresholds.codebook import threshold_tables
from app.analysis.thresholds.files import all_files
from app.analysis.thresholds.results import Thresholds
from app.analysis.thresholds.service import thresholds
from app.core.errors import Conflict, NotFound
from app.db.session import Database
from app.tasks.abx.task import ABX
from tests.accounts import sign_in
from tests.threshold_bundle import DIMENSIONS, SD_LEVELS, build_dimension_bundle
from tests.threshold_study import (
    NAME,
    TRIALS,
    Answering,
    definition_of,
    honest,
    stimuli_of,
    store_study,
    take_part,
)

pytestmark = pytest.mark.anyio
PEOPLE = 4


@pytest.fixture(scope="session")
def dimension_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_dimension_bundle(tmp_path_factory.mktemp("bundles") / "dimensions")


async def stored(
    database: Database,
    folder: Path,
    observers: Sequence[Answering],
    unfinished: Sequence[int] = (),
    fell_back: bool = False,
    **fields: Any,
) -> None:
    """A study and one simulated participant for each observer; `unfinished` are numbers of those."""
    async with database.writing() as session:
        study = await store_study(session, folder, definition_of(folder, **fields))
        stimuli = await stimuli_of(session)
        for slot, answering in enumerate(observers):
            completed = slot not in unfinished
            await take_part(
                session, study, stimuli, slot, answering, completed=completed, fell_back=fell_back
            )


def observers(count: int = PEOPLE) -> list[Answering]:
    return [honest(np.random.default_rng(number)) for number in range(count)]


async def found_in(database: Database, audience: Any = "simulated", **options: bool) -> Thresholds:
    async with database.reading() as session:
        return await thresholds(session, await analyse(session, NAME, audience, **options))


async def analysis_of(database: Database, audience: Any = "simulated") -> StudyAnalysis:
    async with database.reading() as session:
        return await analyse(session, NAME, audience)


async def test_thresholds_follow_from_the_stored_answers(database: Database, dimension_bundle: Path) -> None:
    await stored(database, dimension_bundle, observers())
    found = await found_in(database)
    measured = found.measured
    assert len(measured.fits) == PEOPLE * len(DIMENSIONS)
    assert set(measured.fits["trials"]) == {TRIALS}
    trials = measured.trials
    own = trials[
        trials["participant_id"].eq(1) & trials["dimension"].eq("block10/1+") & trials["phase"].eq("main")
    ]
    again = estimate([Answer(float(row.level), bool(row.correct)) for row in own.itertuples()], SD_LEVELS)
    row = measured.fits[
        measured.fits["participant_id"].eq(1) & measured.fits["dimension"].eq("block10/1+")
    ].iloc[0]
    assert row["threshold"] == pytest.approx(again.threshold)
    assert row["threshold_rms"] == pytest.approx(0.02 * again.threshold, rel=0.06)
    layers = measured.contrasts.set_index(["scale", "between", "a", "b"])
    contrast = layers.loc[("coordinate", "layers", "block 2", "block 10")]
    assert contrast["ratio"] < 0.7 and contrast["participants"] == PEOPLE


async def test_every_trial_that_was_given_out_is_listed(database: Database, dimension_bundle: Path) -> None:
    await stored(database, dimension_bundle, observers(2))
    trials = (await found_in(database)).measured.trials
    each = 1 + 2 + TRIALS * len(DIMENSIONS) + 1
    assert len(trials) == 2 * each  # the two that were dropped were not given out
    assert trials["phase"].value_counts().to_dict() == {
        "main": 2 * (TRIALS * len(DIMENSIONS) + 1),
        "catch": 4,
        "practice": 2,
    }
    last = trials[trials["participant_id"].eq(1)].iloc[-1]
    assert last["answer"] == "" and pd.isna(last["correct"]) and last["level"] > 0
    assert (
        (trials["x_changed"] == trials["changed_first"])[trials["correct"].fillna(False)]
        .map({True: "first", False: "second"})
        .eq(trials["answer"][trials["correct"].fillna(False)])
        .all()
    )
    # Of one original a level has no certificate: the one below it was shown instead.
    assert trials["target"].lt(trials["asked_level"] * 1.001).all()
    assert trials["rms"].gt(0).all() and trials["achieved_x_ms"].dropna().eq(199.9).all()


async def test_exclusions_are_those_of_the_study(database: Database, dimension_bundle: Path) -> None:
    await stored(
        database,
        dimension_bundle,
        observers(),
        unfinished=[1],
        exclusions={"trials": {"rt_above_ms": 600}},
    )
    found = await found_in(database)
    assert {step.name for step in found.analysis.flow.steps} >= {"unfinished", "no_trials_left"}
    assert found.measured.participants == 0 and found.measured.fits.empty  # every answer took 640 ms
    assert set(found.measured.trials["trial_excluded"]) == {"", "rt_outside"}
    with pytest.raises(Conflict, match="leave no simulated participant"):
        require_participants(found.analysis)


async def test_who_did_not_finish_is_in_the_table_and_not_in_the_mean(
    database: Database, dimension_bundle: Path
) -> None:
    await stored(database, dimension_bundle, observers(), unfinished=[1])
    measured = (await found_in(database)).measured
    assert measured.participants == PEOPLE - 1
    left_out = measured.fits[measured.fits["participant_excluded"].ne("")]
    assert set(left_out["participant_id"]) == {2} and len(left_out) == len(DIMENSIONS)
    assert set(measured.groups["participants"]) == {PEOPLE - 1}
    partial = (await found_in(database, include_partial=True)).measured
    assert partial.participants == PEOPLE


async def test_guessing_and_one_sided_observers_are_named(database: Database, dimension_bundle: Path) -> None:
    random = np.random.default_rng(5)
    guessing: Answering = lambda _d, _l, _r: "first" if random.random() < 0.5 else "second"  # noqa: E731
    await stored(
        database, dimension_bundle, [*observers(1), guessing, lambda _d, _l, _r: "first"], fell_back=True
    )
    told = (await found_in(database)).caveats
    assert any("Participant 2 may have guessed" in line for line in told)
    assert any("Participant 3 prefers one answer" in line for line in told)
    assert not any("Participant 1 " in line for line in told)
    assert any("was not there in time" in line for line in told)


async def test_every_file_is_made_and_described(database: Database, dimension_bundle: Path) -> None:
    await stored(database, dimension_bundle, observers())
    found = await found_in(database)
    files = dict(all_files(found))
    assert set(files) == set(file_names(ABX))
    tables = {name: pd.read_csv(io.BytesIO(files[f"{name}.csv"])) for name in threshold_tables(ABX)}
    for name, columns in threshold_tables(ABX).items():
        assert list(tables[name].columns) == [column.name for column in columns], name
    codebook = pd.read_csv(io.BytesIO(files["codebook.csv"]))
    assert set(codebook["table"]) == {*tables, "steps", "surveys", "all files"}
    assert len(tables["abx_trials"]) == len(found.measured.trials)
    assert tables["abx_trials"]["issued_at"].str.endswith("Z").all()
    async with database.reading() as session:
        for name in ("thresholds.csv", "psychometric.svg", "radar.vega.json", "exclusions.svg"):
            media_type, content = await file_of(session, found.analysis, name)
            assert content and media_type
        with pytest.raises(NotFound, match=r"there is no file 'recognition\.svg'; there are thresholds_by"):
            await file_of(session, found.analysis, "recognition.svg")


async def test_a_report_says_how_thresholds_were_measured(database: Database, dimension_bundle: Path) -> None:
    await stored(database, dimension_bundle, observers(), unfinished=[0])
    async with database.reading() as session:
        report = await load(session, await analyse(session, NAME, "simulated"))
    text = to_markdown(report.title, report.subtitle, report.sections).decode()
    for told in (
        "Pictures were moved along 3 dimensions of tiny",
        "71 of 72 pictures passed (not: 1: level missed)",
        "White noise of the same range of RMS differences",
        "The task followed the preset mame-abx",
        "three pictures (A, B and X) were shown on black for 200 ms each",
        "Gaze was not tracked.",
        "psi-marginal method",
        "is right in 70.7% of trials",
        "ln slope is normal with mean ln 2.2",
        "4 images that took turns",
        "Each dimension had 40 trials.",
        "5% more trials at the largest level",
        "1 (did not finish)",
        "3 participants with 240 trials were analysed",
    ):
        assert told in text.replace("\\", ""), told
    assert "Proportion correct" not in text and "Recognition" not in text
    assert to_html(report).startswith(b"<!doctype html>") or b"<svg" in to_html(report)
    assert to_print(report).startswith(b"%PDF-")


async def test_nobody_has_answered_yet(database: Database, dimension_bundle: Path) -> None:
    await stored(database, dimension_bundle, [])
    found = await found_in(database, "live")
    assert found.measured.in_words == "0 participants, 0 trials"
    files = dict(all_files(found))
    assert b"No trial that counts has been answered yet" in files["psychometric.svg"]
    assert len(files["thresholds.csv"].splitlines()) == 1
    with pytest.raises(Conflict, match="has finished"):
        require_participants(found.analysis)


async def test_the_results_page_shows_thresholds(
    client: httpx.AsyncClient, database: Database, dimension_bundle: Path
) -> None:
    await stored(database, dimension_bundle, observers())
    await sign_in(client, database)
    page = (await client.get(f"/admin/studies/{NAME}", params={"audience": "simulated"})).text
    folder = f"/admin/studies/{NAME}/simulated"
    assert f"{PEOPLE} simulated participants, {PEOPLE * TRIALS * len(DIMENSIONS)} trials" in page
    assert f'src="{folder}/thresholds_by_layer.svg"' in page and "block 10: 2 −" in page
    assert "<h3>Between layers</h3>" in page and "block 2 / block 10" in page
    assert "Dimensions of tiny at block2, block10" in page
    for absent in ("recognition.svg", "confusion.svg", "Recognition", "Chance is"):
        assert absent not in page
    live = (await client.get(f"/admin/studies/{NAME}")).text
    assert "0 participants, 0 trials" in live and "No trial that counts has been answered yet." in live
    for name in ("thresholds.csv", "abx_trials.csv", "contrasts.csv", "levels.csv", "radar_rms.png"):
        assert (await client.get(f"{folder}/{name}")).status_code == 200, name
    assert (await client.get(f"{folder}/report.pdf")).content.startswith(b"%PDF-")
    assert (await client.get("/admin")).text.count("Dimensions of tiny") == 1
