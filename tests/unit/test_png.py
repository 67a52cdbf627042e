"""PNG files: what they may hold, and writing them so that their length says nothing."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.stimuli.png import chunk_names, encode, fault, level
from synthesis.bundle.formats import PictureFormat

FOUR = PictureFormat(size_px=4)


def png(mode: str = "RGB", size: tuple[int, int] = (4, 4), **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, "png", **options)
    return stream.getvalue()


def test_a_plain_picture_has_pixels_only() -> None:
    assert chunk_names(png()) == ["IHDR", "IDAT", "IEND"]
    assert fault(png(), FOUR) is None


def test_text_and_bytes_after_the_end_are_found() -> None:
    info = PngInfo()
    info.add_text("category", "bear")
    assert fault(png(pnginfo=info), FOUR) == "carries metadata (tEXt) that participants could read"
    assert "bytes after the end" in (fault(png() + b"bear", FOUR) or "")


def test_other_files_are_refused() -> None:
    assert fault(b"GIF89a", FOUR) == "is not a PNG file"
    with pytest.raises(ValueError, match="not a PNG"):
        chunk_names(b"GIF89a")
    without_header = png()[:8] + png()[33:]
    assert fault(without_header, FOUR) == "has no header"


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (png(size=(4, 5)), "is 4 x 5 px, not the model's 4 x 4 px"),
        (png(size=(8, 8)), "is 8 x 8 px, not the model's 4 x 4 px"),
        (png("L"), "is of 8 bits, grey, not of 8 bits, RGB"),
        (png("I;16"), "is of 16 bits, grey, not of 8 bits, RGB"),
        (png("P"), "a palette, not of 8 bits, RGB"),
        (png("RGBA"), "is of 8 bits, RGB with transparency, not of 8 bits, RGB"),
    ],
)
def test_pictures_of_another_kind_or_size_are_refused(data: bytes, found: str) -> None:
    assert (fault(data, FOUR) or "").endswith(found)


@pytest.mark.parametrize("size_px", [1, 4, 224, 500])
def test_a_levelled_picture_has_the_same_pixels_and_a_length_of_its_size_alone(size_px: int) -> None:
    shape = (size_px, size_px, 3)
    flat, noise = np.zeros(shape, np.uint8), np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    levelled = []
    for pixels in (flat, noise):
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "png", optimize=True)
        levelled.append(level(stream.getvalue()))
        with Image.open(io.BytesIO(levelled[-1])) as read:
            assert read.mode == "RGB"
            assert np.array_equal(np.asarray(read), pixels)
        assert chunk_names(levelled[-1]) == ["IHDR", "IDAT", "IEND"]
        assert fault(levelled[-1], PictureFormat(size_px=size_px)) is None
    assert len(levelled[0]) == len(levelled[1])
    # Signature, header, and the first bytes of the pixels' chunk up to the pixels themselves.
    assert levelled[0][:48] == levelled[1][:48]


def test_a_picture_need_not_be_square() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (2, 7, 3), np.uint8)
    with Image.open(io.BytesIO(encode(pixels))) as read:
        assert np.array_equal(np.asarray(read), pixels)


@pytest.mark.parametrize("data", [b"", b"GIF89a", png()[:40]])
def test_what_cannot_be_decoded_is_an_error_and_no_picture(data: bytes) -> None:
    with pytest.raises((OSError, ValueError)):
        level(data)
