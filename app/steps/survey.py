"""Questions that a study asks its participants, on one page; pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, Field

from app.core.text import CleanText
from app.steps import questions as rules
from app.steps.questions import Question
from app.steps.step import Judgement, Page, Setting, Step, StepParameters, StepRecord
from app.steps.words import Line, Paragraphs
from app.tasks.codebook import Column

OUTCOME = "survey"
TRIES = 200  # of a simulated participant, to answer as the study takes it

Answer = CleanText | int | float | list[CleanText]


class SurveyParameters(StepParameters):
    kind: Literal["survey"] = "survey"
    title: Line | None = None
    intro: Paragraphs = ()
    questions: Annotated[
        tuple[Question, ...], Field(min_length=1, max_length=100), AfterValidator(rules.checked)
    ]


class SurveyRecord(StepRecord):
    """`answers` are by the question's id; a question that was hidden or left out is not there."""

    answers: dict[str, Answer] | None = None


class Survey(Page):
    name = "survey"
    parameters = SurveyParameters
    result = SurveyRecord
    outcomes: Mapping[str, str] = {OUTCOME: "an answer to the questions that the study does not take"}
    columns = (Column("answers", "text", "", "answers to the questions by their ids, as JSON"),)

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        """All but which answers end the session, and which are personal."""
        return _told(step.parameters)

    def problems(self, parameters: SurveyParameters, given: Any) -> dict[str, str]:
        answers = given.get("answers") if isinstance(given, dict) else None
        return rules.problems(parameters.questions, answers if isinstance(answers, dict) else {})

    def judged(
        self, parameters: SurveyParameters, record: SurveyRecord, secret: np.random.Generator
    ) -> Judgement:
        given = {name: answer for name, answer in (record.answers or {}).items() if answer not in ("", [])}
        out = rules.screens_out(parameters.questions, given)
        return Judgement(record.model_copy(update={"answers": given}), OUTCOME if out else None)

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        """Answers drawn evenly from what can be answered."""
        asked = SurveyParameters.model_validate(told).questions
        answers: dict[str, Any] = {}
        for question in asked:
            if question in rules.shown(asked, answers):
                answers[question.id] = _drawn(question, random)
        return {**super().simulate(told, random), "answers": answers}

    def solved(
        self,
        parameters: SurveyParameters,
        result: dict[str, Any],
        secret: np.random.Generator,
        *,
        passes: bool,
    ) -> dict[str, Any]:
        """Drawn again while the answers end the session, or do not; after `TRIES` they stay as they are."""
        for _ in range(TRIES):
            if rules.screens_out(parameters.questions, result["answers"]) is not passes:
                break
            result = self.simulate(_told(parameters), secret)
        return result

    def sentence(self, parameters: SurveyParameters, setting: Setting) -> str:
        count = len(parameters.questions)
        text = f"Participants answered {count} {'question' if count == 1 else 'questions'} on one page."
        if any(question.screens_out for question in parameters.questions):
            text += " Those whose answers met a criterion of exclusion took no further part."
        return text


def _told(parameters: StepParameters) -> dict[str, Any]:
    given: dict[str, Any] = parameters.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    for question in given["questions"]:
        del question["screens_out"], question["personal"]
    return given


def _drawn(question: Question, random: np.random.Generator) -> Any:
    if isinstance(question, rules.TextQuestion):
        return "simulated"
    if isinstance(question, rules.NumberQuestion):
        least = question.least if question.least is not None else min(0.0, question.most or 0.0)
        most = question.most if question.most is not None else least + 100
        return float(random.uniform(least, most))
    if isinstance(question, rules.ScaleQuestion):
        return int(random.integers(question.least, question.most + 1))
    option = question.options[int(random.integers(len(question.options)))]
    return [option] if isinstance(question, rules.ManyQuestion) else option
