"""The ledger of payments: each is written before the recruiter is asked, and its state follows what is known.

    intended -> sent -> confirmed        the recruiter said yes
                     -> failed           the recruiter said no
                     -> intended         the recruiter was certainly not asked
                     -> ambiguous        no answer; a person then says: confirmed or failed

Functions here work within a transaction; `app.recruitment.paying` asks the recruiter between two of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.errors import Conflict, Invalid, NotFound
from app.db.tables import Payment, Study, StudyBudget
from app.experiments import service as experiments
from app.experiments.recruiting import in_units
from app.recruitment import queries

# A process that asked and did not write down what came of it was stopped meanwhile.
ANSWERED_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Due:
    """A payment to be made. `key` makes it unique, whoever asks for it and how often."""

    key: str
    kind: str
    recruiter: str
    submission: str
    participant_id: int | None
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True)
class Account:
    """A study's money, in hundredths of the currency. `committed` is all that was or may have been paid."""

    budget_minor: int
    committed_minor: int
    confirmed_minor: int
    unclear_minor: int

    @property
    def left_minor(self) -> int:
        return self.budget_minor - self.committed_minor


def reward_key(recruiter: str, submission: str) -> str:
    """One reward for one submission, whatever happens."""
    return f"reward:{recruiter}:{submission}"


def bonus_key(form: str) -> str:
    """One bonus for one form, however often it is sent."""
    return f"bonus:{form}"


async def budget_of(session: AsyncSession, study: Study) -> int:
    """In hundredths. Nothing may be paid in a study that has no budget."""
    row = await queries.budget_row(session, study.id)
    if row is not None:
        return row.amount_minor
    recruiting = experiments.definition_of(study).recruitment
    return recruiting.budget_minor if recruiting else 0


async def account(session: AsyncSession, study: Study) -> Account:
    sums = await queries.sums_by_state(session, study.id)
    by_state: dict[str, int] = {}
    for (_kind, state), amount in sums.items():
        by_state[state] = by_state.get(state, 0) + amount
    return Account(
        budget_minor=await budget_of(session, study),
        committed_minor=sum(by_state.get(state, 0) for state in queries.COUNTED),
        confirmed_minor=by_state.get("confirmed", 0),
        unclear_minor=by_state.get("ambiguous", 0) + by_state.get("sent", 0),
    )


async def set_budget(
    session: AsyncSession, actor: Actor, study: Study, amount_minor: int, now: datetime
) -> None:
    """From now on the study may pay so much in all, what it has paid included."""
    row = await queries.budget_row(session, study.id)
    if row is None:
        row = StudyBudget(study_id=study.id, amount_minor=amount_minor, set_at=now, set_by=actor.name)
        session.add(row)
    row.amount_minor, row.set_at, row.set_by = amount_minor, now, actor.name
    detail = {"amount_minor": amount_minor}
    await audit.record(session, actor, "budget.set", f"study {study.name}", detail, now)


async def require_budget(session: AsyncSession, study: Study, amount_minor: int, currency: str) -> None:
    """Raises `Conflict` if so much more does not fit into the study's budget. The study must be locked."""
    held = await account(session, study)
    if amount_minor > held.left_minor:
        raise Conflict(
            "budget_exceeded",
            f"this needs {in_units(amount_minor, currency)}, and of the budget of "
            f"{in_units(held.budget_minor, currency)} there is {in_units(max(held.left_minor, 0), currency)} "
            "left; an owner of the study can raise the budget",
        )


async def intend(session: AsyncSession, actor: Actor, study: Study, due: Due, now: datetime) -> Payment:
    """Write down a payment that is to be made; the one that is there if its key is known.

    Only a reward that certainly was not paid is intended anew. Raises `Conflict` where it does not fit into
    the budget or the key belongs to another payment, `Invalid` for an amount that is not above 0.
    """
    if due.amount_minor <= 0:
        raise Invalid("no_amount", "the amount must be more than 0")
    await experiments.lock_study(session, study.id)
    known = await queries.payment_by_key(session, due.key)
    if known is not None:
        if (known.submission, known.amount_minor) != (due.submission, due.amount_minor):
            raise Conflict("key_used", "this form has paid another bonus already; load the page again")
        if known.kind == "reward" and known.state == "failed":
            await require_budget(session, study, due.amount_minor, due.currency)
            _change(known, "intended", None)
            known.settled_at = known.settled_by = None
        return known
    await require_budget(session, study, due.amount_minor, due.currency)
    payment = Payment(study_id=study.id, state="intended", actor=actor.name, created_at=now, **vars(due))
    session.add(payment)
    await session.flush()
    detail = {"payment": payment.id, "kind": due.kind, "amount_minor": due.amount_minor}
    await audit.record(session, actor, "payment.intended", f"study {study.name}", detail, now)
    return payment


async def begin(session: AsyncSession, payment: Payment, reference: str | None, now: datetime) -> Payment:
    """Note that the recruiter is asked from now on. Raises `Conflict` unless it is this payment's turn.

    An ambiguous reward may be asked for again, since approving twice pays once.
    """
    current = await _locked(session, payment.study_id, payment.id)
    again = current.kind == "reward" and (current.state == "ambiguous" or is_unclear(current, now))
    if current.state != "intended" and not again:
        raise Conflict("payment_under_way", f"this payment is {current.state} already; load the page again")
    _change(current, "sent", None)
    current.remote_reference, current.sent_at = reference or current.remote_reference, now
    return current


async def note(
    session: AsyncSession, payment: Payment, state: str, problem: str | None, settled_by: str, now: datetime
) -> None:
    """Write down what came of asking, unless somebody settled the payment meanwhile."""
    current = await _locked(session, payment.study_id, payment.id)
    if current.state != "sent":
        return
    _change(current, state, problem)
    if state in ("confirmed", "failed"):
        current.settled_at, current.settled_by = now, settled_by


async def settle(
    session: AsyncSession, actor: Actor, study: Study, payment_id: int, now: datetime, *, paid: bool
) -> None:
    """A person says whether an ambiguous payment was made. Raises `NotFound` or `Conflict`.

    A payment that the recruiter was not asked for can be given up.
    """
    current = await _locked(session, study.id, payment_id)
    given_up = current.state == "intended" and not paid
    if not (is_unclear(current, now) or given_up):
        raise Conflict("payment_settled", f"this payment is {current.state}; there is nothing to decide")
    _change(current, "confirmed" if paid else "failed", current.problem)
    current.settled_at, current.settled_by = now, actor.name
    detail = {"payment": payment_id, "paid": paid}
    await audit.record(session, actor, "payment.settled", f"study {study.name}", detail, now)


def is_unclear(payment: Payment, now: datetime) -> bool:
    """Whether only a person can tell if it was paid."""
    if payment.state == "ambiguous":
        return True
    return payment.state == "sent" and (payment.sent_at is None or now - payment.sent_at >= ANSWERED_WITHIN)


def _change(payment: Payment, state: str, problem: str | None) -> None:
    payment.state, payment.problem = state, problem


async def _locked(session: AsyncSession, study_id: int, payment_id: int) -> Payment:
    payment = await queries.locked_payment(session, study_id, payment_id)
    if payment is None:
        raise NotFound("unknown_payment", "this study has no such payment")
    return payment
