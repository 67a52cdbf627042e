"""Synthesis runs: asked for by an experimenter, carried out by workers."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base


class SynthesisRun(Base):
    """One run. `name` is also its folder below the workers' folder of bundles.

    `spec` is the YAML as it was given; its relative paths are meant from `spec_folder`. `attempt` counts how
    often a worker has taken the run, so it tells the present taker from earlier ones; `losses` counts the
    workers that have vanished with it. `per_second` and `seconds_left` are those of the present `stage`.
    """

    __tablename__ = "synthesis_runs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'running', 'cancelling', 'cancelled', 'failed', 'finished')", name="state"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    spec: Mapped[str]
    spec_folder: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    queued_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    attempt: Mapped[int] = mapped_column(default=0)
    losses: Mapped[int] = mapped_column(default=0)
    host: Mapped[str | None]
    pid: Mapped[int | None]
    heartbeat_at: Mapped[datetime | None]

    stage: Mapped[str | None]
    done: Mapped[int | None]
    total: Mapped[int | None]
    per_second: Mapped[float | None]
    seconds_left: Mapped[float | None]

    error: Mapped[str | None]
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundles.id"))
