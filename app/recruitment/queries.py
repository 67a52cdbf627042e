"""Campaigns, submissions and payments in the database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import (
    Campaign,
    Participant,
    Payment,
    Recruitment,
    Study,
    StudyBudget,
    Submission,
    WebhookDelivery,
)
from app.recruitment.reconcile import Ours, Theirs

# May have been paid, or will be: all but what certainly was not.
COUNTED = ("intended", "sent", "ambiguous", "confirmed")


async def campaign_of_study(session: AsyncSession, study_id: int) -> Campaign | None:
    campaign: Campaign | None = await session.scalar(select(Campaign).where(Campaign.study_id == study_id))
    return campaign


async def study_of_campaign(session: AsyncSession, remote_id: str, recruiter: str) -> Study | None:
    query = select(Study).join(Campaign, Campaign.study_id == Study.id)
    study: Study | None = await session.scalar(
        query.where(Campaign.remote_id == remote_id, Campaign.recruiter == recruiter)
    )
    return study


async def study_of_visit(session: AsyncSession, visit: str, recruiter: str) -> Study | None:
    """The study into which a visit led that the recruiter names; live ones only."""
    query = select(Study).join(Recruitment, Recruitment.study_id == Study.id)
    query = query.where(
        Recruitment.visit == visit, Recruitment.source == recruiter, Recruitment.audience == "live"
    )
    return (await session.scalars(query)).first()


async def study_by_id(session: AsyncSession, study_id: int) -> Study:
    return await session.get_one(Study, study_id)


async def submission(session: AsyncSession, campaign_id: int, remote_id: str) -> Submission | None:
    query = select(Submission).where(Submission.campaign_id == campaign_id, Submission.remote_id == remote_id)
    found: Submission | None = await session.scalar(query)
    return found


async def submissions_by_id(
    session: AsyncSession, campaign_id: int, remote_ids: Sequence[str]
) -> dict[str, Submission]:
    query = select(Submission).where(
        Submission.campaign_id == campaign_id, Submission.remote_id.in_(remote_ids)
    )
    return {one.remote_id: one for one in await session.scalars(query)}


async def participants_by_visit(
    session: AsyncSession, study_id: int, recruiter: str, visits: Sequence[str]
) -> dict[str, Participant]:
    """The live participants of a study who came by these visits."""
    query = (
        select(Recruitment.visit, Participant)
        .join(Participant, Participant.id == Recruitment.participant_id)
        .where(
            Recruitment.study_id == study_id,
            Recruitment.audience == "live",
            Recruitment.source == recruiter,
            Recruitment.visit.in_(visits),
        )
    )
    return {visit: participant for visit, participant in await session.execute(query) if visit}


async def pairs(
    session: AsyncSession, study_id: int, recruiter: str
) -> list[tuple[Ours | None, Theirs | None]]:
    """All live participants who came by a recruiter, each with the submission if there is one; then the
    submissions of nobody here."""
    there = (Submission.remote_id, Submission.status, Submission.entered_code)
    ours = (
        select(Participant.id, Participant.status, Participant.outcome, *there)
        .join(Recruitment, Recruitment.participant_id == Participant.id)
        .outerjoin(Submission, Submission.participant_id == Participant.id)
        .where(
            Recruitment.study_id == study_id, Recruitment.audience == "live", Recruitment.source == recruiter
        )
        .order_by(Participant.id)
    )
    withdrawn = (
        select(Participant.id, Participant.status, Participant.outcome, *there)
        .join(Submission, Submission.participant_id == Participant.id)
        .where(Participant.study_id == study_id, Participant.status == "withdrawn")
        .order_by(Participant.id)
    )
    theirs = (
        select(*there)
        .join(Campaign)
        .where(Campaign.study_id == study_id, Submission.participant_id.is_(None))
        .order_by(Submission.id)
    )
    found: list[tuple[Ours | None, Theirs | None]] = []
    for query in (ours, withdrawn):
        for number, status, outcome, remote_id, there_status, code in await session.execute(query):
            submission = Theirs(remote_id, there_status, code) if remote_id else None
            found.append((Ours(number, status, outcome), submission))
    found += [(None, Theirs(*row)) for row in await session.execute(theirs)]
    return found


async def complete_and_waiting(session: AsyncSession, campaign_id: int, code: str) -> Sequence[Submission]:
    """Those that wait for a decision, were completed here, and came with this code or none."""
    query = (
        select(Submission)
        .join(Participant, Participant.id == Submission.participant_id)
        .where(
            Submission.campaign_id == campaign_id,
            Submission.status == "submitted",
            Participant.status == "completed",
            or_(Submission.entered_code.is_(None), Submission.entered_code == code),
        )
        .order_by(Submission.id)
    )
    return (await session.scalars(query)).all()


async def submission_by_row(session: AsyncSession, campaign_id: int, row_id: int) -> Submission | None:
    query = select(Submission).where(Submission.campaign_id == campaign_id, Submission.id == row_id)
    found: Submission | None = await session.scalar(query)
    return found


async def payment_of_study(session: AsyncSession, study_id: int, payment_id: int) -> Payment | None:
    query = select(Payment).where(Payment.id == payment_id, Payment.study_id == study_id)
    found: Payment | None = await session.scalar(query)
    return found


async def submission_rows(
    session: AsyncSession, campaign_id: int, start: int, count: int
) -> Sequence[tuple[Submission, Participant | None]]:
    """A page of submissions; those that wait for a decision come first, then the newest."""
    query = (
        select(Submission, Participant)
        .outerjoin(Participant, Participant.id == Submission.participant_id)
        .where(Submission.campaign_id == campaign_id)
        .order_by(Submission.status != "submitted", Submission.id.desc())
        .offset(start)
        .limit(count)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def submission_counts(session: AsyncSession, campaign_id: int) -> dict[str, int]:
    """Number of submissions by status."""
    query = select(Submission.status, func.count()).where(Submission.campaign_id == campaign_id)
    rows = (await session.execute(query.group_by(Submission.status))).all()
    return {row[0]: row[1] for row in rows}


async def participant_of_study(
    session: AsyncSession, study_id: int, participant_id: int
) -> Participant | None:
    query = select(Participant).where(Participant.id == participant_id, Participant.study_id == study_id)
    found: Participant | None = await session.scalar(query)
    return found


async def person_of(session: AsyncSession, participant_id: int) -> str | None:
    """What the recruiter calls a participant; None after withdrawal."""
    query = select(Recruitment.person).where(Recruitment.participant_id == participant_id)
    person: str | None = await session.scalar(query)
    return person


async def payment_by_key(session: AsyncSession, key: str) -> Payment | None:
    query = select(Payment).where(Payment.key == key).with_for_update()
    payment: Payment | None = await session.scalar(query.execution_options(populate_existing=True))
    return payment


async def locked_payment(session: AsyncSession, study_id: int, payment_id: int) -> Payment | None:
    """The payment as it is now, locked until the transaction ends."""
    query = select(Payment).where(Payment.id == payment_id, Payment.study_id == study_id).with_for_update()
    payment: Payment | None = await session.scalar(query.execution_options(populate_existing=True))
    return payment


async def rewards(session: AsyncSession, keys: Sequence[str]) -> dict[str, Payment]:
    query = select(Payment).where(Payment.key.in_(keys))
    return {payment.key: payment for payment in await session.scalars(query)}


async def payments(session: AsyncSession, study_id: int, limit: int | None = None) -> Sequence[Payment]:
    """Those of a study, the newest first."""
    query = select(Payment).where(Payment.study_id == study_id).order_by(Payment.id.desc())
    return (await session.scalars(query.limit(limit) if limit is not None else query)).all()


async def open_payments(session: AsyncSession, study_id: int) -> Sequence[Payment]:
    """Those of a study that were not settled, the oldest first."""
    query = select(Payment).where(
        Payment.study_id == study_id, Payment.state.in_(("intended", "sent", "ambiguous"))
    )
    return (await session.scalars(query.order_by(Payment.id))).all()


async def sums_by_state(session: AsyncSession, study_id: int) -> dict[tuple[str, str], int]:
    """Hundredths of the currency, by kind and state."""
    query = select(Payment.kind, Payment.state, func.sum(Payment.amount_minor))
    query = query.where(Payment.study_id == study_id).group_by(Payment.kind, Payment.state)
    return {(kind, state): int(total) for kind, state, total in await session.execute(query)}


async def rewarded_minor(session: AsyncSession, study_id: int) -> int:
    """What rewards were paid, or may have been."""
    sums = await sums_by_state(session, study_id)
    return sum(amount for (kind, state), amount in sums.items() if kind == "reward" and state in COUNTED)


async def budget_row(session: AsyncSession, study_id: int) -> StudyBudget | None:
    query = select(StudyBudget).where(StudyBudget.study_id == study_id)
    budget: StudyBudget | None = await session.scalar(query)
    return budget


async def delivery(session: AsyncSession, event_id: str) -> WebhookDelivery | None:
    query = select(WebhookDelivery).where(WebhookDelivery.event_id == event_id)
    found: WebhookDelivery | None = await session.scalar(query)
    return found


async def add_delivery(session: AsyncSession, event_id: str, event_type: str, now: datetime) -> None:
    session.add(WebhookDelivery(event_id=event_id, event_type=event_type, received_at=now))
    await session.flush()
