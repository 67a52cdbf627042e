"""The questions of a survey: which answers they take, and which study files have none of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.steps.questions import LONGEST_TEXTS, problems
from app.steps.registry import KINDS, parameters_of
from app.steps.step import Parts, Setting, Step
from app.steps.survey import OUTCOME, Survey, SurveyParameters, SurveyRecord
from app.tasks.reading import read
from app.tasks.registry import TASKS
from tests.strategies import ANY_JSON

CASES = json.loads((Path(__file__).parent / "survey_cases.json").read_text())
SETTING = Setting(TASKS["image16"], (), Parts(0, 0, 10))
SURVEY = Survey()


def survey(*questions: dict[str, Any]) -> SurveyParameters:
    parameters = parameters_of({"kind": "survey", "questions": list(questions)})
    assert isinstance(parameters, SurveyParameters)
    return parameters


ASKED = survey(*CASES["questions"])


def written_out(answer: Any) -> Any:
    is_long = isinstance(answer, dict) and "repeat" in answer
    return answer["repeat"] * answer["times"] if is_long else answer


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_the_table_of_cases(case: dict[str, Any]) -> None:
    answers = {name: written_out(answer) for name, answer in case["answers"].items()}
    assert problems(ASKED.questions, answers) == case["problems"]
    assert SURVEY.problems(ASKED, {"answers": answers}) == case["problems"]


@given(raw=ANY_JSON)
def test_whatever_is_sent_the_rules_do_not_fail(raw: Any) -> None:
    assert SURVEY.problems(ASKED, raw)
    assert SURVEY.problems(ASKED, {"answers": raw})
    assert SURVEY.problems(ASKED, {"answers": {"age": raw, "hearing": raw, "devices": raw, "remarks": raw}})


@given(seed=st.integers(0, 1000), passes=st.booleans())
def test_a_simulated_participant_is_screened_out_or_not_as_wanted(seed: int, passes: bool) -> None:
    asked = survey(
        {"id": "age", "text": "Age", "type": "number", "least": 0, "most": 99},
        {"id": "hearing", "text": "Do you hear well?", "type": "one", "options": ["yes", "no"],
         "screens_out": ["no"]},
    )  # fmt: skip
    random = np.random.default_rng(seed)
    drawn = SURVEY.simulate(SURVEY.told(Step(0, asked, 0), SETTING), random)
    result = SURVEY.solved(asked, drawn, random, passes=passes)
    assert result["answers"]["hearing"] == ("yes" if passes else "no")
    record = read(SurveyRecord, result).record
    assert SURVEY.judged(asked, record, random).outcome == (None if passes else OUTCOME)


@given(seed=st.integers(0, 1000))
def test_what_is_simulated_is_taken(seed: int) -> None:
    told = SURVEY.told(Step(0, ASKED, 0), SETTING)
    result = SURVEY.simulate(told, np.random.default_rng(seed))
    assert SURVEY.problems(ASKED, result) == {}
    assert read(SurveyRecord, result).flags == ()


def test_all_texts_together_fit_into_one_request() -> None:
    asked = survey(*({"id": f"q{n}", "text": "Tell", "type": "text"} for n in range(7)))
    answers = {f"q{n}": "ä" * 2000 for n in range(6)}
    assert sum(map(len, answers.values())) == LONGEST_TEXTS
    assert problems(asked.questions, {**answers, "q6": "x"}) == {"q6": "too-long"}


def test_who_is_screened_out() -> None:
    asked = survey(
        {"id": "age", "text": "Age", "type": "number", "screens_out": 17},
        {"id": "has", "text": "Has", "type": "many", "options": ["a", "b"], "required": False,
         "screens_out": ["b"]},
        {"id": "b_too", "text": "B?", "type": "one", "options": ["yes", "no"], "show_if": {"age": 30},
         "screens_out": ["no"]},
    )  # fmt: skip

    def outcome(**answers: Any) -> str | None:
        record = read(SurveyRecord, {"answers": answers}).record
        return SURVEY.judged(asked, record, np.random.default_rng(0)).outcome

    assert outcome(age=17) == OUTCOME
    assert outcome(age=17.0) == OUTCOME
    assert outcome(age=18) is None
    assert outcome(age=18, has=["a"]) is None
    assert outcome(age=18, has=["a", "b"]) == OUTCOME
    assert outcome(age=30, b_too="no") == OUTCOME
    assert outcome(age=31, b_too="no") is None  # it was hidden


def test_the_page_is_not_told_which_answers_end_the_session() -> None:
    asked = survey({"id": "age", "text": "Age", "type": "number", "least": 0, "screens_out": [17]})
    told = SURVEY.told(Step(0, asked, 0), SETTING)
    [question] = told["questions"]
    assert question == {
        "id": "age",
        "text": "Age",
        "required": True,
        "show_if": {},
        "type": "number",
        "least": 0.0,
    }
    assert "Those whose answers met a criterion" in SURVEY.sentence(asked, SETTING)


def test_a_survey_is_frozen_and_thawed_unchanged() -> None:
    assert parameters_of(json.loads(json.dumps(ASKED.model_dump(mode="json")))) == ASKED
    assert hash(ASKED)
    written = parameters_of(
        {"kind": "survey", "intro": "One\nline.\n\nTwo.", "questions": CASES["questions"]}
    )
    assert isinstance(written, SurveyParameters)
    assert written.intro == ("One line.", "Two.")


def test_what_is_left_out_is_not_stored() -> None:
    asked = survey({"id": "a", "text": "A", "type": "text", "required": False})
    record = read(SurveyRecord, {"answers": {"a": ""}}).record
    stored = SURVEY.judged(asked, record, np.random.default_rng(0)).record
    assert isinstance(stored, SurveyRecord)
    assert stored.answers == {}


NUMBER = {"id": "n", "text": "N", "type": "number"}
ONE = {"id": "one", "text": "One", "type": "one", "options": ["a", "b"]}


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        ([], "questions: Tuple should have at least 1 item after validation, not 0"),
        ([NUMBER, NUMBER], "questions: Value error, n: the id is there twice"),
        ([{**NUMBER, "id": "1"}],
         "questions.0.number.id: String should match pattern '^[a-z][a-z0-9_]{0,63}$'"),
        ([{**NUMBER, "least": 2, "most": 1}],
         "questions.0.number: Value error, n: no number is at least 2 and at most 1"),
        ([{**NUMBER, "options": ["a"]}], "questions.0.number.options: Extra inputs are not permitted"),
        ([{**ONE, "options": ["a", "a"]}], "questions.0.one: Value error, one: an option is there twice"),
        ([{**ONE, "options": ["a"]}],
         "questions.0.one.options: Tuple should have at least 2 items after validation, not 1"),
        ([{**NUMBER, "show_if": {"one": "a"}}, ONE],
         "questions: Value error, n: show_if: no question 'one' comes before it"),
        ([ONE, {**NUMBER, "show_if": {"one": "c"}}],
         "questions: Value error, n: show_if: one: nobody can be expected to answer 'c'"),
        ([{**ONE, "screens_out": ["c"]}],
         "questions: Value error, one: screens_out: nobody can be expected to answer 'c'"),
        ([{"id": "t", "text": "T", "type": "text", "screens_out": ["c"]}],
         "questions: Value error, t: screens_out: nobody can be expected to answer 'c'"),
        ([{"id": "s", "text": "S", "type": "scale", "least": 3, "most": 3}],
         "questions.0.scale: Value error, s: a scale has 2 to 101 steps from its least to its most"),
        ([{"id": "s", "text": "S", "type": "scale", "labels": ["low"]}],
         "questions.0.scale.labels.1: Field required"),
    ],
)  # fmt: skip
def test_questions_that_cannot_be_asked_are_refused(questions: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(ValueError) as refused:
        survey(*questions)
    assert str(refused.value) == f"survey: {problem}"


def test_the_kind_is_known() -> None:
    assert isinstance(KINDS["survey"], Survey)
