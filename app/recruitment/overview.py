"""All that the page of a study's recruitment shows, read in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import Actor
from app.db.tables import Participant, Payment, Study, Submission
from app.experiments.endings import COMPLETE
from app.recruitment import ledger, queries
from app.recruitment.ledger import Account
from app.recruitment.reconcile import Difference, differences
from app.recruitment.service import Case, Office, case_of, entrance, order_of

PAGE = 50
SHOWN_PAYMENTS = 50


@dataclass(frozen=True)
class Overview:
    """`address` is where the recruiter's people enter; `start` the number of the first submission shown."""

    case: Case
    address: str
    codes: dict[str, str]
    account: Account
    unclear: tuple[Payment, ...]
    waiting: tuple[Payment, ...]
    payments: Sequence[Payment]
    counts: dict[str, int]
    submissions: Sequence[tuple[Submission, Participant | None]]
    start: int
    differences: Sequence[Difference]


async def overview(
    session: AsyncSession, office: Office, actor: Actor, name: str, start: int, now: datetime
) -> Overview:
    """Raises `NotFound` as `experiments.study_for`."""
    case = await case_of(session, actor, name, "viewer")
    order = await order_of(session, case, office.base_url, 1)
    campaign = case.campaign
    open_ones = await queries.open_payments(session, case.study.id)
    return Overview(
        case=case,
        address=await entrance(session, case, office.base_url),
        codes=dict(order.codes),
        account=await ledger.account(session, case.study),
        unclear=tuple(one for one in open_ones if ledger.is_unclear(one, now)),
        waiting=tuple(one for one in open_ones if one.state == "intended"),
        payments=await queries.payments(session, case.study.id, SHOWN_PAYMENTS),
        counts=await queries.submission_counts(session, campaign.id) if campaign else {},
        submissions=await queries.submission_rows(session, campaign.id, start, PAGE) if campaign else (),
        start=start,
        differences=await reconciled(session, case),
    )


async def all_payments(session: AsyncSession, study: Study) -> Sequence[Payment]:
    """The whole ledger of a study, the newest payment first."""
    return await queries.payments(session, study.id)


async def reconciled(session: AsyncSession, case: Case) -> list[Difference]:
    """What differs between both sides, as they were last seen."""
    campaign, definition = case.campaign, case.definition
    if campaign is None or campaign.synced_at is None:
        return []
    pairs = await queries.pairs(session, case.study.id, campaign.recruiter)
    codes = {COMPLETE: definition.completion_code, **definition.completion_codes}
    return differences(pairs, codes)


def summary(shown: Overview) -> dict[str, Any]:
    """The same for programs: amounts in hundredths of the currency, no person's id."""
    case, held = shown.case, shown.account
    return {
        "study": case.study.name,
        "recruiter": case.recruiting.recruiter,
        "status": case.campaign.status if case.campaign else None,
        "places": case.campaign.places if case.campaign else None,
        "address": shown.address,
        "submissions": shown.counts,
        "differences": [vars(one) for one in shown.differences],
        "currency": case.campaign.currency if case.campaign else case.recruiting.currency,
        "budget_minor": held.budget_minor,
        "committed_minor": held.committed_minor,
        "confirmed_minor": held.confirmed_minor,
        "unclear_payments": [payment.id for payment in shown.unclear],
        "problem": case.campaign.problem if case.campaign else None,
    }
