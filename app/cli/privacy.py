"""`metamerlab privacy ...`"""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from app.accounts.actor import COMMAND_LINE
from app.cli.running import Json, in_transaction, show
from app.core.clock import utc_now
from app.core.config import read_settings
from app.core.errors import Conflict
from app.db import register
from app.db.migrate import require_newest_schema
from app.db.session import Database
from app.experiments import service as experiments
from app.privacy import service
from app.privacy.retention import Deleted, carry_out

app = typer.Typer(help="Data protection: what is stored of people, and deleting it.", no_args_is_help=True)

WORDS = {"ids": "with the ids", "data": "with the data", "kept": "kept"}


@app.command("list")
def list_columns(as_json: Json = False) -> None:
    """What is stored of participants: table, column, kind, until when, what for."""
    columns = [{"table": one.table, "column": one.name, **vars(one.privacy)} for one in register.columns()]
    lines = [
        f"{one['table']}.{one['column']}: {one['kind']}, {WORDS[one['until']]}; {one['purpose']}"
        for one in columns
    ]
    show(as_json, columns, "\n".join(lines))


@app.command()
def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be deleted, and delete nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one line of JSON for each study, as soon as it is done.")
    ] = False,
) -> None:
    """Delete what studies have kept long enough, by the section privacy of their files.

    Run it once a day. Doing it again changes nothing.
    """
    asyncio.run(_retention(dry_run=dry_run, as_json=as_json))


async def _retention(*, dry_run: bool, as_json: bool) -> None:
    url = read_settings().database_url
    await require_newest_schema(url)
    database = Database(url)
    try:
        async with database.reading() as session:
            names = [study.name for study in await experiments.all_studies(session)]
        for name in names:
            async with database.writing() as session:
                deleted = await carry_out(session, COMMAND_LINE, name, utc_now())
                if dry_run:
                    await session.rollback()
            if deleted.something or deleted.waiting:
                typer.echo(_line(deleted, dry_run=dry_run, as_json=as_json))
    finally:
        await database.close()


def _line(deleted: Deleted, *, dry_run: bool, as_json: bool) -> str:
    if as_json:
        return json.dumps({**vars(deleted), "dry_run": dry_run})
    numbers = ", ".join(f"{value} {key}" for key, value in vars(deleted).items() if key != "study")
    return f"{deleted.study}: {'would delete' if dry_run else 'deleted'}: {numbers}"


@app.command()
def extract(
    name: Annotated[str, typer.Argument(metavar="STUDY")],
    participant: Annotated[int, typer.Argument(metavar="PARTICIPANT", help="The participant's number.")],
    out: Annotated[Path, typer.Option(help="A folder for the zip.")],
    as_json: Json = False,
) -> None:
    """Write everything that is stored of one participant, for a person who asks for it."""
    made = in_transaction(
        lambda session: service.extract(session, COMMAND_LINE, name, participant, utc_now())
    )
    file = out / made.file_name
    if file.exists():
        raise Conflict("file_exists", f"there is a file {file} already; remove it or give another folder")
    out.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(made.data)
    show(as_json, {"file": str(file)}, f"Written: {file}")
