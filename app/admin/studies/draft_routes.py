"""Pages of drafts: the list, the form, the text, what is sent by them, and stimuli to look at."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from app.accounts.actor import Actor
from app.admin.dependencies import CurrentActor, own_form
from app.admin.headers import PAGE_HEADERS
from app.admin.studies.contexts import (
    ConflictContext,
    DraftsContext,
    FormContext,
    TextContext,
    draft_card,
    faults_of,
)
from app.core.errors import Conflict, Invalid
from app.db.tables import Study, StudyDraft
from app.drafts import bundles, service
from app.drafts.checking import read
from app.drafts.form import form_of, text_of
from app.drafts.frozen import difference
from app.drafts.new import file_name
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import page
from synthesis.common.errors import SpecError

LIST = "/admin/drafts"
MOST_FIELDS = 10_000
SAVED = {"1": "Saved."}

router = APIRouter(prefix="/drafts")


async def sent_form(request: Request) -> dict[str, list[str]]:
    """The fields of a form by name; files are read as text."""
    found: dict[str, list[str]] = {}
    async with request.form(max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            text = await _text_of_file(value) if isinstance(value, UploadFile) else value
            found.setdefault(name, []).append(text)
    return found


async def _text_of_file(file: UploadFile) -> str:
    try:
        return (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("not_text", "the file is no text in UTF-8; give the YAML file of a study") from None


Sent = Annotated[dict[str, list[str]], Depends(sent_form)]


@router.get("")
async def drafts(request: Request, session: ReadSession, actor: CurrentActor) -> Response:
    return page(request, await _list(session, actor), headers=PAGE_HEADERS)


async def _list(session: AsyncSession, actor: Actor, text: str = "", problem: str = "") -> DraftsContext:
    studies = await service.studies_by_id(session)
    cards = [
        draft_card(one, studies.get(one.study_id or 0)) for one in await service.drafts_for(session, actor)
    ]
    return DraftsContext(tuple(cards), actor.may_create, text, problem)


@router.post("", dependencies=[Depends(own_form)])
async def new_draft(session: WriteSession, actor: CurrentActor, now: Now) -> Response:
    draft = await service.create(session, actor, now)
    return RedirectResponse(f"{LIST}/{draft.id}", 303)


@router.post("/import", dependencies=[Depends(own_form)])
async def import_draft(
    request: Request, session: WriteSession, actor: CurrentActor, now: Now, sent: Sent
) -> Response:
    """A draft of a YAML file that was uploaded or pasted. Text that is no YAML is not taken."""
    given = next(
        (text for text in reversed([*sent.get("text", ()), *sent.get("file", ())]) if text.strip()), ""
    )
    try:
        if not given:
            raise Invalid("no_text", "choose a file, or paste its text")
        service.require_readable(given)
    except Invalid as error:
        return page(request, await _list(session, actor, given, error.message), 422, PAGE_HEADERS)
    draft = await service.create(session, actor, now, given)
    return RedirectResponse(f"{LIST}/{draft.id}?saved=1", 303)


@router.post("/copy/{name}", dependencies=[Depends(own_form)])
async def copy(session: WriteSession, actor: CurrentActor, now: Now, name: str) -> Response:
    draft = await service.copy_study(session, actor, name, now)
    return RedirectResponse(f"{LIST}/{draft.id}", 303)


@router.get("/bundles/{digest}/{blob}")
async def stimulus(
    session: ReadSession, settings: CurrentSettings, actor: CurrentActor, digest: str, blob: str
) -> Response:
    """A picture or sound of a bundle that can be chosen."""
    actor.require_create()
    on = await service.ground(session, settings)
    offered = await run_in_threadpool(bundles.offers, on.bundle_places, on.places.bundle_folder)
    data, media_type = await run_in_threadpool(bundles.sample, offered, digest, blob)
    return Response(data, media_type=media_type, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{draft_id}")
async def form(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    draft_id: WholeNumber,
    saved: str = "",
) -> Response:
    """The form; a text that is no YAML is shown as text instead."""
    draft = await service.draft_for(session, actor, draft_id)
    on = await service.ground(session, settings)
    offered = await run_in_threadpool(bundles.offers, on.bundle_places, on.places.bundle_folder)
    try:
        shown = form_of(draft.text, offered, on.places)
    except SpecError:
        return RedirectResponse(f"{LIST}/{draft_id}/text", 303)
    problems = read(draft.text, on.places).problems if draft.version > 1 or saved else ()
    card = draft_card(draft, await _study(session, draft))
    context = FormContext(card, shown, faults_of(problems, shown.steps), SAVED.get(saved, ""))
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/{draft_id}", dependencies=[Depends(own_form)])
async def save_form(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    now: Now,
    draft_id: WholeNumber,
    sent: Sent,
) -> Response:
    """Save what was sent. The version that was changed is the ground, whatever was saved since."""
    draft = await service.draft_for(session, actor, draft_id)
    version, action = _version(sent), (sent.get("do") or [""])[-1]
    base = await service.version_of(session, draft.id, version)
    on = await service.ground(session, settings)
    text = text_of(base.text if base else draft.text, sent, on.places, action)
    try:
        await service.save(session, actor, draft_id, version, text, now)
    except Conflict as error:
        return await _conflict(request, session, draft, text, error)
    if action == "check":
        return RedirectResponse(f"{LIST}/{draft_id}/check", 303)
    return RedirectResponse(f"{LIST}/{draft_id}?saved=1{'#steps' if action else ''}", 303)


@router.get("/{draft_id}/text")
async def text(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    actor: CurrentActor,
    draft_id: WholeNumber,
    saved: str = "",
) -> Response:
    draft = await service.draft_for(session, actor, draft_id)
    on = await service.ground(session, settings)
    card = draft_card(draft, await _study(session, draft))
    faults = faults_of(read(draft.text, on.places).problems)
    context = TextContext(card, draft.text, faults, SAVED.get(saved, ""))
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/{draft_id}/text", dependencies=[Depends(own_form)])
async def save_text(
    request: Request,
    session: WriteSession,
    actor: CurrentActor,
    now: Now,
    draft_id: WholeNumber,
    sent: Sent,
) -> Response:
    """Save a text as it is, whether it can be read or not."""
    draft = await service.draft_for(session, actor, draft_id)
    given = _given_text(sent)
    try:
        await service.save(session, actor, draft_id, _version(sent), given, now)
    except Conflict as error:
        return await _conflict(request, session, draft, given, error)
    return RedirectResponse(f"{LIST}/{draft_id}/text?saved=1", 303)


@router.get("/{draft_id}/study.yaml")
async def download(session: ReadSession, actor: CurrentActor, draft_id: WholeNumber) -> Response:
    draft = await service.draft_for(session, actor, draft_id)
    headers = {"Content-Disposition": f'attachment; filename="{_ascii(file_name(draft.name))}"'}
    return Response(draft.text, media_type="application/yaml; charset=utf-8", headers=headers)


@router.post("/{draft_id}/delete", dependencies=[Depends(own_form)])
async def delete(
    session: WriteSession,
    actor: CurrentActor,
    now: Now,
    draft_id: WholeNumber,
    sure: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    if sure != "yes":
        raise Invalid("not_sure", "tick that the draft is to be deleted")
    await service.delete(session, actor, draft_id, now)
    return RedirectResponse(LIST, 303)


async def _conflict(
    request: Request, session: AsyncSession, draft: StudyDraft, mine: str, error: Conflict
) -> Response:
    """Nothing is lost: what was sent is shown beside what is stored."""
    card = draft_card(draft, await _study(session, draft))
    lines = difference(draft.text, mine, ("stored now", "what you sent"))
    return page(request, ConflictContext(card, error.message, mine, tuple(lines)), 409, PAGE_HEADERS)


async def _study(session: AsyncSession, draft: StudyDraft) -> Study | None:
    return await session.get(Study, draft.study_id) if draft.study_id else None


def _given_text(sent: dict[str, list[str]]) -> str:
    """The file's text if there is a file, else what was typed or pasted."""
    texts = [*sent.get("file", ()), *sent.get("text", ())]
    return next((text for text in texts if text.strip()), "")


def _version(sent: dict[str, list[str]]) -> int:
    text = (sent.get("version") or [""])[-1]
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("no_version", "the form says no version; open the page again")
    return int(text)


def _ascii(name: str) -> str:
    return "".join(letter if letter.isascii() and letter not in '"\\' else "-" for letter in name)
