"""Finding the stimulus at an address in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.db.tables import AbxTrial, Bundle, Participant, PlannedTrial, Stimulus, Study, StudyStimulus


@dataclass(frozen=True)
class Asset:
    """A stimulus; `picture_px` is the side at which the study serves its pictures, None as they are.

    Of a trial of the ABX task, the stimulus is the original, `changed_first` is not None, and
    `changed_sha256` is None until the trial is given out and, where pictures are made meanwhile, until it is
    settled which one it shows.
    """

    planned_trial_id: int
    issued: bool

    bundle_path: str
    blob_sha256: str
    media_type: str
    picture_px: int | None
    changed_first: bool | None
    x_changed: bool | None
    changed_sha256: str | None

    @property
    def triple(self) -> tuple[str, str, str] | None:
        """The blobs of A, B and X in the ABX task; None in another, or before the trial is given out."""
        if self.changed_sha256 is None:
            return None
        original, changed = self.blob_sha256, self.changed_sha256
        a, b = (changed, original) if self.changed_first else (original, changed)
        return a, b, changed if self.x_changed else original


_changed = aliased(Stimulus)
_OF_BUNDLE = (
    PlannedTrial.id,
    AbxTrial.issued_at.is_not(None),
    Bundle.path,
    Stimulus.blob_sha256,
    Stimulus.media_type,
    Study.picture_px,
    AbxTrial.changed_first,
    AbxTrial.x_changed,
    _changed.blob_sha256,
)
_assets = (
    select(*_OF_BUNDLE)
    .select_from(PlannedTrial)
    .join(Participant, PlannedTrial.participant_id == Participant.id)
    .join(Study, Participant.study_id == Study.id)
    .join(Stimulus, PlannedTrial.stimulus_id == Stimulus.id)
    .join(Bundle, Stimulus.bundle_id == Bundle.id)
    .outerjoin(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
    .outerjoin(_changed, AbxTrial.stimulus_id == _changed.id)
)


async def asset(session: AsyncSession, asset_token: str, owners: Sequence[str]) -> Asset | None:
    """The stimulus at an address, if the hash of its owner's session token is among `owners`."""
    query = _assets.where(PlannedTrial.asset_token == asset_token, Participant.token_sha256.in_(owners))
    row = (await session.execute(query)).first()
    return Asset(*row) if row else None


async def own_asset(
    session: AsyncSession, asset_token: str, owners: Sequence[str]
) -> tuple[bytes, str] | None:
    """As `asset`, where it is a stimulus of the study's own: its bytes and their media type."""
    query = (
        select(StudyStimulus.data, StudyStimulus.media_type)
        .join(PlannedTrial, PlannedTrial.study_stimulus_id == StudyStimulus.id)
        .join(Participant, PlannedTrial.participant_id == Participant.id)
        .where(PlannedTrial.asset_token == asset_token, Participant.token_sha256.in_(owners))
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def presented_in_window(
    session: AsyncSession, participant_id: int, start: int, count: int
) -> Sequence[tuple[Asset | None, bytes | None]]:
    """What each planned trial from `start` on presents, in order: a bundle's, or the study's own bytes."""
    query = (
        select(*_OF_BUNDLE, StudyStimulus.data)
        .select_from(PlannedTrial)
        .join(Participant, PlannedTrial.participant_id == Participant.id)
        .join(Study, Participant.study_id == Study.id)
        .outerjoin(Stimulus, PlannedTrial.stimulus_id == Stimulus.id)
        .outerjoin(Bundle, Stimulus.bundle_id == Bundle.id)
        .outerjoin(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
        .outerjoin(_changed, AbxTrial.stimulus_id == _changed.id)
        .outerjoin(StudyStimulus, PlannedTrial.study_stimulus_id == StudyStimulus.id)
        .where(
            PlannedTrial.participant_id == participant_id,
            PlannedTrial.trial_index >= start,
            PlannedTrial.trial_index < start + count,
        )
        .order_by(PlannedTrial.trial_index)
    )
    found = []
    for row in await session.execute(query):
        values: tuple[Any, ...] = tuple(row)
        found.append((Asset(*values[:-1]) if row.path is not None else None, row[-1]))
    return found


async def any_asset(session: AsyncSession, participant_id: int) -> Asset | None:
    """The stimulus of some trial of a plan."""
    query = _assets.where(PlannedTrial.participant_id == participant_id).limit(1)
    row = (await session.execute(query)).first()
    return Asset(*row) if row else None
