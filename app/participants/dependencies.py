"""Who is calling: the participant that the session cookie names."""

from typing import Annotated

from fastapi import Depends, Request

from app.participants import service
from app.participants.service import Visit
from app.web.dependencies import CurrentSettings, ReadSession, WriteSession
from app.web.security import cookie_name


async def session_token(code: str, request: Request, settings: CurrentSettings) -> str | None:
    """The value of this link's session cookie."""
    return request.cookies.get(cookie_name(settings, code))


SessionToken = Annotated[str | None, Depends(session_token)]


async def reading_visit(code: str, session: ReadSession, token: SessionToken) -> Visit:
    return await service.require_visit(session, code, token)


async def writing_visit(code: str, session: WriteSession, token: SessionToken) -> Visit:
    return await service.require_visit(session, code, token)


ReadingVisit = Annotated[Visit, Depends(reading_visit)]
WritingVisit = Annotated[Visit, Depends(writing_visit)]
