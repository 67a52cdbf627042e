"""Pictures with an embedded colour profile, such as a phone's Display P3, in the colours of sRGB."""

import io
from pathlib import Path

from PIL import Image, ImageCms

from synthesis.common.errors import UserError

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# What profiles can be converted from: the modes in which Little CMS takes grey and RGB.
_GREY, _RGB = "L", "RGB"


def in_srgb(image: Image.Image, path: Path) -> Image.Image:
    """The picture with its colours converted from its embedded profile; without one, or in sRGB, as it is.

    By Little CMS with the profile's perceptual intent. Transparency is kept. Raises `UserError` for a profile
    that is damaged or is not of the picture's colours.
    """
    data = image.info.get("icc_profile")
    if not data:
        return image
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        if _is_srgb(profile):
            return image
        plain = image.convert(_GREY if image.mode in ("1", "L", "LA", "La") else _RGB)
        converted = ImageCms.profileToProfile(plain, profile, _SRGB, outputMode=_RGB)
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        raise UserError(
            f"{path}: its colour profile cannot be read ({error}); save it again in sRGB, without a profile"
        ) from None
    assert converted is not None
    if image.has_transparency_data:
        converted.putalpha(image.convert("RGBA").getchannel("A"))
    return converted


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return ImageCms.getProfileDescription(profile).strip().lower().startswith("srgb")
