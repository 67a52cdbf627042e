"""The answers: what the whole system exists to keep."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.privacy import Privacy


class Response(Base):
    """The one answer to one planned trial.

    `client_uuid` is made by the page, so a repeated request is recognised. `rt_ms` counts from the onset of
    the response screen, by the page's monotonic clock. `timing` is the record of the trial as it was
    understood; `on_time` and `attended` are read from it when it is stored (`app.tasks`). What was
    not measured, or cannot be, is null, and `flags` name what cannot be.
    """

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("planned_trial_id"),
        UniqueConstraint("client_uuid"),
        # What the recognition table needs of an answer, to count a million without reading their records.
        Index("ix_responses_scores", "planned_trial_id", "correct", "rt_ms", "on_time", "attended"),
    )

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": Privacy("answers", "the number of this row"),
        "planned_trial_id": Privacy("answers", "which trial was answered"),
        "client_uuid": Privacy("access", "an answer that is sent twice is stored once"),
        "answer": Privacy("answers", "what was recognised: what the study is about"),
        "correct": Privacy("answers", "what was recognised: what the study is about"),
        "rt_ms": Privacy("answers", "how long the answer took, in milliseconds"),
        "timing": Privacy("answers", "quality of the data: whether the stimulus was shown as planned"),
        "received_at": Privacy("answers", "order of the answers"),
        "on_time": Privacy("answers", "quality of the data: whether the stimulus was shown as planned"),
        "attended": Privacy("answers", "quality of the data: whether the window was in front"),
        "flags": Privacy("answers", "quality of the data: what cannot be as it was reported"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    planned_trial_id: Mapped[int] = mapped_column(ForeignKey("planned_trials.id"))
    client_uuid: Mapped[str]
    answer: Mapped[str]
    correct: Mapped[bool]
    rt_ms: Mapped[float | None]
    timing: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
    on_time: Mapped[bool | None]
    attended: Mapped[bool | None]
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
