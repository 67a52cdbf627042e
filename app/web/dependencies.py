"""What routes ask for: a session of the database, the settings, the moment.

Dependencies are coroutines, here and elsewhere: FastAPI sends plain functions through a thread, which costs
more than all that they do.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_now
from app.core.config import Settings
from app.db.session import Database


async def reading_session(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.reading() as session:
        yield session


async def writing_session(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.writing() as session:
        yield session


async def now() -> datetime:
    return utc_now()


async def current_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


# With scope="function" the transaction ends before the response leaves: what was acknowledged is stored.
ReadSession = Annotated[AsyncSession, Depends(reading_session, scope="function")]
WriteSession = Annotated[AsyncSession, Depends(writing_session, scope="function")]
CurrentSettings = Annotated[Settings, Depends(current_settings)]
Now = Annotated[datetime, Depends(now)]
