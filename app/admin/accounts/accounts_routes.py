"""All accounts, for owners of the installation: invitations, roles, new passwords, disabling."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import people, service
from app.accounts.actor import Actor, Role
from app.accounts.links import link_address
from app.admin.accounts.contexts import ROLE_WORDS, AccountRow, AccountsContext
from app.admin.accounts.dates import minute
from app.admin.dependencies import CurrentPerson, own_form
from app.admin.headers import PAGE_HEADERS
from app.core.text import CleanText
from app.db.tables import User
from app.web.dependencies import CurrentSettings, Now, ReadSession, WriteSession
from app.web.templating import page

ACCOUNTS = "/admin/accounts"

router = APIRouter(prefix="/accounts")
Text = Annotated[CleanText, Form(max_length=300)]


async def shown(
    session: AsyncSession, actor: Actor, now: Now, link: str = "", link_email: str = ""
) -> AccountsContext:
    """The page of all accounts. Raises `Forbidden`."""
    actor.require_owner()
    with_passkeys = await service.users_with_passkeys(session)
    return AccountsContext(
        accounts=tuple(
            AccountRow(
                user.email,
                user.name,
                user.role,
                _second_factor(user, with_passkeys),
                user.disabled_at is not None,
                user.id == actor.user_id,
            )
            for user in await service.all_users(session)
        ),
        invited=tuple(
            (link.email or "", minute(link.expires_at))
            for link in await service.open_invitations(session, now)
        ),
        role_words=ROLE_WORDS,
        link=link,
        link_email=link_email,
    )


def _second_factor(user: User, with_passkeys: set[int]) -> str:
    kinds = ["authenticator"] if user.totp_confirmed_at is not None else []
    kinds += ["passkey"] if user.id in with_passkeys else []
    return " and ".join(kinds) or "none"


@router.get("")
async def accounts(request: Request, session: ReadSession, who: CurrentPerson, now: Now) -> Response:
    return page(request, await shown(session, who.actor, now), headers=PAGE_HEADERS)


@router.post("/invite", dependencies=[Depends(own_form)])
async def invite(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    who: CurrentPerson,
    now: Now,
    role: Annotated[Role, Form()],
    email: Text = "",
) -> Response:
    token, _ = await people.invite(session, who.actor, email, role, now)
    context = await shown(session, who.actor, now, link_address(settings.base_url, token), email.strip())
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/reset", dependencies=[Depends(own_form)])
async def reset(
    request: Request,
    session: WriteSession,
    settings: CurrentSettings,
    who: CurrentPerson,
    now: Now,
    email: Text = "",
    factors: Text = "",
) -> Response:
    token, _ = await people.issue_reset(
        session, who.actor, email, now, drops_second_factors=factors == "drop"
    )
    context = await shown(session, who.actor, now, link_address(settings.base_url, token), email)
    return page(request, context, headers=PAGE_HEADERS)


@router.post("/role", dependencies=[Depends(own_form)])
async def change_role(
    session: WriteSession, who: CurrentPerson, now: Now, role: Annotated[Role, Form()], email: Text = ""
) -> Response:
    await people.change_role(session, who.actor, email, role, now)
    return RedirectResponse(ACCOUNTS, 303)


@router.post("/disable", dependencies=[Depends(own_form)])
async def disable(session: WriteSession, who: CurrentPerson, now: Now, email: Text = "") -> Response:
    await people.disable(session, who.actor, email, now)
    return RedirectResponse(ACCOUNTS, 303)


@router.post("/enable", dependencies=[Depends(own_form)])
async def enable(session: WriteSession, who: CurrentPerson, now: Now, email: Text = "") -> Response:
    await people.enable(session, who.actor, email, now)
    return RedirectResponse(ACCOUNTS, 303)
