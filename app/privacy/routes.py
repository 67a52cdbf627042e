"""The page on data protection, for participants."""

from fastapi import APIRouter, Request, Response

from app.experiments import service as experiments
from app.participants.pages import uncached
from app.privacy.schemas import privacy_page
from app.web.dependencies import ReadSession
from app.web.language import speak

router = APIRouter()


@router.get("/privacy/{code}")
async def privacy(request: Request, session: ReadSession, code: str) -> Response:
    """What the study stores, why and how long, and who is responsible. Raises `NotFound` for the code."""
    study, _link = await experiments.study_by_code(session, code)
    definition = experiments.definition_of(study)
    speak(request, definition.language, code)
    return uncached(request, privacy_page(definition, code))
