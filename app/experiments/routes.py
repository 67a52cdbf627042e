"""The masks that are shown after each picture."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.experiments import masks, service
from app.web.dependencies import ReadSession
from app.web.parameters import WholeNumber

router = APIRouter()


@router.get("/masks/{code}/{number}")
async def mask(
    session: ReadSession, code: str, number: Annotated[WholeNumber, Path(lt=masks.MASKS)]
) -> Response:
    """One of the study's masks."""
    study, _link = await service.study_by_code(session, code)
    png = masks.mask_png(service.definition_of(study).seed, number)
    return Response(
        png, media_type="image/png", headers={"Cache-Control": "private, max-age=86400, immutable"}
    )
