"""Receiving whoever opens a study's link: asks the door, and does what it says."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.tokens import token_sha256
from app.db.tables import Participant, Study, StudyLink
from app.experiments import service as experiments
from app.experiments.recruiting import NAMING
from app.experiments.schemas import Asked, StudyDefinition
from app.participants import door, queries, service
from app.participants.arrival import Arrival
from app.participants.door import Answer, Caller, Known
from app.participants.form_keys import FormKeys
from app.participants.proof import is_proven
from app.participants.tombstones import REASONS, Reason, is_buried

NOBODY = 0  # the number of no participant


@dataclass(frozen=True)
class Call:
    """What came with a request: the link's code, the session cookie, the link's ids, and what was ticked.

    Whoever was seen since `fresh_since` keeps a place; without it, places are not counted.
    """

    code: str
    token: str | None
    arrival: Arrival | None
    another: bool = False
    fresh_since: datetime | None = None


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
        participant.lease = None  # the page that has it is not known any more
        service.record_event(session, participant, "resume", {"in_another_browser": True}, now)
    return await _entered(session, reception, participant)


async def _locked(session: AsyncSession, call: Call) -> tuple[Study, StudyLink]:
    """The study of a link, locked: forms that are sent at the same moment are looked at in turn."""
    study, link = await experiments.study_by_code(session, call.code)
    return await experiments.lock_study(session, study.id), link


async def _reception(session: AsyncSession, study: Study, link: StudyLink, call: Call) -> Reception:
    definition = experiments.definition_of(study)
    recruiting = definition.recruitment if link.audience == "live" else None
    caller = Caller(
        arrival=call.arrival,
        here=await _here(session, study, link, call.token),
        taken=await _taken(session, study, link, call.arrival, definition),
        another=call.another,
        excluded=await _excluded(session, study, link, call.arrival),
        panel=recruiting.recruiter if recruiting and recruiting.recruiter in NAMING else None,
        proven=not (recruiting and recruiting.secured) or is_proven(study, call.arrival),
    )
    answer = door.answer(caller, definition.repeats, is_open=study.status != "closed")
    if answer is Answer.CONSENT and await _is_full(session, study, link, definition, call.fresh_since):
        answer = Answer.FULL
    if answer is Answer.CONSENT:
        experiments.require_open(study, link.audience)
    return Reception(study, link, definition, caller, answer)


async def _is_full(
    session: AsyncSession,
    study: Study,
    link: StudyLink,
    definition: StudyDefinition,
    fresh_since: datetime | None,
) -> bool:
    """Whether the study takes no newcomer, by its own rule; pilots and simulated observers take no place."""
    if link.audience != "live":
        return False
    if study.status != "open" or fresh_since is None or definition.close_at == "never":
        return experiments.is_full(study)
    held = await queries.held_slots(session, study.id, link.audience, fresh_since)
    return not experiments.has_places(definition, len(held))


async def _here(session: AsyncSession, study: Study, link: StudyLink, token: str | None) -> Known | None:
    if not token:
        return None
    participant = await queries.participant_by_token(session, study.id, link.audience, token_sha256(token))
    return await queries.known_by_id(session, participant.id) if participant else None


async def _taken(
    session: AsyncSession, study: Study, link: StudyLink, arrival: Arrival | None, definition: StudyDefinition
) -> Known | None:
    """Who took part under the same id; of one whose id was deleted, no more than that."""
    if arrival is None:
        return None
    person = link.audience, arrival.source, arrival.person
    known = await queries.known_by_person(session, study.id, *person)
    if known is not None:
        return known
    again = definition.privacy is not None and definition.privacy.again_after_withdrawal
    reasons: tuple[Reason, ...] = ("retention",) if again else REASONS
    buried = await is_buried(session, [study.id], *person, reasons)
    return Known(NOBODY, True, arrival.source, arrival.person, None) if buried else None


async def _excluded(session: AsyncSession, study: Study, link: StudyLink, arrival: Arrival | None) -> bool:
    """Whether the person took part in a study that excludes this one, or that this one excludes."""
    if arrival is None or link.audience == "simulated":
        return False
    others = await experiments.excluded_studies(session, study)
    person = link.audience, arrival.source, arrival.person
    return await queries.took_part(session, others, *person) or await is_buried(session, others, *person)


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
