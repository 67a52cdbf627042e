"""The answers: what the whole system exists to keep."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class Response(Base):
    """The one answer to one planned trial.

    `client_uuid` is made by the page, so a repeated request is recognised. `rt_ms` counts from the onset of
    the response screen, by the page's monotonic clock. `timing` is the timing record as the page sent it.
    """

    __tablename__ = "responses"
    __table_args__ = (UniqueConstraint("planned_trial_id"), UniqueConstraint("client_uuid"))

    id: Mapped[int] = mapped_column(primary_key=True)
    planned_trial_id: Mapped[int] = mapped_column(ForeignKey("planned_trials.id"))
    client_uuid: Mapped[str]
    answer: Mapped[str]
    correct: Mapped[bool]
    rt_ms: Mapped[float]
    timing: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]
