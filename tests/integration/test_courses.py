"""Gates, catch trials and consent: what the course of a published session adds, over HTTP."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.analysis.service import analyse
from app.db.session import Database
from app.db.tables import Participant, PlannedTrial, Response, StepResult, Stimulus, Study, StudyStimulus
from app.experiments.service import check_study
from app.steps.consent import text_sha256
from synthesis.common.errors import SpecError
from tests.conftest import create_study
from tests.database import rows_of
from tests.http import all_trials, answer_body, enter, new_client, put_answer
from tests.support import study_yaml

pytestmark = pytest.mark.anyio

GATED = """
completion_codes: {gate: GATE-7}
steps:
  - {kind: consent, version: "2026-11"}
  - instructions
  - practice
  - {kind: gate, trials: 3, pass_mark: 2}
  - practice_done
  - {kind: trials, breaks: 1, trials_between: 4, catch: 4}
"""


async def opened(database: Database, folder: Path, text: str) -> str:
    file = folder / "study.yaml"
    file.write_text(text)
    return (await create_study(database, file, opened=True))["live"]


def gated_yaml(bundle: Path) -> str:
    return study_yaml(bundle, name="gated", practice_trials=2, extra=GATED)


@pytest.fixture
async def gated(database: Database, tmp_path: Path, tiny_bundle: Path) -> str:
    return await opened(database, tmp_path, gated_yaml(tiny_bundle))


async def truth(database: Database, participant_id: int = 1) -> list[tuple[str, str]]:
    """(phase, category) of each trial of a plan, in order."""
    own = {row.id: row.category for row in await rows_of(database, StudyStimulus)}
    async with database.reading() as session:
        rows = await session.execute(
            select(PlannedTrial, Stimulus.category)
            .outerjoin(Stimulus, Stimulus.id == PlannedTrial.stimulus_id)
            .where(PlannedTrial.participant_id == participant_id)
            .order_by(PlannedTrial.trial_index)
        )
        return [(trial.phase, category or own[trial.study_stimulus_id]) for trial, category in rows]


async def answer(client: httpx.AsyncClient, code: str, right: list[tuple[str, str]], wrong: set[int]) -> None:
    """Answer the trials that are told of, those in `wrong` with another category than the right one."""
    for index, (_phase, category) in enumerate(right):
        given = "knife" if category != "knife" else "dog"
        stored = await put_answer(client, code, index, answer_body(given if index in wrong else category))
        assert stored.status_code == 200, stored.text


async def test_the_parts_of_a_plan(client: httpx.AsyncClient, database: Database, gated: str) -> None:
    await enter(client, gated)
    plan = await truth(database)
    phases = [phase for phase, _ in plan]
    assert phases[:5] == ["practice"] * 2 + ["gate"] * 3
    main = phases[5:]
    assert (main.count("catch"), main.count("main")) == (4, len(main) - 4)
    places = [index for index, phase in enumerate(main) if phase == "catch"]
    quarter = len(main) / 4
    assert all(part * quarter <= place <= (part + 1) * quarter + 1 for part, place in enumerate(places))
    assert main[0] == "main"
    # The page is told of three phases only, and all trials look alike to it.
    told = await all_trials(client, gated)
    assert {trial["phase"] for trial in told} == {"practice", "gate", "main"}
    assert len({tuple(sorted(trial)) for trial in told}) == 1


async def test_catch_trials_show_icons_and_are_judged(
    client: httpx.AsyncClient, database: Database, gated: str
) -> None:
    await enter(client, gated)
    plan, trials = await truth(database), await all_trials(client, gated)
    sizes = {
        len((await client.get(trial["stimulus"])).content)
        for trial, (phase, _) in zip(trials, plan, strict=True)
    }
    assert len(sizes) == 1
    await answer(client, gated, plan, wrong=set())
    assert all(row.correct for row in await rows_of(database, Response))


async def test_who_passes_the_gate_goes_on_and_finishes(
    client: httpx.AsyncClient, database: Database, gated: str
) -> None:
    await enter(client, gated)
    view = (await client.get(f"/api/{gated}/session")).json()
    assert [step["kind"] for step in view["steps"]] == ["practice", "gate"]  # what follows is not settled
    assert (view["practice"], view["gate"], view["over"]) == (2, 3, False)
    plan = await truth(database)
    await answer(client, gated, plan, wrong={2})
    assert (await client.post(f"/api/{gated}/finish", json={})).json() == {"outcome": "complete"}
    (participant,) = await rows_of(database, Participant)
    assert (participant.status, participant.outcome) == ("completed", "complete")
    assert participant.ended_at == participant.completed_at


async def test_who_fails_the_gate_has_an_end_with_a_code_of_its_own(
    client: httpx.AsyncClient, database: Database, gated: str
) -> None:
    await enter(client, gated)
    plan = await truth(database)
    await answer(client, gated, plan[:5], wrong={3, 4})
    (participant,) = await rows_of(database, Participant)
    assert (participant.status, participant.outcome) == ("screened_out", "gate")
    assert participant.ended_at is not None and participant.completed_at is None
    view = (await client.get(f"/api/{gated}/session")).json()
    assert (view["over"], view["steps"]) == (True, [])
    late = await client.put(f"/api/{gated}/trials/5", json=answer_body())
    assert (late.status_code, late.json()["error"]["code"]) == (409, "session_over")
    assert (await client.post(f"/api/{gated}/finish", json={})).json() == {"outcome": "gate"}
    for _again in range(2):
        assert (await client.get(f"/run/{gated}")).headers["location"] == f"/end/{gated}"
        end = await client.get(f"/end/{gated}")
        assert "GATE-7" in end.text and "Thank you for your time" in end.text
    (study,) = await rows_of(database, Study)
    assert study.definition["completion_code"] not in end.text
    # A second visit by the link shows the same end.
    assert "finished in this browser" in (await client.get(f"/s/{gated}")).text


async def test_a_gate_whose_last_answer_was_refused_is_judged_too(
    client: httpx.AsyncClient, database: Database, gated: str
) -> None:
    await enter(client, gated)
    plan = await truth(database)
    await answer(client, gated, plan[:4], wrong={2, 3})
    note = {
        "uuid": "00000000-0000-4000-8000-000000000000",
        "status": 422,
        "code": "x",
        "message": "y",
        "body": "",
    }
    assert (await client.post(f"/api/{gated}/trials/4/set-aside", json=note)).status_code == 200
    (participant,) = await rows_of(database, Participant)
    assert participant.outcome == "gate"


async def test_what_was_agreed_to_is_stored(
    client: httpx.AsyncClient, database: Database, gated: str
) -> None:
    await enter(client, gated, read_on=False)
    (agreed,) = await rows_of(database, StepResult)
    (study,) = await rows_of(database, Study)
    assert (agreed.kind, agreed.position) == ("consent", 0)
    assert agreed.result["version"] == "2026-11"
    assert agreed.result["text_sha256"] == text_sha256(study.definition["consent"])
    view = (await client.get(f"/api/{gated}/session")).json()
    assert view["steps"][0] == {
        "position": 1,
        "kind": "instructions",
        "trials": None,
        "told": view["steps"][0]["told"],
    }


async def test_who_declines_leaves_nothing_and_has_a_code(
    client: httpx.AsyncClient, database: Database, gated: str
) -> None:
    (study,) = await rows_of(database, Study)
    page = await client.get(f"/s/{gated}")
    assert f'href="/declined/{gated}"' in page.text
    declined = await client.get(f"/declined/{gated}")
    assert study.definition["completion_codes"]["no_consent"] in declined.text
    assert await rows_of(database, Participant) == []


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("steps: {sound_level: {}}\n", "sound_level: the preset has no such step; it has"),
        ("steps: {trials: 5}\n", "trials: give its parameters as in {trials: 12}, or none"),
        ("steps: {practice: none}\n", "the step practice is missing"),
        (
            "steps: [trials, {kind: gate}]\npractice_trials: 0\n",
            "gate comes after trials",
        ),
        ("steps: [instructions, consent, practice, trials]\n", "consent comes first"),
        (
            "steps: [practice, {kind: gate, trials: 3, pass_mark: 4}, trials]\n",
            "pass_mark: 4 of 3 trials cannot be right",
        ),
        (
            "completion_codes: {gate: X1}\nsteps: [practice, trials]\n",
            "a session of this study cannot end by 'gate'",
        ),
        ("completion_codes: {expired: 'a b'}\n", "completion_codes.expired"),
        ("resume: sometimes\n", "resume.policy"),
        ("resume: {policy: go_on, within_minutes: 0}\n", "resume.within_minutes"),
    ],
)
def test_courses_that_cannot_be_are_one_line(
    tmp_path: Path, tiny_bundle: Path, extra: str, problem: str
) -> None:
    file = tmp_path / "study.yaml"
    practice = 0 if "practice_trials: 0" in extra else 4
    extra = extra.replace("practice_trials: 0\n", "")
    file.write_text(study_yaml(tiny_bundle, practice_trials=practice, extra=extra))
    with pytest.raises(SpecError) as refused:
        check_study(file)
    assert problem in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_study_file_changes_a_part_of_its_presets_course(tmp_path: Path, tiny_bundle: Path) -> None:
    file = tmp_path / "study.yaml"
    changes = "steps:\n  trials: {breaks: 0}\n  instructions: none\n  gate: {trials: 3, pass_mark: 2}\n"
    file.write_text(study_yaml(tiny_bundle, extra=changes))
    definition = check_study(file).definition
    kinds = ["consent", "practice", "gate", "practice_done", "trials"]
    assert [step.kind for step in definition.course] == kinds
    assert (definition.trials_step.breaks, definition.trials_step.catch) == (0, 16)
    assert (definition.practice_trials, definition.gate_trials) == (4, 3)
    codes: dict[str, Any] = definition.completion_codes
    assert set(codes) == set(definition.outcomes) and len(set(codes.values())) == len(codes)


async def test_the_flow_chart_shows_who_ended_early_and_who_missed_catch_trials(
    app: FastAPI, database: Database, tmp_path: Path, tiny_bundle: Path
) -> None:
    text = gated_yaml(tiny_bundle) + "exclusions: {catch_right_below: 4}\n"
    code = await opened(database, tmp_path, text)
    for missed, failed in ((0, False), (1, False), (0, True)):
        async with new_client(app) as client:
            await enter(client, code)
            newest = (await rows_of(database, Participant))[-1].id
            plan = await truth(database, newest)
            catch = [index for index, (phase, _) in enumerate(plan) if phase == "catch"]
            wrong = {2, 3, 4} if failed else set(catch[:missed])
            await answer(client, code, plan[:5] if failed else plan, wrong)
            await client.post(f"/api/{code}/finish", json={})
    async with new_client(app) as client:
        await enter(client, code)
        assert (await client.post(f"/withdraw/{code}", data={"sure": "yes"})).status_code == 200
    async with database.reading() as session:
        analysis = await analyse(session, "gated", "live")
    assert [(step.name, step.excluded, step.remaining) for step in analysis.flow.steps] == [
        ("gate", 1, 3),
        ("withdrawn", 1, 2),
        ("unfinished", 0, 2),
        ("catch", 1, 1),
    ]
    reasons = {one.gate: one.reason for one in analysis.flow.exclusions}
    assert reasons["catch"] == "3 of 4 catch trials right"
    # Catch trials are in no condition of the curve.
    first = await truth(database, 1)
    assert analysis.flow.trials_analysed == sum(phase == "main" for phase, _ in first)
