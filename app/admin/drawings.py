"""Small pictures of stimuli for the experimenter's lists, made once for each digest."""

from collections.abc import Callable

from fastapi import Response

from app.core.bytes_cache import BytesCache
from app.core.errors import NotFound
from app.stimuli import sound_drawing, thumbnails
from app.stimuli.service import PRESENTED_HEADERS

# Some 4,000 pictures, or 800 drawings of sounds.
CACHE_BYTES = 64 * 1024 * 1024
# The address names the bytes by their digest.
KEEP = PRESENTED_HEADERS

_drawn = BytesCache(CACHE_BYTES)
_MAKERS = {
    "picture": (thumbnails.thumbnail, thumbnails.MEDIA_TYPE),
    "sound": (sound_drawing.drawn, sound_drawing.MEDIA_TYPE),
}


def drawing(medium: str, sha256: str, read: Callable[[], bytes]) -> Response:
    """A picture made small, or a sound drawn. `read` gives the stimulus, if it is needed.

    Raises `NotFound` if it cannot be read.
    """
    make, media_type = _MAKERS[medium]
    made = _drawn.get(sha256)
    if made is None:
        try:
            made = make(read())
        except (OSError, ValueError):
            raise NotFound("unreadable", "this stimulus is missing or damaged") from None
        _drawn.put(sha256, made)
    return Response(made, media_type=media_type, headers=KEEP)
