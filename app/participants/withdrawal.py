"""Leaving a study with all data: at any time, and afterwards by a personal key."""

import hmac
from datetime import datetime
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.db.tables import Participant, Study
from app.experiments import service as experiments
from app.experiments.endings import WITHDRAWN
from app.participants import queries
from app.participants.erasure import erase_all
from app.participants.service import Visit, record_event

UNKNOWN = "This key is not known here. Please copy the whole link or key that you were given."


def key_of(study: Study, participant: Participant) -> str | None:
    """The key by which a participant can withdraw without the browser that took part.

    It follows from the study's secret, so that only the participant and the server know it. None in studies
    that were opened before there were secrets.
    """
    if not study.secret:
        return None
    message = f"withdrawal {participant.id} {participant.consented_at.isoformat()}"
    mark = hmac.digest(study.secret.encode(), message.encode(), sha256).hex()[:32]
    return f"{participant.id}-{mark}"


async def withdraw(session: AsyncSession, code: str, key: str, visit: Visit | None, now: datetime) -> None:
    """Delete all that a participant gave, by the key, or without one the visit's own.

    Doing it again changes nothing. Raises `NotFound`: neither a key nor a visit is known here.
    """
    study, link = await experiments.study_by_code(session, code)
    participant = visit.participant if visit and not key else None
    if key:
        participant = await queries.participant_by_id(session, study.id, link.audience, _number(key))
        known = key_of(study, participant) if participant else None
        if known is None or not hmac.compare_digest(known.encode(), key.encode()):
            raise NotFound("unknown_key", UNKNOWN)
    if participant is None:
        raise NotFound("unknown_key", UNKNOWN)
    if participant.status != WITHDRAWN:
        await remove(session, participant, now)


async def remove(session: AsyncSession, participant: Participant, now: datetime) -> None:
    """Delete all that a participant gave; a mark of the person stays, and that there was a withdrawal."""
    await erase_all(session, participant, now)
    record_event(session, participant, "withdrawal", {}, now)


def _number(key: str) -> int:
    number = key.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
