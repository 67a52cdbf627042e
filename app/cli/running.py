"""What the commands share: their output, and work on the database."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import read_settings
from app.db.migrate import require_newest_schema
from app.db.session import Database

Result = TypeVar("Result")
Json = Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON.")]


def show(as_json: bool, result: Any, text: str) -> None:
    """Print a result for a program or for a person."""
    typer.echo(json.dumps(result) if as_json else text)


def in_transaction(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Run `work` in one writing transaction: all of it is stored, or nothing."""
    return asyncio.run(_with_session(work, writing=True))


def reading(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Run `work` in a transaction that only reads, and so keeps nobody waiting."""
    return asyncio.run(_with_session(work, writing=False))


async def _with_session(work: Callable[[AsyncSession], Awaitable[Result]], *, writing: bool) -> Result:
    url = read_settings().database_url
    await require_newest_schema(url)
    database = Database(url)
    try:
        async with database.writing() if writing else database.reading() as session:
            return await work(session)
    finally:
        await database.close()
