"""Letting participants in, and knowing them again."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Unauthorized
from app.core.tokens import new_asset_token, token_sha256
from app.db.callers import Caller
from app.db.tables import Event, Participant, Recruitment, StepResult, Study, StudyLink
from app.experiments import service as experiments
from app.experiments.abx_design import PlannedAbx
from app.experiments.cells import PlannedStimulus
from app.experiments.schemas import StudyDefinition
from app.participants import queries
from app.participants.arrival import Arrival
from app.participants.form_keys import FormKeys
from app.participants.schemas import EventIn, HandIn
from app.participants.turk import SUBMIT_PATH
from app.steps.consent import ConsentParameters, record_of, text_sha256

SEEN_EVERY = timedelta(minutes=1)
MOST_EVENTS = 500  # far more than an eventful session has
DROPPED = "events_dropped"


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


async def hand_in_of(session: AsyncSession, participant: Participant) -> HandIn | None:
    """Where a worker of MTurk hands in; None for everybody else."""
    site, assignment = await queries.hand_in(session, participant.id)
    return HandIn(f"{site}{SUBMIT_PATH}", assignment) if site and assignment else None


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


async def consent(
    session: AsyncSession,
    study: Study,
    link: StudyLink,
    keys: FormKeys,
    arrival: Arrival | None,
    stale_after: timedelta,
    now: datetime,
) -> Participant:
    """Make a participant with a slot and the whole plan, whose session the form's token opens.

    The study's row must be locked, and stays so until the transaction ends: no two participants take one
    slot. Raises `Gone` or `Conflict` when the study is not open.
    """
    experiments.require_open(study, link.audience)
    held = await queries.held_slots(session, study.id, link.audience, now - stale_after)
    participant = Participant(
        study_id=study.id,
        audience=link.audience,
        slot=lowest_free(held),
        token_sha256=token_sha256(keys.token),
        consent_uuid=keys.fingerprint,
        status="active",
        consented_at=now,
        last_seen_at=now,
    )
    session.add(participant)
    await session.flush()
    if arrival is not None:
        session.add(_recruitment(participant, arrival))
    await _store_plan(session, study, participant)
    await _store_agreement(session, study, participant, keys, now)
    record_event(session, participant, "consent", {}, now)
    return participant


def _recruitment(participant: Participant, arrival: Arrival) -> Recruitment:
    return Recruitment(
        participant_id=participant.id,
        study_id=participant.study_id,
        audience=participant.audience,
        source=arrival.source,
        person=arrival.person,
        visit=arrival.visit,
        errand=arrival.errand,
        submit_to=arrival.submit_to,
    )


async def _store_agreement(
    session: AsyncSession, study: Study, participant: Participant, keys: FormKeys, now: datetime
) -> None:
    """What was agreed to, where it is the first step of the course; the text is kept in any case."""
    definition = experiments.definition_of(study)
    first, text = definition.course[0], definition.consent
    await queries.keep_consent_text(session, text_sha256(text), text, now)
    if isinstance(first, ConsentParameters):
        result = StepResult(
            participant_id=participant.id,
            position=0,
            kind=first.kind,
            client_uuid=keys.fingerprint,
            result=record_of(first, text).model_dump(mode="json"),
            received_at=now,
        )
        session.add(result)


async def _store_plan(session: AsyncSession, study: Study, participant: Participant) -> None:
    design = await experiments.design_of(session, study)
    # The first plan of a block takes a moment of arithmetic; other requests are served meanwhile.
    plan: Sequence[PlannedStimulus | PlannedAbx] = await asyncio.to_thread(design.plan, participant.slot)
    rows = [_row(participant.id, index, planned) for index, planned in enumerate(plan)]
    await queries.add_plan(session, rows)
    abx = {index: planned for index, planned in enumerate(plan) if isinstance(planned, PlannedAbx)}
    if abx:
        await queries.add_abx_trials(session, participant.id, {n: _abx_row(one) for n, one in abx.items()})


def _row(participant_id: int, index: int, planned: PlannedStimulus | PlannedAbx) -> dict[str, Any]:
    row = {
        "participant_id": participant_id,
        "trial_index": index,
        "phase": planned.phase,
        "stimulus_id": None,
        "study_stimulus_id": None,
        "asset_token": new_asset_token(),
    }
    if isinstance(planned, PlannedAbx):
        return row | {"stimulus_id": planned.original.id}
    return row | {"study_stimulus_id" if planned.phase == "catch" else "stimulus_id": planned.stimulus.id}


def _abx_row(planned: PlannedAbx) -> dict[str, Any]:
    return {
        "dimension": planned.dimension,
        "changed_first": planned.changed_first,
        "x_changed": planned.x_changed,
    }


def lowest_free(held: Collection[int]) -> int:
    """The lowest number from 0 that is not held."""
    taken = set(held)
    return next(slot for slot in count() if slot not in taken)


async def note_event(session: AsyncSession, visit: Visit, event: EventIn, now: datetime) -> None:
    """Store what the browser reported, but no more than `MOST_EVENTS`; that there was more is stored once."""
    seen(visit.participant, now)
    stored, dropped = await queries.event_counts(session, visit.participant.id, DROPPED)
    if stored < MOST_EVENTS:
        record_event(session, visit.participant, event.kind, event.detail, now)
    elif not dropped:
        record_event(session, visit.participant, DROPPED, {}, now)


def record_event(
    session: AsyncSession, participant: Participant, kind: str, detail: dict[str, Any], now: datetime
) -> None:
    session.add(Event(participant_id=participant.id, kind=kind, detail=detail, happened_at=now))
