"""Transactions of a process that outlives a restart of its database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Unavailable
from app.db.session import Database

AGAIN_S = 2.0
Result = TypeVar("Result")

log = logging.getLogger(__name__)


async def patiently(
    database: Database, work: Callable[[AsyncSession], Awaitable[Result]], stopping: asyncio.Event
) -> Result:
    """Do `work` in a writing transaction, and again while the database cannot be reached.

    Raises `sqlalchemy.exc.OperationalError` or `Unavailable` only once `stopping` is set. `work` may have
    been done before the connection broke, so it must be such that doing it twice does no harm.
    """
    while True:
        try:
            async with database.writing() as session:
                return await work(session)
        except (OperationalError, Unavailable) as error:
            if stopping.is_set():
                raise
            log.warning("the database cannot be used, trying again: %s", first_line(error))
            await asyncio.sleep(AGAIN_S)


def first_line(error: Exception) -> str:
    """What an error says, in one line."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
