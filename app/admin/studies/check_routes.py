"""Pages of a draft that is to become a study: its check, trying it, simulated participants, opening it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import Actor
from app.admin.dependencies import CurrentActor, own_form
from app.admin.headers import PAGE_HEADERS
from app.admin.studies.contexts import CheckContext, Numbers, draft_card, faults_of, job_view, numbers_of
from app.core.config import Settings
from app.core.errors import Invalid
from app.db.session import Database
from app.db.tables import Study, StudyDraft
from app.drafts import bundles, dry_run, estimates, jobs, power, service
from app.drafts.checking import Checked
from app.drafts.frozen import difference
from app.drafts.service import Ground
from app.experiments import service as experiments
from app.experiments.links import link_address
from app.participants import last_page, preview
from app.simulation.people.kinds import KINDS
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import page

LIST = "/admin/drafts"
JobName = Literal["dry-run", "power"]
JOBS: dict[JobName, jobs.Kind] = {"dry-run": "dry_run", "power": "power"}

router = APIRouter(prefix="/drafts")


@router.get("/{draft_id}/check")
async def check(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    draft_id: WholeNumber,
) -> Response:
    draft = await service.draft_for(session, actor, draft_id)
    on = await service.ground(session, settings)
    found = await service.checked(draft, on)
    study = await session.get(Study, draft.study_id) if draft.study_id else None
    links = await experiments.links_of_study(session, study.id) if study else ()
    addresses = {one.audience: link_address(settings.base_url, one.code) for one in links}
    dry = await jobs.newest(session, draft.id, "dry_run", now)
    definition = found.definition
    adaptive = definition is not None and definition.task.adaptive
    figure = "thresholds_by_layer.svg" if adaptive else "recognition.svg"
    context = CheckContext(
        card=draft_card(draft, study),
        faults=faults_of(found.problems),
        numbers=await _numbers(found, on),
        no_power=power.NOT_OF_THRESHOLDS if adaptive else "",
        power=job_view(await jobs.newest(session, draft.id, "power", now), draft),
        sem=(definition.stop_when_sem if definition else None) or power.USUAL_SEM,
        sd=power.USUAL_SD,
        pilot=addresses.get("pilot", ""),
        live=addresses.get("live", "") if study and study.status != "draft" else "",
        stale=draft.stored_version != draft.version,
        dry_run=job_view(dry, draft),
        figure=f"/admin/studies/{study.name}/simulated/{figure}" if study and dry else "",
        thresholds=adaptive,
        mixes=tuple((kind.name, kind.about) for kind in KINDS.values()),
        lines=tuple(await _from_parent(session, actor, draft)),
    )
    return page(request, context, headers=PAGE_HEADERS)


async def _numbers(found: Checked, on: Ground) -> Numbers | None:
    if found.study is None:
        return None
    offered = await run_in_threadpool(bundles.offers, on.bundle_places, on.places.bundle_folder)
    digests = {one.manifest.digest for one in found.study.bundles}
    duration = estimates.duration(found.study, [one for one in offered if one.digest in digests])
    return numbers_of(found.study, duration, estimates.cost(found.study.definition, duration.minutes))


async def _from_parent(session: AsyncSession, actor: Actor, draft: StudyDraft) -> list[str]:
    parent = await experiments.study_by_name(session, draft.parent) if draft.parent else None
    if parent is None or not actor.may("viewer", parent.id):
        return []
    return difference(await service.text_of(session, parent), draft.text, (parent.name, "this draft"))


async def _stored(request: Request, settings: Settings, actor: Actor, draft_id: int, now: Now) -> Study:
    """The study of a draft as the draft is now. The bundles are read outside of a writing transaction."""
    database: Database = request.app.state.database
    async with database.reading() as session:
        draft = await service.draft_for(session, actor, draft_id)
        on = await service.ground(session, settings)
    made = service.require_good(await service.checked(draft, on, whole=True))
    async with database.writing() as session:
        return await service.store(session, actor, draft_id, draft.version, made, now)


@router.post("/{draft_id}/try", dependencies=[Depends(own_form)])
async def try_it(
    request: Request, settings: CurrentSettings, actor: CurrentActor, now: Now, draft_id: WholeNumber
) -> Response:
    """Make the study of this version, so that its pilot link works."""
    await _stored(request, settings, actor, draft_id, now)
    return RedirectResponse(f"{LIST}/{draft_id}/check#try", 303)


@router.post("/{draft_id}/open", dependencies=[Depends(own_form)])
async def open_study(
    request: Request, settings: CurrentSettings, actor: CurrentActor, now: Now, draft_id: WholeNumber
) -> Response:
    """Make the study of this version and open it; from now on it is frozen."""
    study = await _stored(request, settings, actor, draft_id, now)
    database: Database = request.app.state.database
    async with database.writing() as session:
        await experiments.open_study(session, actor, study.name, now)
    return RedirectResponse(f"/admin/studies/{study.name}", 303)


@router.post("/{draft_id}/dry-run", dependencies=[Depends(own_form)])
async def start_dry_run(
    request: Request,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    draft_id: WholeNumber,
    participants: Annotated[int, Form(ge=1, le=dry_run.MOST)] = 20,
    mix: Annotated[str, Form(max_length=500)] = dry_run.USUAL_MIX,
) -> Response:
    """Send simulated participants through the study of this version, beside the requests."""
    plan = dry_run.Plan(participants, mix)
    study = await _stored(request, settings, actor, draft_id, now)
    database: Database = request.app.state.database
    asked = {"participants": participants, "mix": mix}
    async with database.writing() as session:
        draft = await service.draft_for(session, actor, draft_id, locked=True)
        job = await jobs.ask(session, actor, draft, "dry_run", participants, asked, now)
    server = dry_run.OwnServer(request.app, settings)
    request.app.state.jobs.begin(
        job.id, lambda report: dry_run.work(database, server, settings.database_url, study.name, plan, report)
    )
    return RedirectResponse(f"{LIST}/{draft_id}/check#dry-run", 303)


@router.post("/{draft_id}/power", dependencies=[Depends(own_form)])
async def start_power(
    request: Request,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    draft_id: WholeNumber,
    sem: Annotated[float, Form(gt=0, lt=0.5)] = power.USUAL_SEM,
    sd: Annotated[float, Form(ge=0, lt=0.5)] = power.USUAL_SD,
) -> Response:
    """Simulate studies like this one, beside the requests."""
    database: Database = request.app.state.database
    async with database.reading() as session:
        draft = await service.draft_for(session, actor, draft_id)
        on = await service.ground(session, settings)
    made = service.require_good(await service.checked(draft, on))
    expected = power.design(made, sd)
    async with database.writing() as session:
        draft = await service.draft_for(session, actor, draft_id, locked=True)
        job = await jobs.ask(session, actor, draft, "power", power.BATCHES, {"sem": sem, "sd": sd}, now)
    request.app.state.jobs.begin(job.id, lambda report: power.work(expected, sem, report))
    return RedirectResponse(f"{LIST}/{draft_id}/check#power", 303)


@router.post("/{draft_id}/{job}/cancel", dependencies=[Depends(own_form)])
async def cancel(
    session: WriteSession, actor: CurrentActor, now: Now, draft_id: WholeNumber, job: JobName
) -> Response:
    draft = await service.draft_for(session, actor, draft_id)
    await jobs.cancel(session, actor, draft, JOBS[job], now)
    return RedirectResponse(f"{LIST}/{draft_id}/check#{job}", 303)


@router.get("/{draft_id}/preview/{what}")
async def preview_page(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    draft_id: WholeNumber,
    what: str,
) -> Response:
    """The consent page, or the last page of a way to end, as participants see it."""
    draft = await service.draft_for(session, actor, draft_id)
    found = await service.checked(draft, await service.ground(session, settings))
    if found.definition is None:
        service.require_good(found)
        raise Invalid("draft_faulty", "the study is not ready")
    preview.speak(request, found.definition)
    if what == "consent":
        trials = found.study.design.trials if found.study else 0
        return page(request, preview.landing(found.definition, trials))
    return page(request, last_page.example(found.definition, what))
