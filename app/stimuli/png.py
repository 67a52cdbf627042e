"""PNG files (third edition): what they may hold, and writing all of one length; pure."""

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synthesis.bundle.formats import PictureFormat

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Chunks that describe pixels and their colour; all others could carry words, names or dates.
PIXEL_CHUNKS = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "pHYs"}
HEADER_BYTES = 13
BITS, RGB = 8, 2
COLOUR_TYPES = {0: "grey", 2: "RGB", 3: "a palette", 4: "grey with transparency", 6: "RGB with transparency"}
NO_FILTER = 0
UNCOMPRESSED = 0


def level(data: bytes, size_px: int | None = None) -> bytes:
    """The same picture in a file whose length and header depend on its width and height alone.

    The sizes of compressed pictures tell natural ones from metamers, which hold more fine detail. With
    `size_px` the picture is first resampled to a square of that side by Pillow's LANCZOS filter, which leaves
    one of that size as it is. Raises `OSError` or `ValueError` if `data` is not a picture.
    """
    with Image.open(io.BytesIO(data)) as picture:
        shown = picture.convert("RGB")
    if size_px is not None:
        shown = shown.resize((size_px, size_px), Image.Resampling.LANCZOS)
    return encode(np.asarray(shown))


def encode(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG of `pixels`, sRGB of shape (height, width, 3), that is stored without compression or filters."""
    height, width, _channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, BITS, RGB, 0, 0, 0)
    rows = np.full((height, 1 + 3 * width), NO_FILTER, dtype=np.uint8)
    rows[:, 1:] = pixels.reshape(height, 3 * width)
    stored = zlib.compress(rows.tobytes(), UNCOMPRESSED)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", stored) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def chunk_names(data: bytes) -> list[str]:
    """The names of a PNG's chunks in order. Raises `ValueError` if `data` is not a PNG."""
    if not data.startswith(SIGNATURE):
        raise ValueError("is not a PNG file")
    names, position = [], len(SIGNATURE)
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        names.append(data[position + 4 : position + 8].decode("latin-1"))
        position += 12 + length
        if names[-1] == "IEND":
            break
    if position != len(data):
        names.append("bytes after the end")
    return names


def fault(data: bytes, expected: PictureFormat) -> str | None:
    """Why a file must not be shown, in words; None if it is a picture of the expected size and nothing else.

    Looks at the header only: pixels are decoded when they are shown.
    """
    try:
        names = chunk_names(data)
    except ValueError as error:
        return str(error)
    if revealing := [name for name in names if name not in PIXEL_CHUNKS]:
        return f"carries metadata ({', '.join(revealing)}) that participants could read"
    start = len(SIGNATURE) + 8
    if names[:1] != ["IHDR"] or len(data) < start + HEADER_BYTES:
        return "has no header"
    width, height, bits, colour = struct.unpack(">IIBB", data[start : start + 10])
    if (bits, colour) != (BITS, RGB):
        return f"is of {bits} bits, {COLOUR_TYPES.get(colour, f'colour type {colour}')}, not of 8 bits, RGB"
    if (width, height) != (expected.size_px, expected.size_px):
        return f"is {width} x {height} px, not the model's {expected}"
    return None
