"""What passes between the server and the page that runs the trials. All durations are in ms."""

from dataclasses import dataclass
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


class ScreenView(BaseModel):
    """What the step screen_scale found, None where it found nothing; CSS px are those of that time."""

    px_per_degree: float | None
    distance_cm: float | None
    device_pixel_ratio: float | None


class SessionView(BaseModel):
    """What the page needs to begin or to go on.

    `session` names this session and no other, so that a page knows what an earlier one left behind.
    `next_index` is the first trial that waits for an answer. `steps` are those that are left, the one that is
    due first: as many as are settled by now. None are left when the session can be finished. `begun` says
    that something was done since the participant entered, `over` that the session has ended, in whatever way.
    `screen` is None where the size of the screen has not been asked for.
    """

    session: str
    study: StudyName
    total: int
    practice: int
    gate: int
    next_index: int | None
    begun: bool
    over: bool
    task: SerializeAsAny[Told]
    screen: ScreenView | None
    steps: list[StepView]


class TrialView(BaseModel):
    """One trial: the same shape for all, and nothing that tells what the stimulus is. Catch trials are main.

    `sha256` is the digest of the bytes that are sent from `stimulus`, in base64; None if they cannot be read
    now. It tells no more than the bytes do, which the page may fetch as well. `told` is what the task says of
    a trial beside them.
    """

    index: int
    phase: Literal["practice", "gate", "main"]
    stimulus: str
    sha256: str | None
    told: dict[str, Any]
    answered: bool


class TrialWindow(BaseModel):
    """`dropped`: enough was measured before the first of these trials, and the session goes on elsewhere."""

    trials: list[TrialView]
    dropped: bool = False


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
    """The result as it is stored; `next_position` is the step that is due now.

    What the server made of it stays with the server: `result` is told without it.
    """

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
    """`outcome` is how the session ended: the last page says what follows from it."""

    outcome: str


@dataclass(frozen=True)
class Sender:
    """The page that sends an answer or a result, by its headers.

    `lease` is None where a program calls. What is `leftover` was given before the page was loaded: it does
    not show that the participant is there now.
    """

    lease: UUID | None = None
    leftover: bool = False


class BeginIn(BaseModel):
    """A page that wants to run the session.

    `lease` is drawn by the page. `previous` is the last lease that this browser had, as far as it knows: its
    tabs settle among themselves which of them runs the session. `take_over` was pressed by the participant.
    """

    model_config = ConfigDict(extra="forbid")

    lease: UUID
    previous: UUID | None = None
    take_over: bool = False
