"""Letting participants in, and knowing them again."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Unauthorized
from app.core.tokens import new_asset_token, new_token, token_sha256
from app.db.tables import Event, Participant, Study, StudyLink
from app.experiments import queries as study_queries
from app.experiments import service as experiments
from app.experiments.schemas import StudyDefinition
from app.participants import queries
from app.participants.queries import Caller
from app.participants.schemas import EventIn

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Visit:
    """A participant who was known again, in the study that the link leads into."""

    study: Study
    link: StudyLink
    definition: StudyDefinition
    participant: Participant


async def find_visit(session: AsyncSession, code: str, token: str | None) -> Visit | None:
    """The visit that a link's code and the cookie's token belong to. Raises `NotFound` for the code."""
    return visit_of(await queries.caller(session, code, fingerprint(token)))


async def require_visit(session: AsyncSession, code: str, token: str | None) -> Visit:
    """As `find_visit`; raises `Unauthorized` where there is none."""
    return required(await find_visit(session, code, token))


def fingerprint(token: str | None) -> str:
    """What is stored of a token; of no token something that nobody has."""
    return token_sha256(token) if token else ""


def visit_of(caller: Caller | None) -> Visit | None:
    """The visit of who calls. Raises `NotFound` if the link is not known."""
    if caller is None:
        raise experiments.unknown_link()
    study, link, participant = caller
    if participant is None:
        return None
    return Visit(study, link, experiments.definition_of(study), participant)


def required(visit: Visit | None) -> Visit:
    """Raises `Unauthorized` where there is no visit."""
    if visit is None:
        raise Unauthorized("no_session", "Your session is not known here. Open the study's link again.")
    return visit


def seen(participant: Participant, now: datetime) -> None:
    """Note that the participant is there; once a minute is enough to tell who has left."""
    if now - participant.last_seen_at >= SEEN_EVERY:
        participant.last_seen_at = now


async def consent(session: AsyncSession, code: str, stale_after: timedelta, now: datetime) -> str:
    """Make a participant with a slot and the whole plan, and return the session's secret token.

    The study's row stays locked until the transaction ends, so that no two participants take one slot.
    Raises `NotFound`, `Gone` or `Conflict` when the link leads nowhere or the study is not open.
    """
    found, link = await experiments.study_by_code(session, code)
    study = await study_queries.lock_study(session, found.id)
    experiments.require_open(study)
    held = await queries.held_slots(session, study.id, link.kind, now - stale_after)
    token = new_token()
    participant = Participant(
        study_id=study.id,
        kind=link.kind,
        slot=lowest_free(held),
        token_sha256=token_sha256(token),
        status="active",
        consented_at=now,
        last_seen_at=now,
    )
    session.add(participant)
    await session.flush()
    await _store_plan(session, study, participant)
    record_event(session, participant, "consent", {}, now)
    return token


async def _store_plan(session: AsyncSession, study: Study, participant: Participant) -> None:
    cells = await experiments.cells_of(session, study)
    # The first plan of a block takes a moment of arithmetic; other requests are served meanwhile.
    plan = await asyncio.to_thread(cells.plan, participant.slot)
    rows = [
        {
            "participant_id": participant.id,
            "trial_index": index,
            "phase": planned.phase,
            "stimulus_id": planned.stimulus.id,
            "asset_token": new_asset_token(),
        }
        for index, planned in enumerate(plan)
    ]
    await queries.add_plan(session, rows)


def lowest_free(held: Collection[int]) -> int:
    """The lowest number from 0 that is not held."""
    taken = set(held)
    return next(slot for slot in count() if slot not in taken)


def note_event(session: AsyncSession, visit: Visit, event: EventIn, now: datetime) -> None:
    """Store what the browser reported."""
    seen(visit.participant, now)
    record_event(session, visit.participant, event.kind, event.detail, now)


def record_event(
    session: AsyncSession, participant: Participant, kind: str, detail: dict[str, Any], now: datetime
) -> None:
    session.add(Event(participant_id=participant.id, kind=kind, detail=detail, happened_at=now))
