"""The masks that are shown after each picture."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.concurrency import run_in_threadpool

from app.experiments import service
from app.stimuli.medium import PICTURES
from app.stimuli.service import PRESENTED_HEADERS
from app.tasks.image16 import masks
from app.web.dependencies import ReadSession
from app.web.parameters import WholeNumber

router = APIRouter()


@router.get("/masks/{code}/{number}")
async def mask(
    session: ReadSession, code: str, number: Annotated[WholeNumber, Path(lt=masks.MASKS)]
) -> Response:
    """One of the study's masks."""
    study, link = await service.study_by_code(session, code)
    service.require_opened(study, link.audience)
    png = await run_in_threadpool(masks.mask_png, service.seed_of(study), number)
    return Response(png, media_type=PICTURES.media_type, headers=PRESENTED_HEADERS)
