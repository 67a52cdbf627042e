"""Exclusion rules on real data: counted in the database as by hand, on both databases."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from fastapi import FastAPI
from sqlalchemy import text

from app.accounts.actor import COMMAND_LINE
from app.analysis.files import all_files
from app.analysis.measures.recognition import scores_of
from app.analysis.results import StudyAnalysis, Trials
from app.analysis.service import analyse, answers, require_participants, trials
from app.core.clock import utc_now
from app.core.errors import Conflict
from app.db.migrate import alembic_config
from app.db.session import Database
from app.db.tables import Response
from app.experiments import queries
from app.experiments import service as experiments
from tests.database import rows_of
from tests.http import answer_body, enter, new_client, put_answer
from tests.integration.test_analysis import simulate
from tests.support import study_yaml

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("plans_by_seed")]

RULES = """exclusions:
  median_rt_below_ms: 400
  bad_timing_above: 0.1
  unattended_above: 0.2
  trials:
    bad_timing: true
    rt_below_ms: 200
    rt_above_ms: 3000
"""
# What went wrong for whom, as SQL on the answers of one participant.
SPOILT = {
    2: "rt_ms = rt_ms / 4",
    3: "on_time = false",
    4: "attended = false",
    5: "rt_ms = 5000",
}
OF_PARTICIPANT = "planned_trial_id IN (SELECT id FROM planned_trials WHERE participant_id = {who})"


@pytest.fixture
async def spoilt(app: FastAPI, database: Database, tiny_bundle: Path, tmp_path: Path) -> StudyAnalysis:
    """The analysis of eight participants of whom some went wrong, in a study that declares rules."""
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny_bundle, extra=RULES))
    async with database.writing() as session:
        study = await experiments.create_study(
            session, COMMAND_LINE, experiments.check_study(file), utc_now()
        )
        await experiments.open_study(session, COMMAND_LINE, "tiny", utc_now())
        links = await queries.links_of_study(session, study.id)
    code = next(link.code for link in links if link.audience == "live")
    await simulate(app, code, 8)
    async with new_client(app) as client:  # the ninth consents and leaves
        await enter(client, code)
    async with database.writing() as session:
        for who, change in SPOILT.items():
            await session.execute(
                text(f"UPDATE responses SET {change} WHERE {OF_PARTICIPANT.format(who=who)}")
            )
        await session.execute(text("UPDATE responses SET on_time = false WHERE id = 15"))
        await session.execute(text("UPDATE participants SET status = 'active' WHERE id = 8"))
    async with database.reading() as session:
        return await analyse(session, "tiny", "live")


async def single(database: Database, analysis: StudyAnalysis) -> Trials:
    async with database.reading() as session:
        return await trials(session, analysis)


async def test_each_participant_leaves_at_the_gate_that_fits(spoilt: StudyAnalysis) -> None:
    assert [(step.name, step.excluded, step.remaining) for step in spoilt.flow.steps] == [
        ("no_answers", 1, 8),
        ("unfinished", 1, 7),
        ("too_fast", 1, 6),
        ("bad_timing", 1, 5),
        ("unattended", 1, 4),
        ("no_trials_left", 1, 3),
    ]
    assert spoilt.flow.gate_of == {
        8: "unfinished",
        2: "too_fast",
        3: "bad_timing",
        4: "unattended",
        5: "no_trials_left",
    }
    assert spoilt.recognition.participants == spoilt.flow.analysed == 3
    assert spoilt.everyone.participants == 8
    assert spoilt.everyone.trials == 124  # 16 each, but for the four cells without certificate


async def test_the_databases_counts_are_those_of_the_trials_one_by_one(
    database: Database, spoilt: StudyAnalysis
) -> None:
    one_by_one = await single(database, spoilt)
    kept = one_by_one.kept
    scores = scores_of(kept).sort_values(["participant_id", "condition"], ignore_index=True)
    counted = spoilt.scores[~spoilt.scores["participant_id"].isin(list(spoilt.flow.gate_of))]
    counted = counted.sort_values(["participant_id", "condition"], ignore_index=True)
    assert counted["kept"].tolist() == scores["trials"].tolist()
    assert counted["kept_correct"].tolist() == scores["correct"].tolist()
    assert spoilt.flow.trials_analysed == len(kept) == spoilt.recognition.trials
    dropped = one_by_one.table[one_by_one.table["participant_excluded"] == ""]["trial_excluded"]
    assert [step.excluded for step in spoilt.flow.trial_steps] == [
        (dropped == "bad_timing").sum(),
        (dropped == "rt_outside").sum(),
    ]
    assert (dropped == "bad_timing").sum() >= 1


async def test_files_show_both_sides(database: Database, spoilt: StudyAnalysis) -> None:
    async with database.reading() as session:
        files = dict(all_files(await answers(session, spoilt), await trials(session, spoilt)))
    assert b"Grey: without exclusions (8 participants, 124 trials)." in files["recognition.svg"]
    assert b"1 left out: did not finish" in files["exclusions.svg"]
    participants = files["participants.csv"].decode()
    assert ",too_fast," in participants and "answers came within 400 ms" in participants


async def test_waiving_the_rule_on_finishing_keeps_the_others(database: Database, spoilt: Any) -> None:
    async with database.reading() as session:
        partial = await analyse(session, "tiny", "live", include_partial=True)
    assert partial.recognition.participants == 4
    assert "unfinished" not in {step.name for step in partial.flow.steps}


async def test_when_the_rules_leave_nobody_it_is_said(database: Database, spoilt: StudyAnalysis) -> None:
    async with database.writing() as session:
        await session.execute(text("UPDATE responses SET attended = false"))
    async with database.reading() as session:
        empty = await analyse(session, "tiny", "live")
        assert (await trials(session, empty)).kept.empty
        files = dict(all_files(await answers(session, empty), await trials(session, empty)))
    assert b"No answers of live participants" in files["recognition.svg"]
    with pytest.raises(Conflict, match=r"exclusions of tiny leave no live participant: .*hidden in more"):
        require_participants(empty)


TIMINGS: list[dict[str, Any]] = [
    {"achieved_image_ms": 316.8, "frame_ms": 16.667, "focus_losses": 0, "hidden": False},
    {"achieved_image_ms": 333.4, "frame_ms": 16.667, "focus_losses": 2, "hidden": None},
    {"achieved_image_ms": None, "frame_ms": 16.667},
    {"achieved_image_ms": 100.0, "hidden": True},
    {"achieved_image_ms": 250.0, "frame_ms": 8.3, "focus_losses": 0},
]
VERDICTS = [(True, True), (False, False), (None, None), (None, False), (False, True)]


async def test_answers_from_before_the_columns_get_them_by_the_migration(
    app: FastAPI, database: Database, database_url: str, open_links: dict[str, str]
) -> None:
    code = open_links["live"]
    async with new_client(app) as client:
        await enter(client, code)
        for index, timing in enumerate(TIMINGS):
            body = answer_body(timing={"requested_image_ms": 300, **timing})
            stored = await put_answer(client, code, index, body)
            assert stored.status_code == 200, stored.text

    async def verdicts() -> list[tuple[bool | None, bool | None]]:
        return [(row.on_time, row.attended) for row in await rows_of(database, Response)]

    assert await verdicts() == VERDICTS
    config = alembic_config(database_url)
    await asyncio.to_thread(command.downgrade, config, "0001")
    await asyncio.to_thread(command.upgrade, config, "head")
    assert await verdicts() == VERDICTS
