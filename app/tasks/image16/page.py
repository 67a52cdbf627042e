"""What the page is told of naming pictures. All durations are in ms."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import BaseModel

from app.core.resources import resource_folder
from app.stimuli.medium import PAGE_PICTURE_PX
from app.tasks.image16.masks import MASKS
from app.tasks.image16.presets import PicturePreset
from app.tasks.task import Told


class Choice(BaseModel):
    """`icon` is an address, or None for a category that has no icon: its label stands alone."""

    name: str
    label: str
    icon: str | None


class Durations(BaseModel):
    blank_ms: int
    fixation_ms: int
    image_ms: int
    mask_ms: int
    practice_image_ms: int
    practice_mask_ms: int


class PictureTold(Told):
    timing: Durations
    image_px: int = PAGE_PICTURE_PX
    choices: list[Choice]
    masks: list[str]


def told(kind: str, preset: PicturePreset, choices: Sequence[str], code: str) -> PictureTold:
    durations = asdict(preset)
    return PictureTold(
        kind=kind,
        timing=Durations(**{name: durations[name] for name in Durations.model_fields}),
        choices=[Choice(name=name, label=name, icon=_icon(name)) for name in choices],
        masks=[mask_address(code, number) for number in range(MASKS)],
    )


def mask_address(code: str, number: int) -> str:
    return f"/masks/{code}/{number % MASKS}"


def _icon(category: str) -> str | None:
    """The 16 published categories have icons; a study with others shows their names alone."""
    path = f"vendor/icons/{category}.webp"
    return f"/static/{path}" if (resource_folder("static") / path).is_file() else None
