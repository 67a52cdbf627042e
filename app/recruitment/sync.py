"""Taking over what the recruiter says of submissions: by a list of all, or of one when it calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.clock import utc_now
from app.core.errors import Conflict, DomainError
from app.db.tables import Campaign, Participant, Payment, Study, Submission
from app.experiments.endings import RETURNED, TIMED_OUT
from app.participants.tombstones import buried_visits
from app.recruitment import queries
from app.recruitment.ledger import reward_key
from app.recruitment.recruiter import SETTLED, Recruiter, RemoteSubmission
from app.recruitment.service import Case, Office, case_of, key_of, note_problem, required, take_over
from app.sessions.endings import service as endings

# What becomes of a session whose submission is over at the recruiter's.
ENDED = {"returned": RETURNED, "timed_out": TIMED_OUT}


@dataclass(frozen=True)
class Synced:
    """How many submissions the recruiter has, and how many places were freed by it."""

    submissions: int
    freed: int


async def sync(office: Office, actor: Actor, name: str) -> Synced:
    """Read the campaign and all submissions. What was read before a failure stays read."""
    async with office.database.reading() as session:
        case = await case_of(session, actor, name, "experimenter")
        campaign = required(case)
        key = await key_of(session, case.study)
    recruiter = office.recruiters.named(campaign.recruiter)
    if campaign.remote_id is None or not recruiter.pays:
        raise Conflict("nothing_to_sync", "the recruiter has nothing of this study that could be read")
    try:
        synced = await _read_all(office, case, campaign, recruiter, key)
    except DomainError as error:
        await note_problem(office.database, case.study.id, error.message)
        raise
    async with office.database.writing() as session:
        detail = {"submissions": synced.submissions, "freed": synced.freed}
        subject = f"study {case.study.name}"
        await audit.record(session, actor, "campaign.synced", subject, detail, utc_now())
    return synced


async def _read_all(office: Office, case: Case, campaign: Campaign, recruiter: Recruiter, key: str) -> Synced:
    remote_id = campaign.remote_id or ""
    remote, total, freed = await recruiter.campaign(remote_id), 0, 0
    async for page in recruiter.submissions(remote_id):
        async with office.database.writing() as session:
            applied = await apply(session, case.study, campaign, page, utc_now())
        total, freed = total + len(page), freed + applied.freed
        for person in applied.new:
            await recruiter.mark_taken(key, person)
    async with office.database.writing() as session:
        stored = await queries.campaign_of_study(session, case.study.id)
        if stored is not None:
            take_over(stored, remote, utc_now())
            stored.synced_at = utc_now()
    return Synced(total, freed)


@dataclass(frozen=True)
class Applied:
    freed: int
    new: tuple[str, ...]


async def apply(
    session: AsyncSession,
    study: Study,
    campaign: Campaign,
    remotes: Sequence[RemoteSubmission],
    now: datetime,
    *,
    hearsay: bool = False,
) -> Applied:
    """Store submissions as the recruiter has them, end sessions that are over there, and book rewards.

    Visits whose ids were deleted here are passed over: nothing of them is stored again.
    `hearsay` is what a call says that may be late: what is settled stays settled.
    """
    ids = [one.remote_id for one in remotes]
    buried = await buried_visits(session, study.id, campaign.recruiter, ids)
    people = await queries.participants_by_visit(session, study.id, campaign.recruiter, ids)
    known = await queries.submissions_by_id(session, campaign.id, ids)
    payments = await queries.rewards(session, [reward_key(campaign.recruiter, one) for one in ids])
    freed, new = 0, []
    for remote in (one for one in remotes if one.remote_id not in buried):
        stored, participant = known.get(remote.remote_id), people.get(remote.remote_id)
        if stored is None:
            stored = Submission(campaign_id=campaign.id, remote_id=remote.remote_id, first_seen_at=now)
            session.add(stored)
            new.append(remote.person)
        elif hearsay and stored.status in SETTLED:
            continue
        _take(stored, remote, participant, now)
        freed += await _end(session, participant, remote, now)
        _book(session, study, campaign, remote, participant, payments, now)
    await session.flush()
    return Applied(freed, tuple(new))


def _take(
    stored: Submission, remote: RemoteSubmission, participant: Participant | None, now: datetime
) -> None:
    stored.remote_status, stored.status = remote.raw_status, remote.status
    stored.entered_code = remote.entered_code or stored.entered_code
    stored.participant_id = participant.id if participant else stored.participant_id
    stored.last_seen_at = now


async def _end(
    session: AsyncSession, participant: Participant | None, remote: RemoteSubmission, now: datetime
) -> bool:
    """Whether a place was freed by it."""
    outcome = ENDED.get(remote.status)
    if outcome is None or participant is None or participant.status != "active":
        return False
    return await endings.end_by_recruiter(session, participant, outcome, now)


def _book(
    session: AsyncSession,
    study: Study,
    campaign: Campaign,
    remote: RemoteSubmission,
    participant: Participant | None,
    payments: dict[str, Payment],
    now: datetime,
) -> None:
    """An approved submission was paid, whoever approved it; one that is rejected or returned was not."""
    key = reward_key(campaign.recruiter, remote.remote_id)
    payment = payments.get(key)
    if payment is not None and payment.state == "confirmed":
        return
    if payment is not None and remote.status in ("approved", "rejected", "returned"):
        state = "confirmed" if remote.status == "approved" else "failed"
        payment.state, payment.settled_at, payment.settled_by = state, now, campaign.recruiter
    elif payment is None and remote.status == "approved" and campaign.reward_minor:
        session.add(
            Payment(
                study_id=study.id,
                participant_id=participant.id if participant else None,
                key=key,
                kind="reward",
                recruiter=campaign.recruiter,
                submission=remote.remote_id,
                amount_minor=campaign.reward_minor,
                currency=campaign.currency,
                reason="approved at the recruiter's",
                state="confirmed",
                actor=campaign.recruiter,
                created_at=now,
                settled_at=now,
                settled_by=campaign.recruiter,
            )
        )
