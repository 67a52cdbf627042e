"""A study's data as files: the page that offers them, and the files. Each one taken is in the audit log."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import StreamingResponse

from app.accounts.actor import Actor
from app.admin.dependencies import CurrentActor, own_form
from app.admin.exports.contexts import downloads_page, file_name
from app.admin.headers import PAGE_HEADERS
from app.admin.results import ResultsKept
from app.analysis.service import counts_by_study
from app.db.session import Database
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.exports import downloads
from app.exports.formats.registry import format_named
from app.exports.service import note_download
from app.web.dependencies import CurrentSettings, Now, ReadSession
from app.web.templating import page

router = APIRouter()
Ticked = Annotated[bool, Form()]


@router.get("/studies/{name}/downloads")
async def downloads_of_study(
    request: Request, session: ReadSession, actor: CurrentActor, name: str, audience: Audience = "live"
) -> Response:
    study = await experiments.study_for(session, actor, name, "viewer")
    kept: ResultsKept = request.app.state.results
    analysis = (await kept.of(session, study, audience)).analysis
    counts = (await counts_by_study(session)).get(study.id, {})
    may_download = actor.may("experimenter", study.id)
    context = downloads_page(study, audience, counts, analysis.answered, may_download=may_download)
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/studies/{name}/downloads/archive", dependencies=[Depends(own_form)])
async def archive(
    request: Request,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    name: str,
    panel_ids: Ticked = False,
    bundles: Ticked = False,
) -> Response:
    await _noted(request, actor, name, "archive", now, panel_ids=panel_ids)
    made = await downloads.archive(settings.database_url, name, panel_ids=panel_ids, bundles=bundles)
    return _sent(made, f"{name}-archive.zip")


@router.post("/studies/{name}/downloads/{form}", dependencies=[Depends(own_form)])
async def export(
    request: Request,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    name: str,
    form: str,
    audience: Annotated[Audience, Form()] = "live",
    panel_ids: Ticked = False,
) -> Response:
    format_named(form)
    await _noted(request, actor, name, f"{form}, {audience}", now, panel_ids=panel_ids)
    made = await downloads.export(settings.database_url, name, audience, form, panel_ids=panel_ids)
    return _sent(made, file_name(name, audience, form))


async def _noted(request: Request, actor: Actor, name: str, what: str, now: Now, *, panel_ids: bool) -> None:
    """In a transaction of its own, before the file is made: making it takes long, and writes nothing."""
    database: Database = request.app.state.database
    async with database.writing() as session:
        await note_download(session, actor, name, what, now, with_panel_ids=panel_ids)


def _sent(made: downloads.Download, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(made.size_bytes),
        **PAGE_HEADERS,
    }
    return StreamingResponse(made.pieces(), media_type=made.media_type, headers=headers)
