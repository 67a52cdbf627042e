"""A study at its recruiter: draft, publish, pause, more places. One campaign for each study."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor, Role
from app.core.clock import utc_now
from app.core.errors import Conflict, DomainError, Invalid, NotFound
from app.db.session import Database
from app.db.tables import Campaign, Study
from app.experiments import service as experiments
from app.experiments.endings import COMPLETE
from app.experiments.links import mturk_address, prolific_address
from app.experiments.recruiting import Recruiting
from app.experiments.schemas import StudyDefinition
from app.recruitment import ledger, queries
from app.recruitment.recruiter import Action, Order, RemoteCampaign, require_possible
from app.recruitment.recruiters import Recruiters

DONE = {"pause": "campaign.paused", "resume": "campaign.resumed", "stop": "campaign.stopped"}


@dataclass(frozen=True)
class Office:
    """Where campaigns are run from: the database, the recruiters, and the site's own address."""

    database: Database
    recruiters: Recruiters
    base_url: str


@dataclass(frozen=True)
class Case:
    """A study that recruits, with its campaign once it has one."""

    study: Study
    definition: StudyDefinition
    recruiting: Recruiting
    campaign: Campaign | None


async def case_of(session: AsyncSession, actor: Actor, name: str, role: Role) -> Case:
    """Raises `NotFound` or `Forbidden`. A study without a section `recruitment` recruits by a plain link."""
    study = await experiments.study_for(session, actor, name, role)
    definition = experiments.definition_of(study)
    recruiting = definition.recruitment or Recruiting()
    return Case(study, definition, recruiting, await queries.campaign_of_study(session, study.id))


def required(case: Case) -> Campaign:
    """Raises `Conflict` before there is a campaign."""
    if case.campaign is None:
        raise Conflict("no_campaign", "this study has no draft at its recruiter yet; make one first")
    return case.campaign


async def key_of(session: AsyncSession, study: Study) -> str:
    """By which a recruiter knows a study again: no two of any installation have the same."""
    links = await experiments.links_of_study(session, study.id)
    return f"metamerlab-{next(link.code for link in links if link.audience == 'live')}"


async def order_of(session: AsyncSession, case: Case, base_url: str, places: int) -> Order:
    """What the recruiter is told of a study."""
    recruiting, definition = case.recruiting, case.definition
    codes = {COMPLETE: definition.completion_code, **definition.completion_codes}
    excluded = await experiments.excluded_studies(session, case.study)
    return Order(
        key=await key_of(session, case.study),
        name=definition.title,
        description=recruiting.description or definition.title,
        address=await entrance(session, case, base_url),
        codes={outcome: codes[outcome] for outcome in (COMPLETE, *definition.outcomes) if outcome in codes},
        places=places,
        minutes=recruiting.minutes or definition.duration_minutes,
        reward_minor=recruiting.reward_minor,
        currency=recruiting.currency,
        devices=recruiting.device_compatibility,
        peripherals=recruiting.peripheral_requirements,
        secured=recruiting.secured,
        excluded=tuple([await key_of(session, await queries.study_by_id(session, one)) for one in excluded]),
    )


async def entrance(session: AsyncSession, case: Case, base_url: str) -> str:
    """The address that the recruiter's people open."""
    links = await experiments.links_of_study(session, case.study.id)
    code = next(link.code for link in links if link.audience == "live")
    if case.recruiting.recruiter == "prolific":
        return prolific_address(base_url, code)
    if case.recruiting.recruiter == "mturk":
        return mturk_address(base_url, code)
    return f"{base_url.rstrip('/')}/s/{code}"


async def draft(office: Office, actor: Actor, name: str, now: datetime) -> None:
    """Make the draft at the recruiter; doing it again finds the one that is there."""
    async with office.database.writing() as session:
        case = await case_of(session, actor, name, "experimenter")
        if case.campaign is not None and case.campaign.remote_id is not None:
            raise Conflict("draft_made", "this study has a draft at its recruiter already")
        _require_ready(case, office.base_url)
        places = case.recruiting.places or case.definition.participants
        order = await order_of(session, case, office.base_url, places)
        campaign = case.campaign or Campaign(study_id=case.study.id, status="draft", created_at=now)
        campaign.recruiter, campaign.places = case.recruiting.recruiter, places
        campaign.reward_minor, campaign.currency = order.reward_minor, order.currency
        campaign.updated_at = now
        session.add(campaign)
    recruiter = office.recruiters.named(case.recruiting.recruiter)
    remote = await _asked(office, case.study, recruiter.create_draft(order))
    await _stored(office, actor, case.study, remote, "campaign.drafted", now)


def _require_ready(case: Case, base_url: str) -> None:
    """Raises `Invalid` or `Conflict`: the study cannot be told to a recruiter as it is."""
    if case.study.opened_at is None:
        raise Conflict("study_not_open", "open the study first: from then on its codes and texts are frozen")
    if case.recruiting.recruiter in ("prolific", "mturk"):
        if not case.recruiting.reward_minor:
            raise Invalid("no_reward", "recruitment.reward: say what a participant is paid; it is 0 now")
        if not base_url.startswith("https://"):
            raise Invalid(
                "no_public_address",
                "recruiters send people to an https:// address: set METAMERLAB_BASE_URL to this site's",
            )


async def publish(office: Office, actor: Actor, name: str, now: datetime) -> None:
    """Let the recruiter send people. Raises `Conflict` if all places together do not fit into the budget."""
    async with office.database.writing() as session:
        case = await case_of(session, actor, name, "experimenter")
        campaign = required(case)
        require_possible("publish", campaign.status)
        experiments.require_open(case.study, "live")
        await _require_funds(session, case, campaign, campaign.places)
        order = await order_of(session, case, office.base_url, campaign.places)
    recruiter = office.recruiters.named(campaign.recruiter)
    remote = await _asked(office, case.study, recruiter.publish(order, campaign.remote_id))
    await _stored(office, actor, case.study, remote, "campaign.published", now)


async def change(office: Office, actor: Actor, name: str, action: Action, now: datetime) -> None:
    """Pause, resume or stop."""
    async with office.database.reading() as session:
        case = await case_of(session, actor, name, "experimenter")
        campaign = required(case)
    require_possible(action, campaign.status)
    recruiter, remote_id = office.recruiters.named(campaign.recruiter), campaign.remote_id or ""
    calls = {"pause": recruiter.pause, "resume": recruiter.resume, "stop": recruiter.stop}
    remote = await _asked(office, case.study, calls[action](remote_id))
    await _stored(office, actor, case.study, remote, DONE[action], now)


async def add_places(office: Office, actor: Actor, name: str, more: int, now: datetime) -> None:
    """Ask for `more` places than before. Raises `Conflict` if they do not fit into the budget."""
    if not 1 <= more <= 10_000:
        raise Invalid("bad_places", "give a number of further places from 1 to 10000")
    async with office.database.writing() as session:
        case = await case_of(session, actor, name, "experimenter")
        campaign = required(case)
        if campaign.status == "stopped":
            raise Conflict("wrong_status", "a campaign that was stopped gets no more places")
        await _require_funds(session, case, campaign, campaign.places + more)
    total = campaign.places + more
    if campaign.remote_id is None:
        remote = RemoteCampaign(None, "draft", total)
    else:
        recruiter = office.recruiters.named(campaign.recruiter)
        remote = await _asked(office, case.study, recruiter.add_places(campaign.remote_id, total))
    await _stored(office, actor, case.study, remote, "campaign.places_added", now)


async def _require_funds(session: AsyncSession, case: Case, campaign: Campaign, places: int) -> None:
    """Whether the rewards of all places fit into the budget, beside the bonuses of today."""
    if not campaign.reward_minor:
        return
    await experiments.lock_study(session, case.study.id)
    rewarded = await queries.rewarded_minor(session, case.study.id)
    still = max(places * campaign.reward_minor - rewarded, 0)
    await ledger.require_budget(session, case.study, still, campaign.currency)


async def _asked(office: Office, study: Study, call: Awaitable[RemoteCampaign]) -> RemoteCampaign:
    """What the recruiter answers; that it does not is noted for the page of the study."""
    try:
        return await call
    except DomainError as error:
        await note_problem(office.database, study.id, error.message)
        raise


async def note_problem(database: Database, study_id: int, problem: str | None) -> None:
    """What went wrong at the recruiter since when, or that all is well again."""
    async with database.writing() as session:
        campaign = await queries.campaign_of_study(session, study_id)
        if campaign is None:
            return
        campaign.problem_at = (campaign.problem_at or utc_now()) if problem else None
        campaign.problem = problem


async def _stored(
    office: Office, actor: Actor, study: Study, remote: RemoteCampaign, action: str, now: datetime
) -> None:
    async with office.database.writing() as session:
        campaign = await queries.campaign_of_study(session, study.id)
        if campaign is None:
            raise NotFound("no_campaign", "the campaign was removed meanwhile")
        take_over(campaign, remote, now)
        detail = {"status": campaign.status, "places": campaign.places}
        await audit.record(session, actor, action, f"study {study.name}", detail, now)


def take_over(campaign: Campaign, remote: RemoteCampaign, now: datetime) -> None:
    """The campaign as the recruiter has it now, who has just answered."""
    campaign.remote_id = remote.remote_id or campaign.remote_id
    campaign.status = remote.status
    campaign.places = remote.places or campaign.places
    campaign.updated_at, campaign.problem, campaign.problem_at = now, None, None
