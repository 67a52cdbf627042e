"""Every kind of step keeps its promises, and the course is what follows from the study's steps."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.experiments.endings import GENERAL
from app.steps.course import BREAK, checked, course_of, from_due_on, pages_of, preset_course
from app.steps.registry import ALL, KINDS, parameters_of
from app.steps.step import Parts, Setting, Step, StepKind
from app.steps.trials import TrialsParameters, blocks_of, number_of_blocks
from app.tasks.reading import read
from app.tasks.registry import TASKS, preset_of
from tests.architecture.sources import ROOT
from tests.strategies import ANY_JSON

SETTINGS = [Setting(task, ("Look.", "Choose."), Parts(4, 12, 96), "I agree.") for task in TASKS.values()]
WORDS = preset_of("words-online").course
# What the kinds need that cannot do without parameters.
NEEDED: dict[str, dict[str, Any]] = {
    "survey": {"questions": [{"id": "age", "text": "How old are you?", "type": "number"}]},
    "debrief": {"text": "Thank you."},
}
GIVEN = {kind.name: parameters_of({"kind": kind.name, **NEEDED.get(kind.name, {})}) for kind in ALL}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.task.kind)
def test_every_kind_keeps_its_promises(kind: StepKind, setting: Setting) -> None:
    parameters = GIVEN[kind.name]
    assert set(kind.outcomes).isdisjoint(GENERAL)
    assert type(parameters) is kind.parameters
    assert parameters_of(parameters.model_dump(mode="json")) == parameters
    assert hash(parameters) == hash(parameters_of(parameters.model_dump(mode="json")))
    step = Step(0, parameters, before=44, trials=range(44, 84) if kind.holds else range(0))
    told = kind.told(step, setting)
    assert json.loads(json.dumps(told)) == told
    assert kind.sentence(parameters, setting).endswith(".")
    if kind.at_entry:
        return
    renderer = ROOT / "static" / "participant" / "steps" / f"{kind.name}.js"
    assert renderer.is_file()
    assert f'["{kind.name}", show' in renderer.with_name("registry.js").read_text()
    if kind.holds:
        assert kind.result is None and not kind.columns
        return
    assert kind.result is not None
    reading = read(kind.result, kind.simulate(told, np.random.default_rng(1)))
    assert reading.flags == ()
    measured = {name for name, value in reading.record if value is not None} - {"further"}
    described = {"shown_ms", "focus_losses", "hidden", *(column.name for column in kind.columns)}
    assert measured <= described == {*kind.result.model_fields} - {"further"}
    assert all(column.description and column.type for column in kind.columns)


def test_a_column_that_two_kinds_have_means_one_thing() -> None:
    columns = [column for kind in ALL for column in kind.columns]
    assert len({column.name for column in columns}) == len(set(columns))


@given(raw=ANY_JSON)
@pytest.mark.parametrize("kind", pages_of([*GIVEN.values()]), ids=lambda kind: kind.name)
def test_any_result_is_read_and_reading_it_again_changes_nothing(kind: StepKind, raw: Any) -> None:
    assert kind.result is not None
    stored = read(kind.result, raw).record.model_dump(mode="json")
    assert read(kind.result, json.loads(json.dumps(stored))).record.model_dump(mode="json") == stored


def kinds_of(course: tuple[Step, ...]) -> list[str]:
    return [
        f"{step.kind} {step.trials[0]}-{step.trials[-1]}" if step.trials else step.kind for step in course
    ]


def test_the_course_of_words() -> None:
    course = course_of(preset_course(WORDS, 2), Parts(2, 0, 42))
    assert kinds_of(course) == [
        "instructions",
        "sound_level",
        "practice 0-1",
        "practice_done",
        "trials 2-21",
        BREAK,
        "trials 22-41",
    ]
    assert [step.before for step in course] == [0, 0, 0, 2, 2, 22, 22]
    assert [step.position for step in course] == list(range(7))


def test_without_practice_there_is_no_word_about_its_end() -> None:
    course = course_of(preset_course(WORDS, 0), Parts(0, 0, 3))
    assert kinds_of(course) == ["instructions", "sound_level", "trials 0-2"]


@pytest.mark.parametrize(
    ("practice", "main", "expected"),
    [
        (16, 400, [115, 215, 315]),  # after 100, 200 and 300 main trials
        (4, 60, [23, 43]),  # three parts of 20
        (4, 40, [23]),
        (4, 39, []),
        (4, 1, []),
    ],
)
def test_breaks_are_at_quarters_but_not_too_often(practice: int, main: int, expected: list[int]) -> None:
    blocks = blocks_of(range(practice, practice + main), TrialsParameters())
    assert [block[-1] for block in blocks[:-1]] == expected
    assert blocks[-1].stop == practice + main


def test_a_break_tells_of_main_trials_only() -> None:
    course = course_of(preset_course(WORDS, 2), Parts(2, 0, 42))
    setting = Setting(TASKS["words"], (), Parts(2, 0, 42))
    assert KINDS[BREAK].told(course[5], setting) == {"done": 20, "total": 40}


@given(
    practice=st.integers(0, 5),
    main=st.integers(1, 90),
    breaks=st.integers(0, 5),
    between=st.integers(1, 30),
    data=st.data(),
)
def test_a_session_comes_to_its_end_and_only_forward(
    practice: int, main: int, breaks: int, between: int, data: st.DataObject
) -> None:
    parameters = [
        TrialsParameters(breaks=breaks, trials_between=between) if step.kind == "trials" else step
        for step in preset_course(WORDS, practice)
    ]
    total = practice + main
    course = course_of((*parameters, parameters_of("rest_break")), Parts(practice, 0, total))
    assert [index for step in course for index in step.trials] == list(range(total))
    results: set[int] = set()
    answered = 0
    seen = []
    while left := from_due_on(course, results, answered if answered < total else None):
        seen.append(left[0].position)
        if left[0].trials:
            answered = data.draw(st.integers(answered + 1, left[0].trials.stop))
        else:
            results.add(left[0].position)
    assert seen == sorted(seen)
    assert set(seen) == set(range(len(course)))
    assert results == {step.position for step in course if not step.trials}


def test_a_page_is_passed_by_a_trial_after_it_too() -> None:
    course = course_of(preset_course(WORDS, 2), Parts(2, 0, 42))
    due = [from_due_on(course, (), next_index)[0].position for next_index in (0, 1, 2, 3, 22, 23)]
    assert due == [0, 2, 3, 4, 5, 6]
    assert from_due_on(course, (), None) == ()
    after = course_of((*preset_course(WORDS, 2), parameters_of(BREAK)), Parts(2, 0, 42))
    assert [step.position for step in from_due_on(after, (), None)] == [7]


@pytest.mark.parametrize(
    ("steps", "practice", "problem"),
    [
        (["instructions"], 0, "the main trials are missing; add the step trials"),
        (["trials", "trials"], 0, "trials comes twice; a participant has these trials once"),
        (["practice", "practice", "trials"], 2, "practice comes twice; a participant has these trials once"),
        (["practice", "trials"], 0, "practice needs practice trials, and practice_trials is 0"),
        (["practice_done", "trials"], 0, "practice_done needs practice trials, and practice_trials is 0"),
        (
            ["trials"],
            4,
            "practice_trials is 4, and the step practice is missing; add it, or set practice_trials: 0",
        ),
        (["trials", "practice"], 4, "practice comes after trials; put it before them"),
        (["debrief", "trials"], 0, "debrief comes after the main trials; put it behind trials"),
        (["sound_level", "trials"], 0, "sound_level is for sounds; this study's preset is for pictures"),
    ],
)
def test_steps_that_make_no_session_are_refused(steps: list[str], practice: int, problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        checked([GIVEN[name] for name in steps], practice, "picture")
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("given_step", "problem"),
    [
        ("trails", f"no kind of step 'trails'; known kinds: {', '.join(KINDS)}"),
        (7, "give a step's kind, or its kind and parameters as in {kind: trials, breaks: 3}"),
        ({"breaks": 3}, "give a step's kind, or its kind and parameters as in {kind: trials, breaks: 3}"),
        ({"kind": "trials", "breaks": -1}, "trials: breaks: Input should be greater than or equal to 0"),
        ({"kind": "instructions", "colour": 1}, "instructions: colour: Extra inputs are not permitted"),
    ],
)
def test_what_is_no_step_is_refused(given_step: Any, problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        parameters_of(given_step)
    assert str(refused.value) == problem


def test_breaks_come_where_the_study_says() -> None:
    parameters = TrialsParameters(break_after=(2, 5, 40))
    blocks = blocks_of(range(4, 14), parameters)
    assert blocks == [range(4, 6), range(6, 9), range(9, 14)]
    assert number_of_blocks(10, parameters) == 3
    for places in ((0, 3), (3, 2), (2, 2)):
        with pytest.raises(ValueError, match="ascending"):
            parameters_of({"kind": "trials", "break_after": list(places)})
