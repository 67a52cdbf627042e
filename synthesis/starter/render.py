"""An object with transparency on a neutral ground with 1/f texture.

Everything random comes from the generator that is passed in, so a seed gives the same picture again.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from synthesis.common.errors import UserError
from synthesis.media.pictures import Picture

RENDER_PX = 224
# The ground is drawn larger than the picture, so that it does not repeat itself at opposite edges.
_DRAWN_PX = 256
_MARGIN_PX = 20  # of the ground: objects stay inside the picture


@dataclass(frozen=True)
class Variation:
    """Ranges of the random choices, each drawn uniformly.

    size: longer side of the object over the visible side; turn_deg: rotation to either side; luminance: mean
    of the ground in [0, 1]; contrast: standard deviation of the ground, of the same unit; detail: smallest
    share of the visible pixels that the source is reduced to before it is drawn (1: never reduced); noise:
    largest standard deviation of white noise over the whole picture, of the same unit as contrast.
    """

    size: tuple[float, float]
    turn_deg: float
    luminance: tuple[float, float]
    contrast: tuple[float, float]
    detail: float = 1.0
    noise: float = 0.0


STARTER_VARIATION = Variation(size=(0.74, 0.94), turn_deg=12, luminance=(0.42, 0.62), contrast=(0.04, 0.08))


def read_emoji(path: Path) -> Image.Image:
    """An emoji as RGBA, cropped to what is visible of it. Raises `UserError` if it does not decode."""
    try:
        with Image.open(path) as file:
            image = file.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(
            f"{path}: does not decode as a picture ({error}); install the package again"
        ) from None
    box = image.getchannel("A").getbbox()
    if box is None:
        raise UserError(f"{path}: is wholly transparent; choose another picture")
    return image.crop(box)


def render(emoji: Image.Image, variation: Variation, rng: np.random.Generator) -> Picture:
    """Draw one picture: uint8 (224, 224, 3), sRGB.

    Random are the object's size, turn, mirror image and place, and the ground's texture, tint, mean and
    contrast. A soft shadow ties the object to the ground.
    """
    layer = _placed(_posed(emoji, variation, rng), rng)
    alpha = np.asarray(layer.getchannel("A"), dtype=np.float64)[..., None] / 255
    ground = pink_ground(rng, rng.uniform(*variation.luminance), rng.uniform(*variation.contrast))
    ground = ground * (1 - 0.35 * _shadow(layer))
    colour = np.asarray(layer.convert("RGB"), dtype=np.float64) / 255
    mixed = alpha * colour + (1 - alpha) * ground
    if variation.noise:
        mixed += rng.uniform(0, variation.noise) * rng.standard_normal(mixed.shape)
    edge = (_DRAWN_PX - RENDER_PX) // 2
    inside = mixed[edge : edge + RENDER_PX, edge : edge + RENDER_PX]
    return np.rint(np.clip(inside, 0, 1) * 255).astype(np.uint8)


def pink_ground(rng: np.random.Generator, luminance: float, contrast: float) -> NDArray[np.float64]:
    """Texture with a 1/f amplitude spectrum and a faint tint.

    Returns
    -------
    float64 array (256, 256, 3), about `luminance` on average with standard deviation `contrast`, in [0, 1].
    """
    frequency = np.hypot(np.fft.fftfreq(_DRAWN_PX)[:, None], np.fft.rfftfreq(_DRAWN_PX)[None, :])
    frequency[0, 0] = np.inf
    white = np.fft.rfft2(rng.standard_normal((_DRAWN_PX, _DRAWN_PX)))
    texture = np.fft.irfft2(white / frequency, s=(_DRAWN_PX, _DRAWN_PX))
    texture *= contrast / texture.std()
    tint = rng.uniform(-0.02, 0.02, size=3)
    return np.clip(luminance + texture[..., None] + tint, 0, 1)


def _posed(emoji: Image.Image, variation: Variation, rng: np.random.Generator) -> Image.Image:
    visible_px = _DRAWN_PX - 2 * _MARGIN_PX
    if rng.random() < 0.5:
        emoji = emoji.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    detail = rng.uniform(variation.detail, 1)
    emoji = _fitted(emoji, round(visible_px * detail))
    # Drawn large first, so that turning and reducing leave smooth edges.
    emoji = _fitted(emoji, 2 * visible_px)
    emoji = emoji.rotate(
        rng.uniform(-variation.turn_deg, variation.turn_deg), Image.Resampling.BICUBIC, expand=True
    )
    emoji = emoji.crop(emoji.getchannel("A").getbbox())
    return _fitted(emoji, round(visible_px * rng.uniform(*variation.size)))


def _fitted(image: Image.Image, longer_side_px: int) -> Image.Image:
    scale = longer_side_px / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _placed(emoji: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The object somewhere in the visible part of an empty picture."""
    left = rng.integers(_MARGIN_PX, _DRAWN_PX - _MARGIN_PX - emoji.width, endpoint=True)
    top = rng.integers(_MARGIN_PX, _DRAWN_PX - _MARGIN_PX - emoji.height, endpoint=True)
    layer = Image.new("RGBA", (_DRAWN_PX, _DRAWN_PX))
    layer.paste(emoji, (int(left), int(top)))
    return layer


def _shadow(layer: Image.Image) -> NDArray[np.float64]:
    """(256, 256, 1), 0 to 1: the object's outline, moved down a little and blurred."""
    shape = Image.new("L", layer.size)
    shape.paste(layer.getchannel("A"), (0, 6))
    return np.asarray(shape.filter(ImageFilter.GaussianBlur(7)), dtype=np.float64)[..., None] / 255
