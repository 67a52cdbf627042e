"""What passes between the server and the page that runs the trials. All durations are in ms."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.text import CleanText


class Choice(BaseModel):
    """`icon` is an address, or None for a category that has no icon: its label stands alone."""

    name: str
    label: str
    icon: str | None


class Durations(BaseModel):
    blank_ms: int
    fixation_ms: int
    image_ms: int
    mask_ms: int
    practice_image_ms: int
    practice_mask_ms: int


class StudyName(BaseModel):
    name: str


class PictureTask(BaseModel):
    """Naming pictures: each is shown for a moment, and one of `choices` is the answer."""

    kind: Literal["picture"] = "picture"
    timing: Durations
    image_px: int = 224
    choices: list[Choice]
    masks: list[str]


class WordTask(BaseModel):
    """Recognising words: each sound is played once, and a word of `vocabulary` is the answer."""

    kind: Literal["word"] = "word"
    lead_ms: int
    vocabulary: list[str]


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
    task: Annotated[PictureTask | WordTask, Field(discriminator="kind")]
    steps: list[StepView]


class TrialView(BaseModel):
    """One trial: the same shape for all, and nothing that tells what the stimulus is.

    `mask` is the address of the picture that follows a picture; sounds have none.
    """

    index: int
    phase: Literal["practice", "main"]
    stimulus: str
    mask: str | None
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
