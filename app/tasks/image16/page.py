"""What the page is told of naming pictures. All durations are in ms."""

from collections.abc import Sequence

from pydantic import BaseModel

from app.core.resources import resource_folder
from app.stimuli.medium import PAGE_PICTURE_PX
from app.tasks.image16.masks import MASKS
from app.tasks.image16.presets import PicturePreset
from app.tasks.task import Told

COLUMNS = 4  # of the grid of response icons, as static/participant/tasks/image16/grid.js has it


class Choice(BaseModel):
    """`icon` is a path in the static folder, or None for a category without an icon: its label stands alone.

    The page completes it, since it knows its own version of the static files.
    """

    name: str
    label: str
    icon: str | None


class Durations(BaseModel):
    """`response_ms` is the fixed interval for the answer, None where there is no time limit."""

    blank_ms: int
    fixation_ms: int
    image_ms: int
    mask_ms: int
    practice_image_ms: int
    practice_mask_ms: int
    response_ms: int | None


class PictureTold(Told):
    """`choices` are in the order of the grid, row by row; `automatic` is as in the preset."""

    timing: Durations
    automatic: bool
    image_px: int = PAGE_PICTURE_PX
    choices: list[Choice]
    masks: list[str]


def told(kind: str, preset: PicturePreset, choices: Sequence[str], code: str) -> PictureTold:
    names = by_columns(choices, preset.columns) if preset.columns else choices
    return PictureTold(
        kind=kind,
        timing=_timing(preset),
        automatic=preset.automatic,
        choices=[Choice(name=name, label=name, icon=_icon(name)) for name in names],
        masks=[mask_address(code, number) for number in range(MASKS)],
    )


def _timing(preset: PicturePreset) -> Durations:
    return Durations(
        blank_ms=preset.blank_ms,
        fixation_ms=preset.fixation_ms,
        image_ms=preset.image_ms,
        mask_ms=preset.mask_ms,
        practice_image_ms=preset.image_in_practice_ms,
        practice_mask_ms=preset.mask_in_practice_ms,
        response_ms=preset.response_ms,
    )


def by_columns(names: Sequence[str], columns: Sequence[str]) -> list[str]:
    """The names row by row, of a grid of `COLUMNS` that is filled column by column.

    `columns` says which names come first, in what order; the others follow as they are. Where the grid is not
    full, its last row is shorter.
    """
    places = {name: place for place, name in enumerate(columns)}
    ordered = sorted(names, key=lambda name: places.get(name, len(places)))
    rows, longer = divmod(len(ordered), COLUMNS)
    heights = [rows + (column < longer) for column in range(COLUMNS)]
    starts = [sum(heights[:column]) for column in range(COLUMNS)]
    return [
        ordered[start + row]
        for row in range(max(heights))
        for start, height in zip(starts, heights, strict=True)
        if row < height
    ]


def mask_address(code: str, number: int) -> str:
    return f"/masks/{code}/{number % MASKS}"


def _icon(category: str) -> str | None:
    """The 16 published categories have icons; a study with others shows their names alone."""
    path = f"vendor/icons/{category}.webp"
    return path if (resource_folder("static") / path).is_file() else None
