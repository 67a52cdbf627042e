"""What the steps of a session that hold no trials gave: pages that were read, levels that were set."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.privacy import Privacy


class StepResult(Base):
    """The one result of one step of a participant's course.

    `position` is the step's place in the course, `kind` the kind of step that stood there. `client_uuid` is
    made by the page, so a repeated request is recognised. `result` is the record as it was understood;
    `flags` name what in it cannot be.
    """

    __tablename__ = "step_results"
    __table_args__ = (UniqueConstraint("participant_id", "position"), UniqueConstraint("client_uuid"))

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": Privacy("questions", "the number of this row"),
        "participant_id": Privacy("questions", "whose result it is"),
        "position": Privacy("questions", "the place in the session"),
        "kind": Privacy("questions", "which step of the session it was"),
        "client_uuid": Privacy("access", "a result that is sent twice is stored once"),
        "result": Privacy(
            "questions",
            "consent, answers to questions, checks of screen and sound",
        ),
        "flags": Privacy("questions", "quality of the data: what cannot be as it was reported"),
        "received_at": Privacy("questions", "order of the steps"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    position: Mapped[int]
    kind: Mapped[str]
    client_uuid: Mapped[str]
    result: Mapped[dict[str, Any]]
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    received_at: Mapped[datetime]
