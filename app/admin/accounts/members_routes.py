"""Who shares a study, and what was done to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.accounts import audit, service, sharing
from app.accounts.actor import Role
from app.accounts.chain import Verdict
from app.admin.accounts.contexts import STUDY_ROLE_WORDS, AuditContext, AuditLine, MemberRow, MembersContext
from app.admin.accounts.dates import minute
from app.admin.dependencies import CurrentActor, CurrentPerson, own_form
from app.admin.headers import PAGE_HEADERS
from app.core.text import CleanText
from app.db.tables import AuditRow
from app.experiments import service as experiments
from app.web.dependencies import Now, ReadSession, WriteSession
from app.web.parameters import WholeNumber
from app.web.templating import page

router = APIRouter()
Text = Annotated[CleanText, Form(max_length=300)]


@router.get("/studies/{name}/members")
async def members(request: Request, session: ReadSession, who: CurrentPerson, name: str) -> Response:
    study = await experiments.study_for(session, who.actor, name, "viewer")
    rows = tuple(
        MemberRow(user.email, user.name, membership.role)
        for user, membership in await service.members_of(session, study.id)
    )
    context = MembersContext(name, rows, STUDY_ROLE_WORDS, who.actor.may("owner", study.id))
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/studies/{name}/members", dependencies=[Depends(own_form)])
async def share(
    session: WriteSession,
    who: CurrentPerson,
    now: Now,
    name: str,
    role: Annotated[Role, Form()],
    email: Text = "",
) -> Response:
    study = await experiments.locked_study_for(session, who.actor, name, "owner")
    await sharing.share(session, who.actor, study.id, name, email, role, now)
    return RedirectResponse(f"/admin/studies/{name}/members", 303)


@router.post("/studies/{name}/members/remove", dependencies=[Depends(own_form)])
async def unshare(
    session: WriteSession, who: CurrentPerson, now: Now, name: str, email: Text = ""
) -> Response:
    study = await experiments.locked_study_for(session, who.actor, name, "owner")
    await sharing.unshare(session, who.actor, study.id, name, email, now)
    return RedirectResponse(f"/admin/studies/{name}/members", 303)


@router.get("/studies/{name}/audit")
async def study_log(
    request: Request,
    session: ReadSession,
    actor: CurrentActor,
    name: str,
    before: WholeNumber | None = None,
    verify: bool = False,
) -> Response:
    """What was done to one study, for all who may see it."""
    await experiments.study_for(session, actor, name, "viewer")
    rows = await audit.newest(session, subject=f"study {name}", before=before)
    verdict = await audit.verify(session) if verify else None
    context = _log_page(name, rows, verdict, f"/admin/studies/{name}/audit")
    return page(request, context, headers=PAGE_HEADERS)


@router.get("/audit")
async def log(
    request: Request,
    session: ReadSession,
    actor: CurrentActor,
    before: WholeNumber | None = None,
    verify: bool = False,
) -> Response:
    """All that was done, for owners of the installation."""
    actor.require_owner()
    rows = await audit.newest(session, before=before)
    verdict = await audit.verify(session) if verify else None
    context = _log_page("", rows, verdict, "/admin/audit")
    return page(request, context, headers=PAGE_HEADERS)


def _log_page(study: str, rows: list[AuditRow], verdict: Verdict | None, address: str) -> AuditContext:
    older = f"{address}?before={rows[-1].position}" if len(rows) == audit.PAGE else ""
    lines = tuple(
        AuditLine(
            row.position,
            minute(row.happened_at),
            row.actor,
            row.action,
            row.subject,
            ", ".join(f"{key}: {value}" for key, value in row.detail.items()),
        )
        for row in rows
    )
    return AuditContext(study, address, lines, older, verdict)
