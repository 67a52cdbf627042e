"""Pages of stimulus sets: all of them, one of them, its files."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import Actor
from app.admin.dependencies import CurrentActor, own_form
from app.admin.drawings import KEEP, drawing
from app.admin.headers import PAGE_HEADERS
from app.admin.paging import pager
from app.admin.stimuli import contexts
from app.admin.stimuli.contexts import LIST, SetContext
from app.core.config import Settings
from app.core.errors import Conflict, Invalid, NotFound
from app.core.text import CleanText
from app.stimuli.medium import MEDIA
from app.stimulus_sets import service
from app.stimulus_sets.examining.signatures import KINDS
from app.stimulus_sets.storage import FOLDER, SetStorage
from app.stimulus_sets.uploads import limits_of
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import page

FILES_SHOWN = 50
Verdict = Literal["", "accepted", "warned", "refused"]


router = APIRouter(prefix="/stimuli")


@router.get("")
async def sets(request: Request, session: ReadSession, actor: CurrentActor) -> Response:
    context = contexts.sets_page(await _rows(session), actor)
    return page(request, context, headers=PAGE_HEADERS)


async def _rows(session: AsyncSession) -> list[contexts.SetRow]:
    totals, runs = await service.all_totals(session), await service.runs_of_sets(session)
    return [
        contexts.set_row(found, totals.get(found.id, service.NO_FILES), runs.get(found.id, ()))
        for found in await service.all_sets(session)
    ]


@router.post("", dependencies=[Depends(own_form)])
async def create(
    request: Request,
    session: WriteSession,
    actor: CurrentActor,
    now: Now,
    name: Annotated[CleanText, Form(max_length=200)] = "",
    medium: Annotated[str, Form(max_length=20)] = "",
    grouping: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    try:
        made = await service.create(session, actor, name.strip(), medium, grouping, now)
    except (Invalid, Conflict) as error:
        context = contexts.sets_page(
            await _rows(session), actor, name.strip(), medium, grouping, error.message
        )
        return page(request, context, error.status, PAGE_HEADERS)
    return RedirectResponse(f"{LIST}/{made.id}", 303)


@router.get("/{set_id}")
async def one_set(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    set_id: WholeNumber,
    verdict: Verdict = "",
    category: Annotated[CleanText, Query(max_length=200)] = "",
    start: WholeNumber = 0,
) -> Response:
    context = await _set_context(session, settings, actor, set_id, verdict, category, start)
    return page(request, context, headers=PAGE_HEADERS)


async def _set_context(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    set_id: int,
    verdict: str,
    category: str,
    start: int,
) -> SetContext:
    found = await service.get_set(session, set_id)
    totals, limits = await service.totals_of(session, set_id), limits_of(settings)
    categories = await service.categories_of(session, set_id)
    files = await service.page_of_files(session, set_id, verdict, category, start, FILES_SHOWN)
    number = await service.count_of_files(session, set_id, verdict, category)
    runs = (await service.runs_of_sets(session)).get(set_id, [])
    address, query = f"{LIST}/{set_id}", {"verdict": verdict, "category": category}
    endings = sorted({ending for known in KINDS[found.medium].values() for ending in known})
    return SetContext(
        id=found.id,
        name=found.name,
        medium=found.medium,
        plural=contexts.PLURAL[found.medium],
        is_ready=found.state == "ready",
        may_change=contexts.may_change(actor, found),
        about=contexts.about(found, totals),
        history=contexts.history(found, runs),
        kept=totals.kept,
        verdict=verdict,
        counts=contexts.counts(found.id, totals),
        category=category,
        categories=contexts.category_links(found, categories),
        files=tuple(contexts.file_row(found, file) for file in files),
        pager=pager(address, query, start, FILES_SHOWN, number),
        limits=contexts.limits_in_words(limits),
        file_limit_bytes=limits.file_bytes,
        accepted_endings=",".join([*endings, ".zip"]),
        spec_path=f"{FOLDER}/{found.name}",
    )


@router.post("/{set_id}/ready", dependencies=[Depends(own_form)])
async def make_ready(
    session: WriteSession, settings: CurrentSettings, actor: CurrentActor, now: Now, set_id: WholeNumber
) -> Response:
    await lay_out_and_make_ready(session, settings, actor, now, set_id)
    return RedirectResponse(f"{LIST}/{set_id}", 303)


async def lay_out_and_make_ready(
    session: AsyncSession, settings: Settings, actor: Actor, now: Now, set_id: int
) -> None:
    """The folder is there before the set is ready; one that is left of an error is made anew."""
    files = await service.files_to_lay_out(session, actor, set_id)
    found = await service.get_set(session, set_id)
    await run_in_threadpool(SetStorage(settings.spec_folder).lay_out, set_id, found.name, files)
    await service.make_ready(session, actor, set_id, now)


@router.post("/{set_id}/delete", dependencies=[Depends(own_form)])
async def delete(
    request: Request, settings: CurrentSettings, actor: CurrentActor, now: Now, set_id: WholeNumber
) -> Response:
    """The rows go first: files that are left over belong to nobody, rows without files would lie."""
    async with request.app.state.database.writing() as session:
        name = await service.delete(session, actor, set_id, now)
    await run_in_threadpool(SetStorage(settings.spec_folder).remove, set_id, name)
    return RedirectResponse(LIST, 303)


@router.get("/{set_id}/files/{sha256}")
async def file(session: ReadSession, settings: CurrentSettings, set_id: WholeNumber, sha256: str) -> Response:
    """The file as it is kept."""
    found = await service.get_set(session, set_id)
    if await service.kept_by_digest(session, set_id, sha256) is None:
        raise NotFound("unknown_file", "there is no such file in this set")
    kept = SetStorage(settings.spec_folder).kept(set_id, sha256)
    return FileResponse(kept, media_type=MEDIA[found.medium].media_type, headers=KEEP)


@router.get("/{set_id}/drawings/{sha256}")
async def drawn(
    session: ReadSession, settings: CurrentSettings, set_id: WholeNumber, sha256: str
) -> Response:
    """A small picture of a picture, or a drawing of a sound."""
    found = await service.get_set(session, set_id)
    if await service.kept_by_digest(session, set_id, sha256) is None:
        raise NotFound("unknown_file", "there is no such file in this set")
    kept = SetStorage(settings.spec_folder).kept(set_id, sha256)
    return await run_in_threadpool(drawing, found.medium, sha256, kept.read_bytes)
