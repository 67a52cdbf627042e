"""Chunks of PNG files that could tell something."""

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.stimuli.png import chunk_names, revealing_chunks


def png(info: PngInfo | None = None) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "png", pnginfo=info)
    return stream.getvalue()


def test_a_plain_picture_has_pixels_only() -> None:
    assert chunk_names(png()) == ["IHDR", "IDAT", "IEND"]
    assert revealing_chunks(png()) == []


def test_text_and_bytes_after_the_end_are_found() -> None:
    info = PngInfo()
    info.add_text("category", "bear")
    assert revealing_chunks(png(info)) == ["tEXt"]
    assert revealing_chunks(png() + b"bear") == ["bytes after the end"]


def test_other_files_are_refused() -> None:
    with pytest.raises(ValueError, match="not a PNG"):
        chunk_names(b"GIF89a")
