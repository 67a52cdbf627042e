"""What passes between the server and the page that runs the trials. All durations are in ms."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from app.core.text import CleanText
from app.tasks.task import Told


class StudyName(BaseModel):
    name: str


class TrialSpan(BaseModel):
    """Trials from `first` to `last` of the plan, both included."""

    first: int
    last: int


class StepView(BaseModel):
    """A step as the page is told of it: `told` is what its kind has to say (`app.steps`).

    `trials` are those that it holds, None for a page.
    """

    position: int
    kind: str
    trials: TrialSpan | None
    told: dict[str, Any]


class SessionView(BaseModel):
    """What the page needs to begin or to go on.

    `session` names this session and no other, so that a page knows what an earlier one left behind.
    `next_index` is the first trial that waits for an answer. `steps` are those that are left, the one that is
    due first: as many as are settled by now. None are left when the session can be finished.
    """

    session: str
    study: StudyName
    total: int
    practice: int
    next_index: int | None
    completed: bool
    task: SerializeAsAny[Told]
    steps: list[StepView]


class TrialView(BaseModel):
    """One trial: the same shape for all, and nothing that tells what the stimulus is.

    `told` is what the task says of a trial beside the stimulus's address.
    """

    index: int
    phase: Literal["practice", "main"]
    stimulus: str
    told: dict[str, Any]
    answered: bool


class TrialWindow(BaseModel):
    trials: list[TrialView]


class AnswerIn(BaseModel):
    """`uuid` is made by the page once per answer, so that sending it again is recognised.

    What was measured may be anything: it is read by `app.tasks.reading`, and is never a reason to refuse.
    """

    model_config = ConfigDict(extra="forbid")

    uuid: UUID
    answer: str = Field(max_length=64)
    rt_ms: Any = None
    timing: Any = None


class StepResultIn(BaseModel):
    """`uuid` is made by the page once per result, `kind` is that of the step.

    The result itself may be anything: it is read by `app.tasks.reading`, and is never a reason to refuse.
    """

    model_config = ConfigDict(extra="forbid")

    uuid: UUID
    kind: CleanText = Field(max_length=64)
    result: Any = None


class StepResultOut(BaseModel):
    """The result as it is stored; `next_position` is the step that is due now."""

    position: int
    kind: str
    uuid: str
    result: dict[str, Any]
    next_position: int | None


class SetAsideIn(BaseModel):
    """An answer that the server refused, so that the page goes on without it.

    `status`, `code` and `message` are the refusal's; `body` is the refused answer as JSON text.
    """

    model_config = ConfigDict(extra="forbid")

    uuid: UUID
    status: int = Field(strict=True, ge=0, le=999)
    code: CleanText = Field(max_length=64)
    message: CleanText = Field(max_length=500)
    body: CleanText = Field(max_length=16_000)


class Passed(BaseModel):
    """`next_index` is the first trial that is neither answered nor set aside."""

    next_index: int | None


class Feedback(BaseModel):
    correct: bool
    answer: str


class AnswerOut(BaseModel):
    """The answer as it is stored."""

    index: int
    uuid: str
    answer: str
    next_index: int | None
    feedback: Feedback | None


class Finished(BaseModel):
    completion_code: str
    message: str
