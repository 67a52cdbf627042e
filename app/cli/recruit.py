"""`metamerlab recruit ...`"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from app.accounts.actor import COMMAND_LINE
from app.cli.running import Json, Result, show
from app.core.clock import utc_now
from app.core.config import read_settings
from app.db.migrate import require_newest_schema
from app.db.session import Database
from app.experiments.recruiting import in_units
from app.recruitment import sync as syncing
from app.recruitment.overview import overview, summary
from app.recruitment.recruiters import Recruiters
from app.recruitment.service import Office

app = typer.Typer(help="Recruitment: Prolific, MTurk and plain links.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="STUDY")]


@app.command()
def sync(name: Name, as_json: Json = False) -> None:
    """Read the campaign and its submissions from the recruiter; ends sessions that are over there."""
    synced = _in_office(lambda office: syncing.sync(office, COMMAND_LINE, name))
    text = f"{synced.submissions} submissions read; {synced.freed} places are free again."
    show(as_json, vars(synced), text)


@app.command()
def status(name: Name, as_json: Json = False) -> None:
    """The campaign, its submissions, what differs and what was paid, as they were last read."""

    async def work(office: Office) -> dict[str, Any]:
        async with office.database.reading() as session:
            shown = await overview(session, office, COMMAND_LINE, name, 0, utc_now())
        return summary(shown)

    result = _in_office(work)
    show(as_json, result, _in_words(result))


MONEY = ("budget", "committed", "confirmed")


def _in_words(result: dict[str, Any]) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in result["submissions"].items())
    lines = [
        f"{result['recruiter']}: {result['status'] or 'no campaign yet'}; submissions: {counts or 'none'}",
        *(f"{part}: {in_units(result[f'{part}_minor'], result['currency'])}" for part in MONEY),
        *(_difference(one) for one in result["differences"]),
    ]
    if unclear := result["unclear_payments"]:
        lines.append(f"unclear payments, to be looked at on the study's page: {', '.join(map(str, unclear))}")
    return "\n".join(lines)


def _difference(one: dict[str, Any]) -> str:
    return f"{one['submission'] or one['participant']}: {one['what']} {one['to_do']}"


@app.command()
def subscribe(
    workspace: Annotated[str, typer.Option(help="The id of the workspace at Prolific.")],
    as_json: Json = False,
) -> None:
    """Have Prolific call this site whenever a submission changes."""
    address = f"{read_settings().base_url.rstrip('/')}/hooks/prolific"
    _in_office(lambda office: office.recruiters.prolific.subscribe(workspace, address))
    show(as_json, {"address": address}, f"Prolific will call {address}.")


def _in_office(work: Callable[[Office], Awaitable[Result]]) -> Result:
    return asyncio.run(_opened(work))


async def _opened(work: Callable[[Office], Awaitable[Result]]) -> Result:
    settings = read_settings()
    await require_newest_schema(settings.database_url)
    office = Office(Database(settings.database_url), Recruiters(settings), settings.base_url)
    try:
        return await work(office)
    finally:
        await office.recruiters.close()
        await office.database.close()
