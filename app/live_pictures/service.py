"""Asking for pictures, and taking and answering requests for them.

A request is queued, taken by a generator for as long as its lease is renewed, and then done or failed. A
generator that is lost costs its request one of `MOST_ATTEMPTS` attempts, and nothing else.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import PictureRequest, Stimulus
from app.live_pictures import queries

# What other domains may read of requests.
from app.live_pictures.queries import certified as certified
from app.live_pictures.queries import is_any as is_any
from app.live_pictures.queries import picture as picture
from app.live_pictures.queries import remove_queued as remove_queued
from app.live_pictures.schemas import Claim
from app.stimuli.levels import MADE_LIVE
from synthesis.bundle.dimensions import Level

MOST_ATTEMPTS = 3
# What a generator stores of a claim; False if the request is no longer its own.
Change = Callable[[AsyncSession], Awaitable[bool]]
# What a certificate of a level says: see `app.stimuli.dimensions`.
MEASURED = {"target", "value", "drift", "rms", "ssim", "saturated", "label", "steps", "fault"}


async def ask(
    session: AsyncSession,
    bundle_id: int,
    original_id: int,
    dimension: str,
    step: int,
    target: float,
    now: datetime,
) -> PictureRequest:
    """Have a picture made; whoever asked for it before, there is one request for it.

    A request that still waits is put first in line, since somebody waits for it now.
    """
    which = (bundle_id, original_id, dimension, step)
    request = await queries.of_picture(session, *which)
    if request is None:
        await queries.insert(
            session,
            bundle_id=bundle_id,
            original_id=original_id,
            dimension=dimension,
            step=step,
            target=target,
            state="queued",
            queued_at=now,
            attempts=0,
        )
        request = await queries.of_picture(session, *which)
        assert request is not None  # inserted here, or by whoever was quicker
    elif request.state == "queued":
        await queries.first_in_line(session, request.id, now)
    return request


async def take(
    session: AsyncSession, taker: str, now: datetime, lease: timedelta, paths: Sequence[str] = ()
) -> Claim | None:
    """The picture that a generator is to make next, of the bundles at `paths`, or of any.

    Requests whose last attempt was lost are given up on the way.
    """
    while request := await queries.next_request(session, now, paths):
        if request.attempts >= MOST_ATTEMPTS:
            request.state = "failed"
            request.error = f"{MOST_ATTEMPTS} generators were lost while they made it"
            await session.flush()
            continue
        request.state, request.attempts = "taken", request.attempts + 1
        request.taken_by, request.taken_until = taker, now + lease
        await session.flush()
        path, original, category = await queries.original_of(session, request)
        return Claim(
            request_id=request.id,
            attempt=request.attempts,
            bundle_id=request.bundle_id,
            bundle_path=path,
            original=original,
            category=category,
            dimension=request.dimension,
            step=request.step,
            target=request.target,
        )
    return None


async def renew(session: AsyncSession, claim: Claim, now: datetime, lease: timedelta) -> bool:
    """Say that the claim's generator is at work; False if another has taken the request."""
    return await queries.change_claimed(session, claim, taken_until=now + lease)


async def put_back(session: AsyncSession, claim: Claim) -> bool:
    """Leave a request to another generator, as if it had not been taken."""
    return await queries.change_claimed(
        session, claim, state="queued", attempts=claim.attempt - 1, taken_by=None, taken_until=None
    )


async def failed(session: AsyncSession, claim: Claim, error: str) -> bool:
    """Write down why a picture was not made; it is tried again unless this was the last attempt."""
    state = "failed" if claim.attempt >= MOST_ATTEMPTS else "queued"
    return await queries.change_claimed(session, claim, state=state, error=error, taken_until=None)


async def done(session: AsyncSession, claim: Claim, level: Level, seconds: float) -> bool:
    """Store a picture, certified or not; False, and nothing is stored, if another has taken the request."""
    values = {"state": "done", "seconds": seconds, "error": None, "taken_until": None}
    if not await queries.change_claimed(session, claim, **values):
        return False
    made = await queries.stimulus_of(session, claim)
    if made is None:
        made = _row(claim, level)
        session.add(made)
        await session.flush()
    (request,) = await queries.by_ids(session, [claim.request_id])
    request.stimulus_id = made.id
    await session.flush()
    return True


def _row(claim: Claim, level: Level) -> Stimulus:
    return Stimulus(
        bundle_id=claim.bundle_id,
        natural_id=claim.original,
        category=claim.category,
        condition=claim.dimension,
        seed=MADE_LIVE + claim.step,
        blob_sha256=level.blob.sha256,
        media_type=level.blob.media_type,
        certified=level.passed,
        certificate=level.model_dump(mode="json", include=MEASURED),
    )
