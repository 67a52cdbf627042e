"""Pictures on disk and in memory: uint8 arrays (height, width, 3), sRGB, values 0 to 255."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from synthesis.bundle.spec import Prepare
from synthesis.common.errors import UserError
from synthesis.media.colour_profiles import in_srgb

Picture = NDArray[np.uint8]
SQUARE_RESIZE: Prepare = "square-resize"
# Pillow's names of what is read: black and white, grey, palette, RGB, each with alpha or without.
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "La", "RGBa")
# How the channels lie in a file; Pillow reads these as 8 bits and drops the lower byte.
_DEEP = re.compile(r"(?:L|LA|RGB|RGBA|RGBX|RGBa|CMYK|I|F);(?:12|16|32)")


def read_picture(path: Path, size_px: int, resize_px: int, prepare: Prepare = SQUARE_RESIZE) -> Picture:
    """Read a picture as a network is shown it.

    The orientation noted by a camera is applied; an embedded colour profile is converted to sRGB; transparent
    parts become white; grey and palettes become RGB. A square picture that has the size is not touched.

    Parameters
    ----------
    path
        A picture file with 8 bits per channel or fewer: grey, palette or RGB, with alpha or without.
    size_px
        Side of the square picture.
    resize_px
        Of the short side before the crop, ``size_px <= resize_px``; for "resize-256-crop-224" alone.
    prepare
        "square-resize": the largest centre square, resized (bicubic, antialiased), as in Feather et al. 2019
        and 2023. "resize-256-crop-224": the short side resized, then the centre cut out. "none": the file
        must have the size.

    Returns
    -------
    uint8 array (size_px, size_px, 3).

    Raises
    ------
    UserError
        The file does not decode as a picture, has more than 8 bits per channel, other colours than these
        (CMYK, Lab), a damaged colour profile, several pictures, or with "none" another size.
    """
    try:
        with Image.open(path) as file:
            if fault := _fault(file):
                raise UserError(f"{path}: {fault}")
            image = _to_rgb(in_srgb(ImageOps.exif_transpose(file), path))
    except UserError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: does not decode as a picture ({error}); replace or remove it") from None
    return np.asarray(_prepared(image, path, size_px, resize_px, prepare))


def _prepared(image: Image.Image, path: Path, size_px: int, resize_px: int, prepare: Prepare) -> Image.Image:
    size = (size_px, size_px)
    if image.size == size:
        return image
    if prepare == "none":
        raise UserError(
            f"{path}: has {image.width} x {image.height} px, and with `prepare: none` it must have "
            f"{size_px} x {size_px}; give another file, or say `prepare: {SQUARE_RESIZE}`"
        )
    if prepare == "resize-256-crop-224":
        return _centre_crop(_resize_short_side(image, resize_px), size_px)
    return _centre_crop(image, min(image.size)).resize(size, Image.Resampling.BICUBIC)


def _fault(file: ImageFile.ImageFile) -> str | None:
    """Why an opened picture would be read otherwise than it looks, in words; None if it is read right."""
    raw_modes = (str(part) for tile in file.tile for part in _parts(tile.args))
    if file.mode.startswith(("I", "F")) or any(map(_DEEP.match, raw_modes)):
        return "has more than 8 bits per channel; convert it to an 8-bit PNG"
    if file.mode not in MODES:
        return f"has the colours {file.mode}; convert it to sRGB, as an 8-bit PNG"
    # Phones write a second view of the same picture behind the first (MPO).
    if getattr(file, "n_frames", 1) > 1 and file.format != "MPO":
        return f"holds {getattr(file, 'n_frames', 1)} pictures (an animation, or pages); save one of them"
    return None


def _parts(args: Any) -> tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _resize_short_side(image: Image.Image, side_px: int) -> Image.Image:
    scale = side_px / min(image.size)
    size = (max(side_px, round(image.width * scale)), max(side_px, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC)


def _centre_crop(image: Image.Image, side_px: int) -> Image.Image:
    left, top = (image.width - side_px) // 2, (image.height - side_px) // 2
    return image.crop((left, top, left + side_px, top + side_px))


def encode_png(picture: Picture) -> bytes:
    """PNG bytes of a uint8 array (height, width, 3), without any text or time chunk."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return buffer.getvalue()


def decode_png(data: bytes) -> Picture:
    """The uint8 array (height, width, 3) in PNG bytes. Raises `UserError` if they do not decode."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if fault := _fault(image):
                raise ValueError(fault)
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"a stored picture does not decode as PNG ({error})") from None


def resized(picture: Picture, side_px: int) -> Picture:
    """The whole square picture at another size: bicubic, antialiased where it shrinks, rounded to 8 bits.

    A picture that has the size already is left as it is, byte for byte.
    """
    if picture.shape[:2] == (side_px, side_px):
        return picture
    return np.asarray(Image.fromarray(picture).resize((side_px, side_px), Image.Resampling.BICUBIC))


def to_input(pictures: Any) -> NDArray[np.float32]:
    """Network input, float32 (batch, 3, height, width) in [0, 1], of uint8 (batch, height, width, 3)."""
    batch = np.asarray(pictures, dtype=np.float32).transpose(0, 3, 1, 2) / np.float32(255)
    return np.ascontiguousarray(batch)


def to_pictures(inputs: NDArray[np.float32]) -> Picture:
    """uint8 (batch, height, width, 3) of network input in [0, 1], rounded to the nearest level."""
    levels = np.rint(np.clip(inputs, 0, 1) * 255).astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(0, 2, 3, 1))


def thumbnail(picture: Picture, side_px: int) -> NDArray[np.float64]:
    """A picture's luminance, averaged to (side_px, side_px); 0 to 255."""
    grey = Image.fromarray(picture).convert("L")
    return np.asarray(grey.resize((side_px, side_px), Image.Resampling.BOX), dtype=np.float64)
