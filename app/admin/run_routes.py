"""Pages of synthesis runs: the list, one run, a form for another, and what can be done with a run."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.admin.dependencies import CurrentActor, own_form
from app.admin.headers import PAGE_HEADERS
from app.admin.run_contexts import Ingested, NewRunContext, ingested_bundle, run_page, runs_page
from app.core.config import Settings
from app.core.errors import Conflict, Invalid, NotFound
from app.db.tables import SynthesisRun
from app.stimuli import service as stimuli
from app.synthesis_runs import service
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import page
from synthesis.common.errors import SpecError

LIST = "/admin/synthesis"
EXAMPLE = """\
model: efficientnet_lite0
layers: [block2, block10, head]
stimuli: pictures  # one folder per category
recipe: fast
seed: 0
"""

router = APIRouter(prefix="/synthesis")


@router.get("")
async def runs(request: Request, session: ReadSession, settings: CurrentSettings, now: Now) -> Response:
    context = runs_page(await service.all_runs(session), now, _stale_after(settings))
    return page(request, context, headers=PAGE_HEADERS)


@router.get("/new")
async def new_run(request: Request, settings: CurrentSettings) -> Response:
    context = NewRunContext("", EXAMPLE, str(settings.spec_folder.resolve()), ())
    return page(request, context, headers=PAGE_HEADERS)


@router.post("", dependencies=[Depends(own_form)])
async def queue_run(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    name: Annotated[str, Form(max_length=200)] = "",
    spec: Annotated[str, Form()] = "",
) -> Response:
    name, spec = name.strip(), spec.replace("\r\n", "\n")  # forms are sent with the line ends of old
    problems: tuple[str, ...] = ()
    status = 422
    try:
        service.check_spec(spec, settings.spec_folder, confined=True)
        run = await service.queue(session, actor, name, spec, settings.spec_folder, now)
    except SpecError as error:
        problems = error.problems
    except (Invalid, Conflict) as error:
        problems, status = (error.message,), error.status
    else:
        return RedirectResponse(f"{LIST}/{run.id}", 303)
    context = NewRunContext(name, spec, str(settings.spec_folder.resolve()), problems)
    return page(request, context, status, PAGE_HEADERS)


@router.get("/{run_id}")
async def run(
    request: Request, session: ReadSession, settings: CurrentSettings, now: Now, run_id: WholeNumber
) -> Response:
    found = await service.get_run(session, run_id)
    context = run_page(found, await _ingested(session, found), now, _stale_after(settings))
    return page(request, context, headers=PAGE_HEADERS)


@router.get("/{run_id}/contact_sheet.png")
async def contact_sheet(session: ReadSession, run_id: WholeNumber) -> Response:
    found = await service.get_run(session, run_id)
    bundle = await stimuli.get_bundle(session, found.bundle_id) if found.bundle_id else None
    sheet = stimuli.contact_sheet(bundle.path) if bundle else None
    if sheet is None:
        raise NotFound("no_sheet", f"There is no contact sheet of run {run_id}.")
    return FileResponse(sheet)


@router.post("/{run_id}/cancel", dependencies=[Depends(own_form)])
async def cancel_run(
    session: WriteSession, settings: CurrentSettings, actor: CurrentActor, now: Now, run_id: WholeNumber
) -> Response:
    await service.cancel(session, actor, run_id, now, _stale_after(settings))
    return RedirectResponse(f"{LIST}/{run_id}", 303)


@router.post("/{run_id}/retry", dependencies=[Depends(own_form)])
async def retry_run(session: WriteSession, actor: CurrentActor, now: Now, run_id: WholeNumber) -> Response:
    await service.retry(session, actor, run_id, now)
    return RedirectResponse(f"{LIST}/{run_id}", 303)


async def _ingested(session: AsyncSession, found: SynthesisRun) -> Ingested | None:
    if found.bundle_id is None:
        return None
    bundle = await stimuli.get_bundle(session, found.bundle_id)
    counts = await stimuli.certified_counts(session, bundle.id)
    sheet = f"{LIST}/{found.id}/contact_sheet.png" if stimuli.contact_sheet(bundle.path) else ""
    null_alone = await stimuli.answers_nothing(session, bundle.id)
    return ingested_bundle(bundle, counts, sheet, null_alone=null_alone)


def _stale_after(settings: Settings) -> timedelta:
    return timedelta(seconds=settings.worker_stale_seconds)
