"""`metamerlab admin ...`"""

from datetime import datetime

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import service
from app.cli.running import Json, in_transaction, show
from app.core.clock import utc_now
from app.core.config import read_settings

app = typer.Typer(help="The experimenter's pages.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The experimenter's pages."""


@app.command()
def token(as_json: Json = False) -> None:
    """Print a one-time token that signs one browser in to the experimenter's pages."""

    async def work(session: AsyncSession) -> tuple[str, datetime]:
        return await service.issue_token(session, utc_now())

    issued, expires_at = in_transaction(work)
    address = f"{read_settings().base_url.rstrip('/')}/admin/sign-in"
    result = {"token": issued, "sign_in": address, "expires_at": expires_at.isoformat()}
    text = f"{issued}\nPaste it at {address}; it can be used once, until {expires_at:%Y-%m-%d %H:%M} UTC."
    show(as_json, result, text)
