"""What a frozen study offers: its pre-registration."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from app.admin.dependencies import CurrentActor
from app.db.session import Database
from app.experiments import service as experiments
from app.exports import downloads
from app.web.dependencies import CurrentSettings

router = APIRouter(prefix="/studies")


@router.get("/{name}/preregistration.{suffix}")
async def preregistration(
    request: Request, settings: CurrentSettings, actor: CurrentActor, name: str, suffix: Literal["md", "pdf"]
) -> Response:
    """The file is made in a process of its own; the database is not held meanwhile."""
    database: Database = request.app.state.database
    async with database.reading() as session:
        await experiments.study_for(session, actor, name, "viewer")
    made = await downloads.preregistration(settings.database_url, name, suffix)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-preregistration.{suffix}"',
        "Content-Length": str(made.size_bytes),
    }
    return StreamingResponse(made.pieces(), media_type=made.media_type, headers=headers)
