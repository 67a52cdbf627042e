"""What the page of a study's recruitment shows, ready to be printed."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode
from uuid import uuid4

from markupsafe import Markup

from app.accounts.actor import Actor
from app.admin.recruitment.wording import NOTHING, moment, qr_code, words
from app.db.tables import Campaign, Participant, Payment, Submission
from app.experiments.endings import COMPLETE
from app.experiments.recruiting import decimal_text, in_units
from app.recruitment.overview import PAGE, Overview
from app.recruitment.reconcile import Difference
from app.recruitment.recruiter import CATEGORIES, SHORTEST_REJECTION, Recruiter
from app.recruitment.service import Case
from app.web.templating import PageContext

NAMES = {"prolific": "Prolific", "mturk": "MTurk", "link": "Plain link", "null": "None (development)"}
NEW_STUDY = "https://app.prolific.com/studies/new"
STATES = {
    "intended": "not sent yet",
    "sent": "being sent",
    "confirmed": "paid",
    "ambiguous": "unclear",
    "failed": "not paid",
}
MOST_DIFFERENCES = 200


@dataclass(frozen=True)
class CampaignView:
    """`can` are the actions that are possible now."""

    status: str
    places: int
    reward: str
    synced: str
    problem: str
    since: str
    can: tuple[str, ...]


@dataclass(frozen=True)
class SubmissionView:
    """One row. `decides` and `pays`: whether it can be approved or rejected, and be given a bonus."""

    id: int
    remote_id: str
    participant: str
    status: str
    here: str
    code: str
    seen: str
    decides: bool
    pays: bool
    uuid: str


@dataclass(frozen=True)
class PaymentView:
    id: int
    kind: str
    amount: str
    submission: str
    state: str
    reason: str
    when: str
    actor: str
    problem: str


@dataclass(frozen=True)
class RecruitmentContext(PageContext):
    """`may_change` and `may_pay` are by the actor's role; `said` is what the last form led to."""

    template: ClassVar[str] = "admin/recruitment/recruitment.html"

    name: str
    study_status: str
    recruiter_name: str
    pays: bool
    address: str
    qr: Markup
    codes: tuple[tuple[str, str], ...]
    prefilled: str | None
    campaign: CampaignView | None
    makes_draft: bool
    reward: str
    places: int
    budget: str
    budget_typed: str
    committed: str
    confirmed: str
    left: str
    checks: str
    unclear: tuple[PaymentView, ...]
    waiting: tuple[PaymentView, ...]
    payments: tuple[PaymentView, ...]
    counts: str
    submissions: tuple[SubmissionView, ...]
    earlier: int | None
    later: int | None
    differences: tuple[Difference, ...]
    more_differences: int
    categories: tuple[tuple[str, str], ...]
    shortest: int
    may_change: bool
    may_pay: bool
    said: str
    problem: str


def recruitment_page(
    shown: Overview, recruiter: Recruiter, actor: Actor, has_token: bool, said: str, problem: str
) -> RecruitmentContext:
    case, held = shown.case, shown.account
    currency = case.campaign.currency if case.campaign else case.recruiting.currency
    pays, total = recruiter.pays, sum(shown.counts.values())
    may_pay = actor.may("owner", case.study.id)
    return RecruitmentContext(
        name=case.study.name,
        study_status=case.study.status,
        recruiter_name=NAMES[case.recruiting.recruiter],
        pays=pays,
        address=shown.address,
        qr=qr_code(shown.address) if case.recruiting.recruiter == "link" else Markup(""),
        codes=tuple((outcome.replace("_", " "), code) for outcome, code in shown.codes.items()),
        prefilled=_prefilled(shown) if case.recruiting.recruiter == "prolific" and not has_token else None,
        campaign=_campaign(case),
        makes_draft=case.campaign is None or _has_no_draft(case.campaign),
        reward=in_units(case.recruiting.reward_minor, currency),
        places=case.recruiting.places or case.definition.participants,
        budget=in_units(held.budget_minor, currency),
        budget_typed=decimal_text(held.budget_minor),
        committed=in_units(held.committed_minor, currency),
        confirmed=in_units(held.confirmed_minor, currency),
        left=in_units(held.left_minor, currency),
        checks=recruiter.checks_payment,
        unclear=tuple(_payment(one, unclear=True) for one in shown.unclear),
        waiting=tuple(map(_payment, shown.waiting)),
        payments=tuple(_payment(one, unclear=one in shown.unclear) for one in shown.payments),
        counts=", ".join(f"{count} {words(status)}" for status, count in sorted(shown.counts.items())),
        submissions=tuple(_submission(one, person, pays=pays) for one, person in shown.submissions),
        earlier=max(shown.start - PAGE, 0) if shown.start else None,
        later=shown.start + PAGE if shown.start + PAGE < total else None,
        differences=tuple(shown.differences[:MOST_DIFFERENCES]),
        more_differences=max(len(shown.differences) - MOST_DIFFERENCES, 0),
        categories=tuple(CATEGORIES.items()),
        shortest=SHORTEST_REJECTION,
        may_change=actor.may("experimenter", case.study.id),
        may_pay=may_pay,
        said=said,
        problem=problem,
    )


def _prefilled(shown: Overview) -> str:
    """Prolific's page for a new study, filled in: what is needed where there is no API token."""
    case = shown.case
    recruiting, definition = case.recruiting, case.definition
    given = {
        "name": definition.title,
        "description": recruiting.description or definition.title,
        "external_study_url": shown.address,
        "prolific_id_option": "url_parameters",
        "completion_option": "url",
        "completion_code": shown.codes[COMPLETE],
        "total_available_places": recruiting.places or definition.participants,
        "estimated_completion_time": recruiting.minutes or definition.duration_minutes,
        "reward": recruiting.reward_minor,
    }
    return f"{NEW_STUDY}?{urlencode(given)}"


def _campaign(case: Case) -> CampaignView | None:
    campaign = case.campaign
    if campaign is None:
        return None
    can = {"draft": ("publish",), "active": ("pause", "stop"), "paused": ("resume", "stop")}
    return CampaignView(
        status=campaign.status,
        places=campaign.places,
        reward=in_units(campaign.reward_minor, campaign.currency),
        synced=moment(campaign.synced_at),
        problem=campaign.problem or "",
        since=moment(campaign.problem_at),
        can=() if _has_no_draft(campaign) else can.get(campaign.status, ()),
    )


def _has_no_draft(campaign: Campaign) -> bool:
    """The recruiter was told and did not answer. MTurk has no drafts."""
    return campaign.status == "draft" and campaign.remote_id is None and campaign.recruiter != "mturk"


def _submission(one: Submission, participant: Participant | None, *, pays: bool) -> SubmissionView:
    return SubmissionView(
        id=one.id,
        remote_id=one.remote_id,
        participant=str(participant.id) if participant else NOTHING,
        status=words(one.status),
        here=words(participant.outcome or participant.status) if participant else "not here",
        code=one.entered_code or NOTHING,
        seen=moment(one.last_seen_at),
        decides=pays and one.status == "submitted",
        pays=pays and one.status in ("submitted", "approved", "rejected", "returned", "timed_out"),
        uuid=str(uuid4()),
    )


def _payment(payment: Payment, *, unclear: bool = False) -> PaymentView:
    return PaymentView(
        id=payment.id,
        kind=payment.kind,
        amount=in_units(payment.amount_minor, payment.currency),
        submission=payment.submission,
        state=STATES["ambiguous" if unclear else payment.state],
        reason=payment.reason,
        when=moment(payment.sent_at or payment.created_at),
        actor=payment.actor,
        problem=payment.problem or "",
    )
