"""The pages by which people leave a study: the last page, the one for who declines, and withdrawing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound
from app.experiments import service as experiments
from app.experiments.schemas import StudyDefinition
from app.participants import service, withdrawal
from app.participants.dependencies import SessionToken
from app.participants.last_page import declined, last_page, withdrawn
from app.participants.pages import uncached
from app.participants.schemas import WithdrawContext, WithdrawForm
from app.participants.turk import SUBMIT_PATH
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.language import speak
from app.web.security import content_policy, same_origin

router = APIRouter()


async def _definition(request: Request, session: AsyncSession, code: str) -> StudyDefinition:
    """The study of a link, in whose language everything is said from now on. Raises `NotFound`."""
    study, _link = await experiments.study_by_code(session, code)
    definition = experiments.definition_of(study)
    speak(request, definition.language, code)
    return definition


@router.get("/end/{code}")
async def end(
    request: Request, session: ReadSession, settings: CurrentSettings, token: SessionToken, code: str
) -> Response:
    """What is said at the end, the completion code of this ending, and the way back to the recruiter."""
    visit = await service.find_visit(session, code, token)
    if visit is None:
        return RedirectResponse(f"/s/{code}", status_code=303)
    if visit.participant.status == "active":
        return RedirectResponse(f"/run/{code}", status_code=303)
    speak(request, visit.definition.language, code)
    hand_in = await service.hand_in_of(session, visit.participant)
    response = uncached(request, last_page(visit, settings, hand_in))
    if hand_in:
        forms = f"'self' {hand_in.address.removesuffix(SUBMIT_PATH)}"
        policy = content_policy(request.state.csp_nonce, forms=forms)
        response.headers["Content-Security-Policy"] = policy
    return response


@router.get("/declined/{code}")
async def decline(request: Request, session: ReadSession, code: str) -> Response:
    """The end for who does not give consent; stores nothing."""
    return uncached(request, declined(await _definition(request, session, code), code))


@router.get("/withdraw/{code}")
async def withdrawing(request: Request, session: ReadSession, token: SessionToken, code: str) -> Response:
    """Asks whether all that a participant gave should be deleted. The key is behind the address's #."""
    definition = await _definition(request, session, code)
    visit = await service.find_visit(session, code, token)
    return uncached(request, WithdrawContext(definition.title, code, known=visit is not None))


@router.post("/withdraw/{code}", dependencies=[Depends(same_origin)])
async def withdraw(
    request: Request,
    session: WriteSession,
    token: SessionToken,
    now: Now,
    code: str,
    form: Annotated[WithdrawForm, Form()],
) -> Response:
    """Delete what a participant gave, and say so."""
    definition = await _definition(request, session, code)
    visit = await service.find_visit(session, code, token)
    try:
        await withdrawal.withdraw(session, code, form.key.strip(), visit, now)
    except NotFound:
        context = WithdrawContext(definition.title, code, known=visit is not None, unknown_key=True)
        return uncached(request, context, 404)
    return uncached(request, withdrawn(definition, code))
