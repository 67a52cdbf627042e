"""Pictures: decoded within limits, measured, and written as PNG with their pixels unchanged."""

import hashlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

from app.stimulus_sets.examining.findings import Fact, Findings, Refused
from app.stimulus_sets.examining.signatures import HEAD_BYTES, checked_kind

MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "PPM")
# The same as `synthesis.media.pictures` reads, by Pillow's names; what a run would refuse is refused here.
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "La", "RGBa")
_DEEP = re.compile(r"(?:L|LA|RGB|RGBA|RGBX|RGBa|CMYK|I|F);(?:12|16|32)")
_GREY = ("1", "L", "LA", "La")
# Smaller ones are enlarged by most networks, whose pictures have 224 px or more.
SMALL_PX = 224


def examine(source: Path, name: str, out: Path) -> Findings:
    """Write the picture to `out` as PNG and say what it is.

    Pixels are those of the file, turned as the camera noted; palettes become RGB. Nothing else of the file is
    kept but a colour profile other than sRGB, without which the pixels would mean other colours.

    Raises `Refused`.
    """
    with source.open("rb") as file:
        kind, notes = checked_kind("picture", name, file.read(HEAD_BYTES))
    Image.MAX_IMAGE_PIXELS = None  # the limit below is ours, and stricter
    try:
        with Image.open(source, formats=FORMATS) as opened:
            _check(opened)
            profile = opened.info.get("icc_profile")
            image = _plain(ImageOps.exif_transpose(opened))
            facts: dict[str, Fact] = {"kind": kind, "mode": opened.mode, "bits": 8}
    except Refused:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise Refused(f"does not decode as a picture ({error}); save it again, or leave it out") from None
    pixels = np.asarray(image)
    facts |= {"width_px": image.width, "height_px": image.height, "grey": image.mode in _GREY}
    kept, profile_notes = _kept_profile(profile)
    Image.fromarray(pixels).save(out, format="PNG", icc_profile=kept)
    return Findings(_digest(pixels, kept), (*notes, *profile_notes, *_warnings(image, pixels)), facts)


def _check(image: ImageFile.ImageFile) -> None:
    """Looks at what the header says, before anything is decoded."""
    if image.width * image.height > MOST_PIXELS:
        raise Refused(
            f"has {image.width} x {image.height} px, more than {MOST_PIXELS // 1_000_000} million; "
            "make it smaller"
        )
    raw_modes = (str(part) for tile in image.tile for part in _parts(tile.args))
    if image.mode.startswith(("I", "F")) or any(map(_DEEP.match, raw_modes)):
        raise Refused("has more than 8 bits per channel; convert it to an 8-bit PNG")
    if image.mode not in MODES:
        raise Refused(f"has the colours {image.mode}; convert it to sRGB, as an 8-bit PNG")
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format != "MPO":
        raise Refused(f"holds {frames} pictures (an animation, or pages); save one of them")


def _parts(args: Any) -> tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)


def _plain(image: Image.Image) -> Image.Image:
    """In one of the modes L, LA, RGB, RGBA, with the same pixels."""
    if image.mode in _GREY:
        return image.convert("LA" if image.has_transparency_data else "L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _warnings(image: Image.Image, pixels: np.ndarray[Any, Any]) -> list[str]:
    found = []
    if image.mode in ("LA", "RGBA") and int(pixels[..., -1].min()) < 255:
        found.append("has transparent parts, which become white")
    if min(image.size) < SMALL_PX:
        found.append(f"is small: networks that are shown {SMALL_PX} px or more get it enlarged")
    colours = pixels.reshape(-1, pixels.shape[2] if pixels.ndim == 3 else 1)
    if (colours == colours[0]).all():
        found.append("is of one colour only")
    return found


def _kept_profile(data: bytes | None) -> tuple[bytes | None, list[str]]:
    """A profile that says sRGB changes nothing and is dropped."""
    if not data:
        return None, []
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        name = ImageCms.getProfileDescription(profile).strip()
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        raise Refused(
            f"its colour profile cannot be read ({error}); save it again in sRGB, without a profile"
        ) from None
    if name.lower().startswith("srgb"):
        return None, []
    return data, [f"has the colour profile {name[:60]!r}; its colours become sRGB when metamers are made"]


def _digest(pixels: np.ndarray[Any, Any], profile: bytes | None) -> str:
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype}".encode())
    digest.update(profile or b"")
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
