"""The page of a study at its recruiter, and what its buttons do."""

from collections.abc import Awaitable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import Actor
from app.admin.dependencies import CurrentActor, own_form
from app.admin.headers import PAGE_HEADERS
from app.admin.recruitment.contexts import recruitment_page
from app.admin.recruitment.wording import approved_in_words, code_in_words
from app.core.errors import DomainError, Forbidden, NotFound
from app.experiments import service as experiments
from app.recruitment import accounting, codes, deciding, service, sync
from app.recruitment.deciding import BonusForm
from app.recruitment.dependencies import CurrentOffice
from app.recruitment.overview import all_payments, overview, summary
from app.recruitment.service import Office
from app.web.dependencies import CurrentSettings, Now, ReadSession
from app.web.parameters import LARGEST, WholeNumber
from app.web.templating import page

Text = Annotated[str, Form(max_length=5_000)]
Short = Annotated[str, Form(max_length=200)]

router = APIRouter(prefix="/studies/{name}")
api = APIRouter(prefix="/api/studies/{name}")


@api.get("/recruitment")
async def recruitment_for_programs(
    session: ReadSession, office: CurrentOffice, actor: CurrentActor, now: Now, name: str
) -> dict[str, Any]:
    """The campaign, its submissions, what differs and what was paid."""
    return summary(await overview(session, office, actor, name, 0, now))


@router.get("/recruitment")
async def recruitment(
    request: Request,
    session: ReadSession,
    settings: CurrentSettings,
    office: CurrentOffice,
    actor: CurrentActor,
    now: Now,
    name: str,
    start: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    return await _page(request, session, office, actor, name, now, start=start)


async def _page(
    request: Request,
    session: AsyncSession,
    office: Office,
    actor: Actor,
    name: str,
    now: Now,
    *,
    start: int = 0,
    said: str = "",
    error: DomainError | None = None,
) -> Response:
    shown = await overview(session, office, actor, name, start, now)
    recruiter = office.recruiters.named(shown.case.recruiting.recruiter)
    has_token = office.recruiters.prolific.client.has_token
    problem = error.message if error else ""
    context = recruitment_page(shown, recruiter, actor, has_token, said, problem)
    return page(request, context, error.status if error else 200, PAGE_HEADERS)


async def _done(
    request: Request, office: Office, actor: Actor, name: str, now: Now, work: Awaitable[object]
) -> Response:
    """Back to the page, or the page with what went wrong: a recruiter that fails is no fault of this site."""
    try:
        await work
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        async with office.database.reading() as session:
            return await _page(request, session, office, actor, name, now, error=error)
    return RedirectResponse(f"/admin/studies/{name}/recruitment", 303)


@router.post("/recruitment/campaign/{action}", dependencies=[Depends(own_form)])
async def act(
    request: Request,
    office: CurrentOffice,
    actor: CurrentActor,
    now: Now,
    name: str,
    action: Literal["draft", "publish", "pause", "resume", "stop", "sync"],
) -> Response:
    if action == "draft":
        work: Awaitable[object] = service.draft(office, actor, name, now)
    elif action == "publish":
        work = service.publish(office, actor, name, now)
    elif action == "sync":
        work = sync.sync(office, actor, name)
    else:
        work = service.change(office, actor, name, action, now)
    return await _done(request, office, actor, name, now, work)


@router.post("/recruitment/places", dependencies=[Depends(own_form)])
async def places(
    request: Request,
    office: CurrentOffice,
    actor: CurrentActor,
    now: Now,
    name: str,
    more: Annotated[int, Form(ge=0, le=LARGEST)],
) -> Response:
    work = service.add_places(office, actor, name, more, now)
    return await _done(request, office, actor, name, now, work)


@router.post("/recruitment/budget", dependencies=[Depends(own_form)])
async def budget(
    request: Request, office: CurrentOffice, actor: CurrentActor, now: Now, name: str, amount: Short = ""
) -> Response:
    work = deciding.set_budget(office, actor, name, amount, now)
    return await _done(request, office, actor, name, now, work)


async def _told(
    request: Request, office: Office, actor: Actor, name: str, now: Now, work: Awaitable[str]
) -> Response:
    """As `_done`, for work whose result is said on the page."""
    said, problem = "", None
    try:
        said = await work
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        problem = error
    async with office.database.reading() as session:
        return await _page(request, session, office, actor, name, now, said=said, error=problem)


@router.post("/recruitment/approve-complete", dependencies=[Depends(own_form)])
async def approve_complete(
    request: Request, office: CurrentOffice, actor: CurrentActor, now: Now, name: str
) -> Response:
    async def work() -> str:
        return approved_in_words(await deciding.approve_complete(office, actor, name, now))

    return await _told(request, office, actor, name, now, work())


@router.post("/recruitment/submissions/{number}/approve", dependencies=[Depends(own_form)])
async def approve(
    request: Request, office: CurrentOffice, actor: CurrentActor, now: Now, name: str, number: WholeNumber
) -> Response:
    work = deciding.approve(office, actor, name, number, now)
    return await _done(request, office, actor, name, now, work)


@router.post("/recruitment/submissions/{number}/reject", dependencies=[Depends(own_form)])
async def reject(
    request: Request,
    office: CurrentOffice,
    actor: CurrentActor,
    now: Now,
    name: str,
    number: WholeNumber,
    message: Text = "",
    category: Short = "",
) -> Response:
    work = deciding.reject(office, actor, name, number, message, category, now)
    return await _done(request, office, actor, name, now, work)


@router.post("/recruitment/submissions/{number}/bonus", dependencies=[Depends(own_form)])
async def bonus(
    request: Request,
    office: CurrentOffice,
    actor: CurrentActor,
    now: Now,
    name: str,
    number: WholeNumber,
    uuid: Annotated[str, Form(pattern="^[0-9a-f-]{36}$")],
    amount: Short = "",
    reason: Text = "",
) -> Response:
    work = deciding.pay_bonus(office, actor, name, number, BonusForm(uuid, amount, reason), now)
    return await _done(request, office, actor, name, now, work)


@router.post("/recruitment/payments/{number}/{what}", dependencies=[Depends(own_form)])
async def payment(
    request: Request,
    office: CurrentOffice,
    actor: CurrentActor,
    now: Now,
    name: str,
    number: WholeNumber,
    what: Literal["paid", "not-paid", "send", "ask"],
) -> Response:
    """Ask about an unclear payment, or say what was found out; or send one that was not sent."""
    if what == "ask":
        asking = deciding.ask(office, actor, name, number)
        return await _told(request, office, actor, name, now, asking)
    work: Awaitable[object] = (
        deciding.send_again(office, actor, name, number)
        if what == "send"
        else deciding.settle(office, actor, name, number, now, paid=what == "paid")
    )
    return await _done(request, office, actor, name, now, work)


@router.post("/recruitment/code", dependencies=[Depends(own_form)])
async def check_code(
    request: Request,
    session: ReadSession,
    office: CurrentOffice,
    actor: CurrentActor,
    now: Now,
    name: str,
    code: Short = "",
) -> Response:
    """Whose session a disputed code is of; changes nothing."""
    study = await experiments.study_for(session, actor, name, "viewer")
    said = code_in_words(await codes.look_up(session, study, code), code)
    return await _page(request, session, office, actor, name, now, said=said)


@router.get("/payments.csv")
async def payments(session: ReadSession, actor: CurrentActor, name: str) -> Response:
    """The ledger for the accounts."""
    study = await experiments.study_for(session, actor, name, "viewer")
    table = accounting.payments_csv(await all_payments(session, study))
    headers = {"Content-Disposition": f'attachment; filename="{study.name}-payments.csv"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)
