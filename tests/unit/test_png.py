"""Chunks of PNG files that could tell something."""

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.stimuli.png import chunk_names, fault


def png(info: PngInfo | None = None) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "png", pnginfo=info)
    return stream.getvalue()


def test_a_plain_picture_has_pixels_only() -> None:
    assert chunk_names(png()) == ["IHDR", "IDAT", "IEND"]
    assert fault(png()) is None


def test_text_and_bytes_after_the_end_are_found() -> None:
    info = PngInfo()
    info.add_text("category", "bear")
    assert fault(png(info)) == "carries metadata (tEXt) that participants could read"
    assert "bytes after the end" in (fault(png() + b"bear") or "")


def test_other_files_are_refused() -> None:
    assert fault(b"GIF89a") == "is not a PNG file"
    with pytest.raises(ValueError, match="not a PNG"):
        chunk_names(b"GIF89a")
