"""What stays of people whose ids were deleted, and the texts that people agreed to."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.privacy import Privacy


class InstallationSecret(Base):
    """A secret that this installation has drawn once, by what it is for. It is in no archive."""

    __tablename__ = "installation_secrets"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    value: Mapped[str]
    made_at: Mapped[datetime]


class Tombstone(Base):
    """That somebody took part whose id is not stored any more.

    `mark` is the HMAC-SHA256 of the person's id, or of the id of the visit, with a secret of the
    installation: who comes with the id again is known, and the id does not follow from the mark. Nothing
    says which participant it was.
    """

    __tablename__ = "tombstones"
    __table_args__ = (
        UniqueConstraint("study_id", "audience", "source", "what", "mark", name="uq_tombstones_mark"),
        CheckConstraint("what IN ('person', 'visit')", name="what"),
        CheckConstraint("reason IN ('withdrawn', 'retention')", name="reason"),
    )
    __privacy__: ClassVar[dict[str, Privacy]] = {
        "id": Privacy("mark", "the number of this row", "kept"),
        "study_id": Privacy("mark", "one person takes part once in a study", "kept"),
        "audience": Privacy("mark", "one person takes part once in a study", "kept"),
        "source": Privacy("mark", "which recruiter the id was of", "kept"),
        "what": Privacy("mark", "whether it is the mark of a person or of a visit", "kept"),
        "mark": Privacy("mark", "one person takes part once, also after the id was deleted", "kept"),
        "reason": Privacy("mark", "whether the person may come again", "kept"),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("studies.id"))
    audience: Mapped[str]
    source: Mapped[str]
    what: Mapped[str]
    mark: Mapped[str]
    reason: Mapped[str]


class ConsentText(Base):
    """A text that people agreed to, once, whichever study it is of. `sha256` stands in their results."""

    __tablename__ = "consent_texts"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    stored_at: Mapped[datetime]
