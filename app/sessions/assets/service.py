"""The bytes that a participant's page presents."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.core.tokens import token_sha256
from app.sessions.assets import queries
from app.stimuli.service import (
    DamagedStimulusError,
    presented_sha256,
    read_stimulus,
    sha256_text,
    sound_ms,
)
from app.stimuli.triples import triple

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Presented:
    """What is sent of a stimulus."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class BeingMade:
    """The picture of this trial is being made."""

    planned_trial_id: int


async def presented(session: AsyncSession, asset_token: str, tokens: Sequence[str]) -> Presented | BeingMade:
    """The stimulus at an address. Raises `NotFound` unless one of the session tokens is its owner's."""
    owners = [token_sha256(token) for token in tokens]
    found = await queries.asset(session, asset_token, owners)
    if found is not None:
        if found.changed_first is not None and found.triple is None:
            if found.issued:
                return BeingMade(found.planned_trial_id)
            raise NotFound("not_given_out", "This trial has not been given out yet.")
        return Presented(await asyncio.to_thread(_bytes, found), found.media_type)
    own = await queries.own_asset(session, asset_token, owners)
    if own is None:
        raise NotFound("no_such_stimulus", "There is no such stimulus in this session.")
    return Presented(*own)


async def digests(session: AsyncSession, participant_id: int, start: int, count: int) -> list[str | None]:
    """Of each planned trial from index `start` on the SHA-256 digest of what it presents: see `sha256_text`.

    All kinds of trials have one, whatever they present; None if it cannot be read now.
    """
    rows = await queries.presented_in_window(session, participant_id, start, count)
    return await asyncio.gather(*(asyncio.to_thread(_digest, *row) for row in rows))


def _bytes(found: queries.Asset) -> bytes:
    """Raises `DamagedStimulusError`."""
    if found.triple is not None:
        return triple(found.bundle_path, *found.triple, found.media_type)
    return read_stimulus(found.bundle_path, found.blob_sha256, found.media_type, found.picture_px)


def _digest(found: queries.Asset | None, own: bytes | None) -> str | None:
    if found is None:
        return sha256_text(own) if own is not None else None
    if found.changed_first is not None:
        return _triple_digest(found)
    return presented_sha256(found.bundle_path, found.blob_sha256, found.media_type, found.picture_px)


def _triple_digest(found: queries.Asset) -> str | None:
    if found.triple is None:
        return None
    try:
        return sha256_text(_bytes(found))
    except DamagedStimulusError as error:
        log.error("a picture of %s is damaged: %s", found.bundle_path, error)
        return None


async def stimulus_ms(session: AsyncSession, participant_id: int) -> float:
    """How long each sound of a plan lasts (all have one length); 0 if that cannot be read any more."""
    some = await queries.any_asset(session, participant_id)
    try:
        return await asyncio.to_thread(sound_ms, some.bundle_path, some.blob_sha256) if some else 0.0
    except DamagedStimulusError:
        return 0.0
