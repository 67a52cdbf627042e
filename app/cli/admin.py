"""`metamerlab admin ...`"""

from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import people, service
from app.accounts.actor import COMMAND_LINE
from app.accounts.links import link_address
from app.cli.running import Json, in_transaction, reading, show
from app.core.clock import utc_now
from app.core.config import read_settings

app = typer.Typer(help="Accounts for the experimenter's pages.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Accounts for the experimenter's pages."""


@app.command()
def setup(as_json: Json = False) -> None:
    """Print the link that makes the first account, an owner. It works once, for 24 hours."""

    async def work(session: AsyncSession) -> tuple[str, datetime]:
        return await people.issue_setup(session, utc_now())

    _show_link(as_json, *in_transaction(work), "make the first account")


@app.command()
def reset(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    drop_second_factors: Annotated[
        bool, typer.Option(help="Also remove its authenticator, passkeys and recovery codes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print a link that gives an account a new password. It works once, for 24 hours."""

    async def work(session: AsyncSession) -> tuple[str, datetime]:
        return await people.issue_reset(
            session, COMMAND_LINE, email, utc_now(), drops_second_factors=drop_second_factors
        )

    _show_link(as_json, *in_transaction(work), f"set a new password for {email}")


@app.command("list")
def list_accounts(as_json: Json = False) -> None:
    """All accounts."""

    async def work(session: AsyncSession) -> list[dict[str, Any]]:
        return [
            {
                "email": user.email,
                "name": user.name,
                "role": user.role,
                "disabled": user.disabled_at is not None,
            }
            for user in await service.all_users(session)
        ]

    accounts = reading(work)
    lines = [
        f"{one['email']} ({one['role']}{', disabled' if one['disabled'] else ''}), {one['name']}"
        for one in accounts
    ]
    show(as_json, accounts, "\n".join(lines) or "There are no accounts yet; `metamerlab admin setup`.")


def _show_link(as_json: bool, token: str, expires_at: datetime, what: str) -> None:
    address = link_address(read_settings().base_url, token)
    result = {"address": address, "expires_at": expires_at.isoformat()}
    text = f"Open this address to {what}; it works once, until {expires_at:%Y-%m-%d %H:%M} UTC:\n{address}"
    show(as_json, result, text)
