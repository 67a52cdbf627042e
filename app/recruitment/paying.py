"""Asking a recruiter to pay. What is asked for is committed before, what came of it after."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.clock import utc_now
from app.core.errors import DomainError
from app.db.session import Database
from app.db.tables import Payment, Study
from app.recruitment import ledger, queries
from app.recruitment.ledger import Due
from app.recruitment.recruiter import Bonus, NotReached, Recruiter, Refused


@dataclass(frozen=True)
class Desk:
    """Where payments of one study are made."""

    database: Database
    recruiter: Recruiter
    study: Study
    campaign: str


async def pay_bonus(desk: Desk, actor: Actor, due: Due, person: str, now: datetime) -> str:
    """Pay a bonus once; returns the payment's state. Raises as `ledger.intend` and the recruiter."""
    async with desk.database.writing() as session:
        payment = await ledger.intend(session, actor, desk.study, due, now)
    if payment.state != "intended":
        return payment.state
    return await send_bonus(desk, payment, person)


async def send_bonus(desk: Desk, payment: Payment, person: str) -> str:
    """Ask for an intended bonus. It stays intended where the recruiter was certainly not asked to pay."""
    bonus = Bonus(
        key=payment.key,
        campaign=desk.campaign,
        submission=payment.submission,
        person=person,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reason=payment.reason,
    )
    reference = payment.remote_reference or await desk.recruiter.prepare_bonus(bonus)
    async with desk.database.writing() as session:
        payment = await ledger.begin(session, payment, reference, utc_now())
    try:
        await desk.recruiter.pay_bonus(bonus, reference)
    except BaseException as error:
        await _note_failure(desk, payment, error)
        raise
    await _note(desk, payment, "confirmed", None)
    return "confirmed"


async def approve(desk: Desk, actor: Actor, due: Due | None, submission: str, now: datetime) -> None:
    """Approve a submission, which pays its reward. `due` is None in studies that pay none.

    Approving is asked for again without harm. Raises as `ledger.intend` and the recruiter.
    """
    payment, again = None, False
    if due is not None:
        async with desk.database.writing() as session:
            payment = await ledger.intend(session, actor, desk.study, due, now)
            if payment.state == "confirmed":
                return
            again = payment.state != "intended"
            payment = await ledger.begin(session, payment, None, now)
    try:
        await desk.recruiter.approve(submission)
    except BaseException as error:
        if payment is not None:
            await _note_failure(desk, payment, error, again=again)
        raise
    if payment is not None:
        await _note(desk, payment, "confirmed", None)
    async with desk.database.writing() as session:
        campaign = await queries.campaign_of_study(session, desk.study.id)
        row = await queries.submission(session, campaign.id, submission) if campaign else None
        if row is not None:
            row.status, row.last_seen_at = "approved", utc_now()
        subject, detail = f"study {desk.study.name}", {"submission": row.id if row else None}
        await audit.record(session, actor, "submission.approved", subject, detail, now)


async def _note_failure(desk: Desk, payment: Payment, error: BaseException, *, again: bool = False) -> None:
    """A refusal is certain, and so is a connection that was not made; everything else leaves it open.

    What was unclear before it was asked `again` stays so: the first time may have paid.
    """
    said = error.message if isinstance(error, DomainError) else f"interrupted: {type(error).__name__}"
    if again:
        await _note(desk, payment, "ambiguous", said)
    elif isinstance(error, Refused):
        await _note(desk, payment, "failed", said)
    elif isinstance(error, NotReached):
        await _note(desk, payment, "intended", said)
    else:
        await _note(desk, payment, "ambiguous", said)


async def _note(desk: Desk, payment: Payment, state: str, problem: str | None) -> None:
    async with desk.database.writing() as session:
        await ledger.note(session, payment, state, problem, desk.recruiter.name, utc_now())
