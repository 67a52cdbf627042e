"""Requests for pictures in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Bundle, PictureRequest, Stimulus
from app.live_pictures.schemas import Claim
from app.stimuli.levels import MADE_LIVE
from app.stimuli.schemas import LevelPicture


async def insert(session: AsyncSession, **values: Any) -> None:
    """Store a request unless the picture was asked for before, by whomever, even at this moment."""
    await session.execute(_insert(session).values(**values).on_conflict_do_nothing())


def _insert(session: AsyncSession) -> Any:
    made: Insert = (
        postgresql.insert(PictureRequest)
        if session.get_bind().dialect.name == "postgresql"
        else sqlite.insert(PictureRequest)
    )
    return made


async def of_picture(
    session: AsyncSession, bundle_id: int, original_id: int, dimension: str, step: int
) -> PictureRequest | None:
    query = select(PictureRequest).where(
        PictureRequest.bundle_id == bundle_id,
        PictureRequest.original_id == original_id,
        PictureRequest.dimension == dimension,
        PictureRequest.step == step,
    )
    found: PictureRequest | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def first_in_line(session: AsyncSession, request_id: int, now: datetime) -> None:
    """Somebody waits for a queued picture anew."""
    statement = update(PictureRequest).where(
        PictureRequest.id == request_id, PictureRequest.state == "queued"
    )
    await session.execute(statement.values(queued_at=now), execution_options={"synchronize_session": False})


def _to_be_made(now: datetime, paths: Sequence[str]) -> Any:
    lost = and_(PictureRequest.state == "taken", PictureRequest.taken_until < now)
    waits = or_(PictureRequest.state == "queued", lost)
    return and_(waits, Bundle.path.in_(paths)) if paths else waits


async def is_any(session: AsyncSession, now: datetime, paths: Sequence[str]) -> bool:
    """Whether a picture is to be made, of the bundles at `paths`, or of any; takes no lock."""
    query = select(PictureRequest.id).join(Bundle, PictureRequest.bundle_id == Bundle.id)
    return await session.scalar(query.where(_to_be_made(now, paths)).limit(1)) is not None


async def next_request(session: AsyncSession, now: datetime, paths: Sequence[str]) -> PictureRequest | None:
    """The request to be made first, locked: the newest, for whose picture somebody waits at this moment.

    It passes over those that others have locked. On SQLite the transaction must be a writing one: it has the
    database for itself.
    """
    query = (
        select(PictureRequest)
        .join(Bundle, PictureRequest.bundle_id == Bundle.id)
        .where(_to_be_made(now, paths))
        .order_by(PictureRequest.queued_at.desc(), PictureRequest.id.desc())
        .limit(1)
        .with_for_update(skip_locked=True, of=PictureRequest)
    )
    found: PictureRequest | None = await session.scalar(query.execution_options(populate_existing=True))
    return found


async def original_of(session: AsyncSession, request: PictureRequest) -> tuple[str, str, str]:
    """(path of the bundle, natural stimulus, its category)."""
    query = select(Bundle.path, Stimulus.natural_id, Stimulus.category).join(
        Bundle, Stimulus.bundle_id == Bundle.id
    )
    row = (await session.execute(query.where(Stimulus.id == request.original_id))).one()
    return row[0], row[1], row[2]


async def change_claimed(session: AsyncSession, claim: Claim, **values: Any) -> bool:
    """Change a taken request; False, and no change, if it is no longer the claim's."""
    statement = (
        update(PictureRequest)
        .where(
            PictureRequest.id == claim.request_id,
            PictureRequest.attempts == claim.attempt,
            PictureRequest.state == "taken",
        )
        .values(**values)
        .returning(PictureRequest.id)
    )
    return await session.scalar(statement, execution_options={"synchronize_session": False}) is not None


async def stimulus_of(session: AsyncSession, claim: Claim) -> Stimulus | None:
    query = select(Stimulus).where(
        Stimulus.bundle_id == claim.bundle_id,
        Stimulus.natural_id == claim.original,
        Stimulus.condition == claim.dimension,
        Stimulus.seed == MADE_LIVE + claim.step,
    )
    found: Stimulus | None = await session.scalar(query)
    return found


def _picture(one: Stimulus) -> LevelPicture:
    target, value = float(one.certificate["target"]), float(one.certificate["value"])
    return LevelPicture(one.id, one.natural_id, one.condition, one.seed, target, value, one.certified)


async def picture(session: AsyncSession, stimulus_id: int) -> LevelPicture:
    return _picture(await session.get_one(Stimulus, stimulus_id))


async def certified(
    session: AsyncSession, bundle_id: int, natural_id: str, dimension: str
) -> list[LevelPicture]:
    """The certified pictures of an original that were made live along a dimension."""
    query = select(Stimulus).where(
        Stimulus.bundle_id == bundle_id,
        Stimulus.natural_id == natural_id,
        Stimulus.condition == dimension,
        Stimulus.seed >= MADE_LIVE,
        Stimulus.certified,
    )
    return [_picture(one) for one in await session.scalars(query)]


async def asked_for(session: AsyncSession, bundle_id: int) -> set[tuple[int, str, int]]:
    """(original, dimension, step) of every request of a bundle."""
    query = select(PictureRequest.original_id, PictureRequest.dimension, PictureRequest.step)
    rows = await session.execute(query.where(PictureRequest.bundle_id == bundle_id))
    return {(row[0], row[1], row[2]) for row in rows}


async def by_ids(session: AsyncSession, ids: Sequence[int]) -> Sequence[PictureRequest]:
    query = select(PictureRequest).where(PictureRequest.id.in_(ids)).order_by(PictureRequest.id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def remove_queued(session: AsyncSession, ids: Sequence[int]) -> None:
    """Forget requests that nobody has taken."""
    statement = delete(PictureRequest).where(PictureRequest.id.in_(ids), PictureRequest.state == "queued")
    await session.execute(statement, execution_options={"synchronize_session": False})


async def latest(
    session: AsyncSession, bundle_id: int, since: datetime, count: int
) -> list[tuple[str, float | None]]:
    """(state, seconds) of the pictures of a bundle that were last asked for, and made or given up."""
    query = (
        select(PictureRequest.state, PictureRequest.seconds)
        .where(
            PictureRequest.bundle_id == bundle_id,
            PictureRequest.queued_at >= since,
            PictureRequest.state.in_(("done", "failed")),
        )
        .order_by(PictureRequest.queued_at.desc(), PictureRequest.id.desc())
        .limit(count)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]
