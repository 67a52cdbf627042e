"""Small pictures of pictures, for lists; pure."""

import io
import threading

from PIL import Image

SIDE_PX = 224
MEDIA_TYPE = "image/webp"
_QUALITY = 85
# A large picture takes some 200 MB while it is decoded: one at a time.
_turn = threading.Lock()


def thumbnail(data: bytes) -> bytes:
    """The picture within a square of `SIDE_PX`, never enlarged, what is transparent on white.

    Raises `OSError` or `ValueError` if `data` is no picture.
    """
    with _turn, Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        small.thumbnail((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    stream = io.BytesIO()
    small.save(stream, "WEBP", quality=_QUALITY)
    return stream.getvalue()
