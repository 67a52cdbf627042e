"""What a person decides about submissions: approve, reject, pay a bonus."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts import audit
from app.accounts.actor import Actor, Role
from app.core.clock import utc_now
from app.core.errors import Conflict, DomainError, Invalid, NotFound
from app.db.tables import Campaign, Submission
from app.experiments.recruiting import in_units, money_of
from app.recruitment import ledger, paying, queries
from app.recruitment.ledger import Due, bonus_key, reward_key
from app.recruitment.paying import Desk
from app.recruitment.recruiter import Refused, checked_rejection
from app.recruitment.service import Office, case_of, note_problem, required

LONGEST_REASON = 500


@dataclass(frozen=True)
class Chosen:
    """A submission that is decided about, and where payments of its study are made."""

    desk: Desk
    campaign: Campaign
    submission: Submission


@dataclass(frozen=True)
class BonusForm:
    """`uuid` is the form's own: sent twice, it pays once."""

    uuid: str
    amount: str
    reason: str


async def approve(office: Office, actor: Actor, name: str, submission_id: int, now: datetime) -> None:
    """Approve a submission, which pays its reward. Doing it again changes nothing."""
    chosen = await _chosen(office, actor, name, submission_id, "experimenter")
    await _approve(office, actor, chosen, now)


async def approve_complete(office: Office, actor: Actor, name: str, now: datetime) -> int:
    """Approve all that were completed here and handed in with the right code, or with none.

    Returns how many. Ends at the first that the recruiter does not answer for.
    """
    async with office.database.reading() as session:
        case = await case_of(session, actor, name, "experimenter")
        campaign = required(case)
        waiting = await queries.complete_and_waiting(session, campaign.id, case.definition.completion_code)
    desk = Desk(
        office.database, office.recruiters.named(campaign.recruiter), case.study, campaign.remote_id or ""
    )
    for submission in waiting:
        await _approve(office, actor, Chosen(desk, campaign, submission), now)
    return len(waiting)


async def _approve(office: Office, actor: Actor, chosen: Chosen, now: datetime) -> None:
    submission, campaign = chosen.submission, chosen.campaign
    if submission.status not in ("submitted", "approved"):
        raise Conflict(
            "wrong_status",
            f"only a submission that was handed in can be approved; this is {submission.status}",
        )
    due = Due(
        key=reward_key(campaign.recruiter, submission.remote_id),
        kind="reward",
        recruiter=campaign.recruiter,
        submission=submission.remote_id,
        participant_id=submission.participant_id,
        amount_minor=campaign.reward_minor,
        currency=campaign.currency,
        reason="reward",
    )
    wanted = due if campaign.reward_minor else None
    try:
        await paying.approve(chosen.desk, actor, wanted, submission.remote_id, now)
    except Refused:
        raise
    except DomainError as error:
        await note_problem(office.database, chosen.desk.study.id, error.message)
        raise


async def reject(
    office: Office, actor: Actor, name: str, submission_id: int, message: str, category: str, now: datetime
) -> None:
    """Reject a submission. Raises `Invalid` before the recruiter is asked: too short, or no category."""
    text = checked_rejection(message, category)
    chosen = await _chosen(office, actor, name, submission_id, "experimenter")
    await chosen.desk.recruiter.reject(chosen.submission.remote_id, text, category)
    async with office.database.writing() as session:
        stored = await queries.submission(session, chosen.campaign.id, chosen.submission.remote_id)
        if stored is not None:
            stored.status, stored.last_seen_at = "rejected", utc_now()
        detail = {"submission": submission_id, "category": category}
        await audit.record(session, actor, "submission.rejected", f"study {name}", detail, now)


async def pay_bonus(
    office: Office, actor: Actor, name: str, submission_id: int, form: BonusForm, now: datetime
) -> str:
    """Pay a bonus for a submission, once for each form; returns the payment's state."""
    try:
        amount_minor = money_of(form.amount)
    except ValueError as error:
        raise Invalid("bad_amount", str(error)) from None
    reason = " ".join(form.reason.split())[:LONGEST_REASON]
    if not reason:
        raise Invalid("no_reason", "say what the bonus is for: the person reads it, and the accounts keep it")
    chosen = await _chosen(office, actor, name, submission_id, "owner")
    campaign, submission = chosen.campaign, chosen.submission
    due = Due(
        key=bonus_key(form.uuid),
        kind="bonus",
        recruiter=campaign.recruiter,
        submission=submission.remote_id,
        participant_id=submission.participant_id,
        amount_minor=amount_minor,
        currency=campaign.currency,
        reason=reason,
    )
    return await paying.pay_bonus(chosen.desk, actor, due, await _person(office, submission), now)


async def send_again(office: Office, actor: Actor, name: str, payment_id: int) -> str:
    """Ask for a bonus that the recruiter was certainly not asked to pay yet."""
    async with office.database.reading() as session:
        case = await case_of(session, actor, name, "owner")
        campaign = required(case)
        payment = await queries.payment_of_study(session, case.study.id, payment_id)
        if payment is None or payment.kind != "bonus" or payment.state != "intended":
            raise Conflict(
                "payment_under_way", "there is no such bonus that waits to be sent; load the page again"
            )
        submission = await queries.submission(session, campaign.id, payment.submission)
    if submission is None:
        raise NotFound("unknown_submission", "the submission of this payment is not known any more")
    recruiter = office.recruiters.named(campaign.recruiter)
    desk = Desk(office.database, recruiter, case.study, campaign.remote_id or "")
    return await paying.send_bonus(desk, payment, await _person(office, submission))


async def ask(office: Office, actor: Actor, name: str, payment_id: int) -> str:
    """What the recruiter lists of an unclear payment's submission, in one sentence; decides nothing."""
    async with office.database.reading() as session:
        case = await case_of(session, actor, name, "owner")
        campaign = required(case)
        payment = await queries.payment_of_study(session, case.study.id, payment_id)
    if payment is None:
        raise NotFound("unknown_payment", "this study has no such payment")
    recruiter = office.recruiters.named(campaign.recruiter)
    if payment.kind == "reward":
        status = (await recruiter.submission(payment.submission)).raw_status
        return f"The recruiter says that submission {payment.submission} is {status}."
    paid = await recruiter.bonuses_paid(payment.submission)
    if paid is None:
        return "The recruiter does not tell which bonuses it paid; please look at its pages."
    listed = ", ".join(in_units(amount, payment.currency) for amount in paid) or "none"
    return f"Bonuses that the recruiter lists for submission {payment.submission}: {listed}."


async def settle(
    office: Office, actor: Actor, name: str, payment_id: int, now: datetime, *, paid: bool
) -> None:
    """A person who looked at the recruiter's pages says whether a payment was made."""
    async with office.database.writing() as session:
        case = await case_of(session, actor, name, "owner")
        await ledger.settle(session, actor, case.study, payment_id, now, paid=paid)


async def set_budget(office: Office, actor: Actor, name: str, amount: str, now: datetime) -> None:
    try:
        amount_minor = money_of(amount)
    except ValueError as error:
        raise Invalid("bad_amount", str(error)) from None
    async with office.database.writing() as session:
        case = await case_of(session, actor, name, "owner")
        await ledger.set_budget(session, actor, case.study, amount_minor, now)


async def _chosen(office: Office, actor: Actor, name: str, submission_id: int, role: Role) -> Chosen:
    async with office.database.reading() as session:
        case = await case_of(session, actor, name, role)
        campaign = required(case)
        submission = await queries.submission_by_row(session, campaign.id, submission_id)
    if submission is None:
        raise NotFound("unknown_submission", "this study has no such submission; read the submissions again")
    recruiter = office.recruiters.named(campaign.recruiter)
    return Chosen(
        Desk(office.database, recruiter, case.study, campaign.remote_id or ""), campaign, submission
    )


async def _person(office: Office, submission: Submission) -> str:
    """What the recruiter calls the person; empty for one who withdrew or never came here."""
    if submission.participant_id is None:
        return ""
    async with office.database.reading() as session:
        return await queries.person_of(session, submission.participant_id) or ""
