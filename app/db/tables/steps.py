"""What the steps of a session that hold no trials gave: pages that were read, levels that were set."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class StepResult(Base):
    """The one result of one step of a participant's course.

    `position` is the step's place in the course, `kind` the kind of step that stood there. `client_uuid` is
    made by the page, so a repeated request is recognised. `result` is the record as it was understood;
    `flags` name what in it cannot be.
    """

    __tablename__ = "step_results"
    __table_args__ = (UniqueConstraint("participant_id", "position"), UniqueConstraint("client_uuid"))

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    position: Mapped[int]
    kind: Mapped[str]
    client_uuid: Mapped[str]
    result: Mapped[dict[str, Any]]
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    received_at: Mapped[datetime]
