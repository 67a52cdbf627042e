"""The page of a study's privacy, and what owners do there with the data of one participant."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import service as accounts
from app.accounts.actor import Actor
from app.admin.dependencies import CurrentActor, own_form
from app.admin.headers import PAGE_HEADERS
from app.admin.privacy.contexts import Numbers, privacy_page
from app.core.errors import NotFound
from app.experiments import service as experiments
from app.privacy import service
from app.web.dependencies import Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import page

router = APIRouter(prefix="/studies/{name}/privacy")


@router.get("")
async def privacy(
    request: Request,
    session: ReadSession,
    actor: CurrentActor,
    name: str,
    deleted: WholeNumber | None = None,
) -> Response:
    said = f"The data of participant {deleted} were deleted." if deleted is not None else ""
    return await _page(request, session, actor, name, said=said)


async def _page(
    request: Request,
    session: AsyncSession,
    actor: Actor,
    name: str,
    *,
    said: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    study = await experiments.study_for(session, actor, name, "viewer")
    links = await experiments.links_of_study(session, study.id)
    code = next(link.code for link in links if link.audience == "live")
    numbers = Numbers(await service.with_ids(session, study.id), await service.tombstones(session, study.id))
    members = await accounts.members_of(session, study.id)
    agreed = await service.agreed(session, study)
    context = privacy_page(study, actor, code, numbers, members, agreed, said, problem)
    return page(request, context, status, PAGE_HEADERS)


@router.post("/delete", dependencies=[Depends(own_form)])
async def delete(
    request: Request,
    session: WriteSession,
    actor: CurrentActor,
    now: Now,
    name: str,
    participant: Annotated[WholeNumber, Form()],
    sure: Annotated[Literal["yes"], Form()],
) -> Response:
    """Delete the data of one participant, who asked for it."""
    try:
        await service.delete_participant(session, actor, name, participant, now)
    except NotFound as error:
        return await _page(request, session, actor, name, problem=error.message, status=404)
    return RedirectResponse(f"/admin/studies/{name}/privacy?deleted={participant}", 303)


@router.post("/extract", dependencies=[Depends(own_form)])
async def extract(
    request: Request,
    session: WriteSession,
    actor: CurrentActor,
    now: Now,
    name: str,
    participant: Annotated[WholeNumber, Form()],
) -> Response:
    """Everything stored of one participant, for a person who asks what that is."""
    try:
        made = await service.extract(session, actor, name, participant, now)
    except NotFound as error:
        return await _page(request, session, actor, name, problem=error.message, status=404)
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return Response(made.data, media_type="application/zip", headers=headers)
