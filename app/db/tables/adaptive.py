"""Trials whose level is chosen from the answers before, and the pictures that are made for them."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.privacy import Privacy


class AbxTrial(Base):
    """What a planned trial of the ABX task has beside its original, which is the planned trial's stimulus.

    `dimension` is an id of the bundle; `changed_first` says that A is the changed picture, `x_changed` that X
    is. These are fixed at consent. The rest is written when the trial is given out: `asked_level` is what the
    procedure chose, `stimulus_id` the changed picture, and `level` its level as measured on its bytes, from
    which later choices are made. They differ where no picture of the level was there in time (`fell_back`).
    Of a picture that is made meanwhile both are written when it is fetched.
    """

    __tablename__ = "abx_trials"

    __privacy__: ClassVar[dict[str, Privacy]] = {
        "planned_trial_id": Privacy(
            "session", "the number under which all data of a person are kept together"
        ),
        "dimension": Privacy("plan", "along which dimension the picture is changed"),
        "changed_first": Privacy("plan", "the order of what is shown"),
        "x_changed": Privacy("plan", "the order of what is shown"),
        "asked_level": Privacy("plan", "how much the picture is changed, as chosen from the answers before"),
        "stimulus_id": Privacy("plan", "what is shown"),
        "level": Privacy("plan", "how much the picture is changed, as measured"),
        "fell_back": Privacy("plan", "that the picture asked for was not there in time"),
        "issued_at": Privacy("plan", "when the level was chosen"),
    }

    planned_trial_id: Mapped[int] = mapped_column(ForeignKey("planned_trials.id"), primary_key=True)
    dimension: Mapped[str]
    changed_first: Mapped[bool]
    x_changed: Mapped[bool]
    asked_level: Mapped[float | None]
    stimulus_id: Mapped[int | None] = mapped_column(ForeignKey("stimuli.id"), index=True)
    level: Mapped[float | None]
    fell_back: Mapped[bool] = mapped_column(default=False)
    issued_at: Mapped[datetime | None]


class PictureRequest(Base):
    """A picture that a generator is asked to make: an original moved along a dimension to a level.

    `step` numbers the level among those that a study with pictures made live can ask for. One picture is
    asked for once, whoever needs it. `taken_until` is when a generator that took the request counts as lost;
    `attempts` counts the takers. `seconds` is how long the making took, and `stimulus_id` what came of it.
    """

    __tablename__ = "picture_requests"
    __table_args__ = (
        UniqueConstraint("bundle_id", "original_id", "dimension", "step"),
        CheckConstraint("state IN ('queued', 'taken', 'done', 'failed')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bundle_id: Mapped[int] = mapped_column(ForeignKey("bundles.id"))
    original_id: Mapped[int] = mapped_column(ForeignKey("stimuli.id"))
    dimension: Mapped[str]
    step: Mapped[int]
    target: Mapped[float]
    state: Mapped[str] = mapped_column(index=True)
    queued_at: Mapped[datetime]
    taken_until: Mapped[datetime | None]
    taken_by: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    seconds: Mapped[float | None]
    error: Mapped[str | None]
    stimulus_id: Mapped[int | None] = mapped_column(ForeignKey("stimuli.id"))
