"""Looking into PNG files (PNG specification, third edition, section 5: a signature, then chunks)."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Chunks that describe pixels and their colour; all others could carry words, names or dates.
PIXEL_CHUNKS = {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "pHYs"}


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


def fault(data: bytes) -> str | None:
    """Why a file must not be served, in words; None if it carries pixels and their colour only."""
    try:
        revealing = [name for name in chunk_names(data) if name not in PIXEL_CHUNKS]
    except ValueError as error:
        return str(error)
    return f"carries metadata ({', '.join(revealing)}) that participants could read" if revealing else None
