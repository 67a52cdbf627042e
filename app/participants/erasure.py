"""Deleting what is stored of one participant: the ids of the person alone, or everything."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Participant, Payment
from app.experiments.endings import EXPIRED, WITHDRAWN
from app.participants import queries
from app.participants.tombstones import Reason, bury

# Payments of which nothing more will be heard.
SETTLED = ("confirmed", "failed")
# Begins what stands in the place of a fingerprint or key that was deleted; it is unlike all others.
ERASED = "erased:"
# The recruiter waits for a decision.
UNDECIDED = "submitted"


@dataclass(frozen=True)
class Erased:
    """Rows that were deleted or emptied."""

    recruitments: int = 0
    submissions: int = 0
    payments: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.recruitments, self.submissions, self.payments


async def erase_all(session: AsyncSession, participant: Participant, now: datetime) -> None:
    """Delete everything of one who withdraws; the row of the participant stays, with the moment."""
    await erase_ids(session, participant, "withdrawn", now)
    await queries.delete_all_of(session, participant.id)
    participant.status, participant.outcome, participant.ended_at = WITHDRAWN, WITHDRAWN, now
    participant.completed_at, participant.flags, participant.lease = None, [], None


async def erase_data(session: AsyncSession, participant: Participant) -> None:
    """Delete the plan, answers, results and events of one whose time of keeping is over.

    The row of the participant stays, and no browser opens the session any more.
    """
    await queries.delete_all_of(session, participant.id)
    participant.flags, participant.lease, participant.consent_uuid = [], None, None
    participant.token_sha256 = f"{ERASED}{participant.id}"
    if participant.status == "active":
        participant.status, participant.outcome = "expired", EXPIRED
        participant.ended_at = participant.last_seen_at


async def is_waiting(session: AsyncSession, participant_id: int) -> bool:
    """Whether a payment is unclear, or a submission waits for a decision: both need the ids."""
    submissions = await queries.submissions_of(session, participant_id)
    payments = await queries.payments_of(session, participant_id)
    return any(one.status == UNDECIDED for one in submissions) or any(
        one.state not in SETTLED for one in payments
    )


async def erase_ids(session: AsyncSession, participant: Participant, reason: Reason, now: datetime) -> Erased:
    """Delete what recruiters call the person and the visits, and keep marks of them.

    Payments keep the participant's number and the amounts. Payments that are unclear and submissions that
    wait for a decision stay as they are: the person is still to be paid.
    """
    found = await queries.recruitment_of(session, participant.id)
    if found is not None:
        ids = {"person": found.person, "visit": found.visit if reason == "retention" else None}
        await bury(session, found.study_id, found.audience, found.source, ids, reason, now)  # type: ignore[arg-type]
        await session.delete(found)
    payments = await queries.payments_of(session, participant.id)
    open_ones = {one.submission for one in payments if one.state not in SETTLED}
    settled = [one for one in payments if one.state in SETTLED and one.submission]
    for payment in settled:
        empty(payment)
    submissions = [
        one
        for one in await queries.submissions_of(session, participant.id)
        if one.status != UNDECIDED and one.remote_id not in open_ones
    ]
    for submission in submissions:
        source = await queries.recruiter_of(session, submission.campaign_id)
        visit = {"visit": submission.remote_id}
        await bury(session, participant.study_id, participant.audience, source, visit, reason, now)  # type: ignore[arg-type]
        await session.delete(submission)
    await session.flush()
    return Erased(int(found is not None), len(submissions), len(settled))


def empty(payment: Payment) -> None:
    """What accounting needs stays. No two payments have one key."""
    payment.submission, payment.remote_reference, payment.problem = "", None, None
    payment.key = f"{ERASED}{payment.id}"
