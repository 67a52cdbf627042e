"""The test runs in the browser alone: the server hands out the page and hears nothing of the results."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.tasks.registry import TASKS
from app.web.templating import PageContext, page

DURATIONS = ("picture_ms", "image_ms", "practice_image_ms", "mask_ms", "practice_mask_ms")

router = APIRouter()


@dataclass(frozen=True)
class CheckContext(PageContext):
    """`durations_ms` are those of pictures and masks in the presets that have some, the shortest first."""

    template: ClassVar[str] = "check.html"

    durations_ms: tuple[int, ...]


def preset_durations_ms() -> tuple[int, ...]:
    presets = [preset for task in TASKS.values() for preset in task.presets.values()]
    asked = {getattr(preset, name, None) for preset in presets for name in DURATIONS}
    return tuple(sorted(ms for ms in asked if ms))


@router.get("/check")
async def check(request: Request) -> HTMLResponse:
    """The page that tests the computer on which it is opened."""
    return page(request, CheckContext(preset_durations_ms()))
