"""The picture of a catch trial: a response icon on the grey of the page (Feather et al. 2023, Methods)."""

from functools import lru_cache

import numpy as np
from PIL import Image

from app.core.resources import resource_folder
from app.stimuli.png import encode

GREY = (128, 128, 128)
SHARE = 0.8  # of the picture's side that the icon takes


@lru_cache(maxsize=64)
def icon_picture(category: str, size_px: int) -> bytes | None:
    """A PNG of that side, as long as every other picture's; None for a category that has no icon."""
    path = resource_folder("static") / "vendor" / "icons" / f"{category}.webp"
    if not path.is_file():
        return None
    side = round(SHARE * size_px)
    with Image.open(path) as file:
        icon = file.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    picture = Image.new("RGB", (size_px, size_px), GREY)
    place = (size_px - side) // 2
    picture.paste(icon, (place, place), icon)
    return encode(np.asarray(picture))
