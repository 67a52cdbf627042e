"""Looking into WAV files: a RIFF header, `fmt `, `data`, and nothing else (Microsoft and IBM 1991); pure."""

import struct

from synthesis.bundle.formats import SoundFormat

HEADER_BYTES = 44
FORMAT_BYTES = 16
PCM = 1
BYTES_PER_SAMPLE = 2
CHUNKS = ["fmt ", "data"]


def fault(data: bytes, expected: SoundFormat) -> str | None:
    """Why a file must not be served, in words; None if it is mono 16-bit PCM of exactly the expected length.

    Any chunk but the two that are needed could carry words, names or dates.
    """
    try:
        names = chunk_names(data)
    except ValueError as error:
        return str(error)
    further = [name for name in names if name not in CHUNKS]
    if further:
        return f"carries metadata ({', '.join(further)}) that participants could read"
    if names != CHUNKS or len(data) < HEADER_BYTES:
        return f"has the chunks {', '.join(names) or 'none'}, not fmt and data"
    return _format_fault(data, expected)


def chunk_names(data: bytes) -> list[str]:
    """The names of a WAV file's chunks in order. Raises `ValueError` if `data` is not one."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("is not a WAV file")
    names, position = [], 12
    while position + 8 <= len(data):
        names.append(data[position : position + 4].decode("latin-1"))
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        position += 8 + length + length % 2
    if position != len(data) or int.from_bytes(data[4:8], "little") != len(data) - 8:
        names.append("bytes that the header does not tell of")
    return names


def duration_ms(data: bytes) -> float:
    """How long a file lasts that `fault` found good."""
    rate_hz: int = struct.unpack("<I", data[24:28])[0]
    return 1000 * (len(data) - HEADER_BYTES) / BYTES_PER_SAMPLE / rate_hz


def _format_fault(data: bytes, expected: SoundFormat) -> str | None:
    length, code, channels, rate_hz, per_second, block, bits = struct.unpack("<IHHIIHH", data[16:36])
    if length != FORMAT_BYTES:
        return f"has a format of {length} bytes, not the {FORMAT_BYTES} of plain PCM"
    if (code, bits) != (PCM, 8 * BYTES_PER_SAMPLE):
        return f"has {bits}-bit samples of format {code}, not 16-bit PCM"
    if channels != 1:
        return f"has {channels} channels, not one"
    if rate_hz != expected.sample_rate_hz:
        return f"has {rate_hz} samples per second, not the model's {expected.sample_rate_hz}"
    if (per_second, block) != (rate_hz * BYTES_PER_SAMPLE, BYTES_PER_SAMPLE):
        return "has a header that contradicts itself"
    samples = (len(data) - HEADER_BYTES) / BYTES_PER_SAMPLE
    if samples != expected.samples:
        return f"has {samples:g} samples, not the model's {expected.samples}"
    return None
