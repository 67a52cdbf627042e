"""Receiving whoever opens a study's link: asks the door, and does what it says."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.tokens import token_sha256
from app.db.tables import Participant, Study, StudyLink
from app.experiments import service as experiments
from app.experiments.schemas import Asked, StudyDefinition
from app.participants import door, queries, service
from app.participants.arrival import Arrival
from app.participants.door import Answer, Caller, Known
from app.participants.form_keys import FormKeys


@dataclass(frozen=True)
class Call:
    """What came with a request: the link's code, the session cookie, the link's ids, and what was ticked."""

    code: str
    token: str | None
    arrival: Arrival | None
    another: bool = False


@dataclass(frozen=True)
class Reception:
    """What the door said to a call.

    `enters` when the form's token opens a session from now on; `unnumbered` when the form lacked the
    participant's number that the study requires.
    """

    study: Study
    link: StudyLink
    definition: StudyDefinition
    caller: Caller
    answer: Answer
    enters: bool = False
    unnumbered: bool = False

    @property
    def asks_number(self) -> Asked:
        """Whether the form asks for a participant's number: not where the link says who comes."""
        named = self.caller.arrival is not None and self.caller.arrival.source != "laboratory"
        return "none" if named or self.link.audience == "simulated" else self.definition.participant_number


async def receive(session: AsyncSession, call: Call) -> Reception:
    """What to show to who opens the link; changes nothing. Raises `NotFound` for the link's code.

    Raises `Gone` or `Conflict` for one who is new to a study that is not open.
    """
    study, link = await experiments.study_by_code(session, call.code)
    return await _reception(session, study, link, call)


async def enter(
    session: AsyncSession, call: Call, keys: FormKeys, stale_after: timedelta, now: datetime
) -> Reception:
    """Let in who gave consent, unless the door says otherwise; the same form again enters the same session.

    Raises as `receive`.
    """
    study, link = await _locked(session, call)
    sent = await queries.participant_by_consent(session, keys.fingerprint)
    if sent is not None:
        return await _sent_before(session, study, link, call, sent, keys)
    reception = await _reception(session, study, link, call)
    if reception.answer is not Answer.CONSENT:
        return reception
    if reception.asks_number == "required" and call.arrival is None:
        return replace(reception, unnumbered=True)
    participant = await service.consent(session, study, link, keys, call.arrival, stale_after, now)
    return await _entered(session, reception, participant)


async def resume(session: AsyncSession, call: Call, keys: FormKeys, now: datetime) -> Reception:
    """Go on in this browser with a session that was begun in another, if the door allows it.

    From now on the other browser is not known any more. Raises as `receive`.
    """
    study, link = await _locked(session, call)
    reception = await _reception(session, study, link, call)
    if reception.answer is not Answer.RESUME or reception.caller.taken is None:
        return reception
    participant = await session.get_one(Participant, reception.caller.taken.participant_id)
    if participant.token_sha256 != token_sha256(keys.token):
        participant.token_sha256, participant.last_seen_at = token_sha256(keys.token), now
        service.record_event(session, participant, "resume", {"in_another_browser": True}, now)
    return await _entered(session, reception, participant)


async def _locked(session: AsyncSession, call: Call) -> tuple[Study, StudyLink]:
    """The study of a link, locked: forms that are sent at the same moment are looked at in turn."""
    study, link = await experiments.study_by_code(session, call.code)
    return await experiments.lock_study(session, study.id), link


async def _reception(session: AsyncSession, study: Study, link: StudyLink, call: Call) -> Reception:
    caller = Caller(
        arrival=call.arrival,
        here=await _here(session, study, link, call.token),
        taken=await _taken(session, study, link, call.arrival),
        another=call.another,
    )
    definition = experiments.definition_of(study)
    answer = door.answer(caller, definition.repeats, is_open=study.status == "open")
    if answer is Answer.CONSENT:
        experiments.require_open(study)
    return Reception(study, link, definition, caller, answer)


async def _here(session: AsyncSession, study: Study, link: StudyLink, token: str | None) -> Known | None:
    if not token:
        return None
    participant = await queries.participant_by_token(session, study.id, link.audience, token_sha256(token))
    return await queries.known_by_id(session, participant.id) if participant else None


async def _taken(
    session: AsyncSession, study: Study, link: StudyLink, arrival: Arrival | None
) -> Known | None:
    if arrival is None:
        return None
    return await queries.known_by_person(session, study.id, link.audience, arrival.source, arrival.person)


async def _sent_before(
    session: AsyncSession, study: Study, link: StudyLink, call: Call, sent: Participant, keys: FormKeys
) -> Reception:
    """The form of a session that is there. One that went on in another browser is not opened by it again."""
    known = await queries.known_by_id(session, sent.id)
    definition = experiments.definition_of(study)
    reception = Reception(study, link, definition, Caller(call.arrival, taken=known), Answer.TAKEN)
    if sent.token_sha256 != token_sha256(keys.token):
        return reception
    return await _entered(session, reception, sent)


async def _entered(session: AsyncSession, reception: Reception, participant: Participant) -> Reception:
    here = await queries.known_by_id(session, participant.id)
    caller = replace(reception.caller, here=here)
    return replace(reception, caller=caller, answer=Answer.LED_ON, enters=True)
