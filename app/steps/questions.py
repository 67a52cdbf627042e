"""The questions of a survey, and which answers they take; pure.

`static/participant/steps/questions.js` has the same rules for the page. `tests/unit/survey_cases.json` holds
both sides to them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    PlainSerializer,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from app.steps.words import Line

LONGEST_TEXT = 2000  # characters of an answer
LONGEST_TEXTS = 12_000  # of all of them: even letters of 4 bytes fit into the body of one request
LARGEST_NUMBER = 1e15  # beyond it, a float does not tell every whole number
MOST_STEPS = 101  # of a scale
BLANKS = " \t\n\r\u00a0"

# What can be wrong with an answer.
REQUIRED, HIDDEN, UNKNOWN = "required", "hidden", "unknown"
TOO_LONG, NO_NUMBER, TOO_SMALL, TOO_LARGE, NO_OPTION = (
    "too-long",
    "number",
    "too-small",
    "too-large",
    "option",
)

Value = StrictStr | StrictInt | StrictFloat


def _listed(given: Any) -> Any:
    return given if isinstance(given, list | tuple) else [given]


def _conditions(given: Any) -> Any:
    return tuple(given.items()) if isinstance(given, Mapping) else given


Values = Annotated[tuple[Value, ...], BeforeValidator(_listed), Field(min_length=1, max_length=200)]
# {ID: value or values} in a study file; pairs, so that steps can be compared and hashed.
ShowIf = Annotated[
    tuple[tuple[str, Values], ...],
    BeforeValidator(_conditions),
    PlainSerializer(lambda pairs: {name: list(values) for name, values in pairs}),
]
Options = Annotated[tuple[Line, ...], Field(min_length=2, max_length=200)]
ScreensOut = Annotated[tuple[Value, ...], BeforeValidator(_listed), Field(max_length=200)]


class _Question(BaseModel, ABC):
    """`show_if` names questions before it: it is shown if each of them has one of the values given there.

    Who answers with one of `screens_out` takes no further part. The answers to a question that is `personal`
    are deleted with the person's ids.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern="^[a-z][a-z0-9_]{0,63}$")
    text: Line
    required: bool = True
    show_if: ShowIf = ()
    screens_out: ScreensOut = ()
    personal: bool = False

    @abstractmethod
    def problem(self, answer: Any) -> str | None:
        """What is wrong with an answer that was given; None if nothing is."""

    def can_be(self, value: Value) -> bool:
        """Whether this can be the answer, or one of the options that were chosen."""
        return self.problem(value) is None


class TextQuestion(_Question):
    type: Literal["text"] = "text"

    def problem(self, answer: Any) -> str | None:
        if not isinstance(answer, str):
            return NO_OPTION
        return TOO_LONG if len(answer) > LONGEST_TEXT else None

    def can_be(self, value: Value) -> bool:
        """Nobody can tell beforehand what will be written."""
        return False


class NumberQuestion(_Question):
    type: Literal["number"] = "number"
    least: FiniteFloat | None = None
    most: FiniteFloat | None = None

    @model_validator(mode="after")
    def _has_a_number(self) -> "NumberQuestion":
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"{self.id}: no number is at least {self.least:g} and at most {self.most:g}")
        return self

    def problem(self, answer: Any) -> str | None:
        if not is_number(answer):
            return NO_NUMBER
        if self.least is not None and answer < self.least:
            return TOO_SMALL
        return TOO_LARGE if self.most is not None and answer > self.most else None


class _Choice(_Question):
    options: Options

    @model_validator(mode="after")
    def _options_differ(self) -> "_Choice":
        if len(set(self.options)) < len(self.options):
            raise ValueError(f"{self.id}: an option is there twice")
        return self


class OneQuestion(_Choice):
    type: Literal["one"] = "one"

    def problem(self, answer: Any) -> str | None:
        return None if isinstance(answer, str) and answer in self.options else NO_OPTION


class ManyQuestion(_Choice):
    type: Literal["many"] = "many"

    def problem(self, answer: Any) -> str | None:
        if not isinstance(answer, list) or not all(isinstance(one, str) for one in answer):
            return NO_OPTION
        return None if set(answer) <= {*self.options} and len(set(answer)) == len(answer) else NO_OPTION

    def can_be(self, value: Value) -> bool:
        return value in self.options


class ScaleQuestion(_Question):
    """Whole numbers from `least` to `most`; `labels` are the words at its two ends."""

    type: Literal["scale"] = "scale"
    least: StrictInt = Field(default=1, ge=-1000, le=1000)
    most: StrictInt = Field(default=7, ge=-1000, le=1000)
    labels: tuple[Line, Line] | None = None

    @model_validator(mode="after")
    def _has_steps(self) -> "ScaleQuestion":
        if not 1 < self.most - self.least + 1 <= MOST_STEPS:
            raise ValueError(f"{self.id}: a scale has 2 to {MOST_STEPS} steps from its least to its most")
        return self

    def problem(self, answer: Any) -> str | None:
        fits = is_number(answer) and answer in range(self.least, self.most + 1)
        return None if fits else NO_OPTION


Question = Annotated[
    TextQuestion | NumberQuestion | OneQuestion | ManyQuestion | ScaleQuestion, Field(discriminator="type")
]


def checked(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Raises `ValueError` with one line: an id that occurs twice, or values that nobody can answer."""
    before: dict[str, Question] = {}
    for question in questions:
        if question.id in before:
            raise ValueError(f"{question.id}: the id is there twice")
        for name, values in question.show_if:
            if name not in before:
                raise ValueError(f"{question.id}: show_if: no question {name!r} comes before it")
            _require_answers(before[name], values, f"{question.id}: show_if: {name}")
        _require_answers(question, question.screens_out, f"{question.id}: screens_out")
        before[question.id] = question
    return questions


def _require_answers(question: Question, values: Sequence[Value], where: str) -> None:
    for value in values:
        if not question.can_be(value):
            raise ValueError(f"{where}: nobody can be expected to answer {value!r}")


def is_number(answer: Any) -> bool:
    return isinstance(answer, int | float) and not isinstance(answer, bool) and abs(answer) <= LARGEST_NUMBER


def unanswered(answer: Any) -> bool:
    return answer is None or answer == [] or (isinstance(answer, str) and not answer.strip(BLANKS))


def shown(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Question]:
    """The questions that are shown to one who gives these answers."""
    found: dict[str, Question] = {}
    for question in questions:
        if all(name in found and _is_one_of(answers.get(name), values) for name, values in question.show_if):
            found[question.id] = question
    return list(found.values())


def _is_one_of(answer: Any, values: Sequence[Value]) -> bool:
    return any(one in values for one in (answer if isinstance(answer, list) else [answer]))


def problems(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with these answers, by question; nothing if they are as they were asked for."""
    asked = {question.id for question in shown(questions, answers)}
    known = {question.id for question in questions}
    found = {} if answers.keys() <= known else {"answers": UNKNOWN}
    written = 0
    for question in questions:
        answer = answers.get(question.id)
        if unanswered(answer):
            problem = REQUIRED if question.required and question.id in asked else None
        else:
            problem = question.problem(answer) if question.id in asked else HIDDEN
            written += len(answer) if isinstance(question, TextQuestion) and isinstance(answer, str) else 0
            problem = problem or (TOO_LONG if written > LONGEST_TEXTS else None)
        if problem:
            found[question.id] = problem
    return found


def screens_out(questions: Sequence[Question], answers: Mapping[str, Any]) -> bool:
    """Whether one of the answers says that a person takes no further part."""
    return any(_is_one_of(answers.get(one.id), one.screens_out) for one in shown(questions, answers))
