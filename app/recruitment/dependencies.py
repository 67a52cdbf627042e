"""What routes of recruitment ask for: the office from which campaigns are run."""

from typing import Annotated

from fastapi import Depends, Request

from app.db.session import Database
from app.recruitment.recruiters import Recruiters
from app.recruitment.service import Office
from app.web.dependencies import CurrentSettings


async def current_office(request: Request, settings: CurrentSettings) -> Office:
    database: Database = request.app.state.database
    recruiters: Recruiters = request.app.state.recruiters
    return Office(database, recruiters, settings.base_url)


CurrentOffice = Annotated[Office, Depends(current_office)]
