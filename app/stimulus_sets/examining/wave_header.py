"""Whether a WAV file's header tells the truth about its length; pure."""

from pathlib import Path

from app.stimulus_sets.examining.findings import Refused

UNKNOWN = 0xFFFFFFFF  # written by programs that did not know the length when they began


def check(file: Path) -> list[str]:
    """Warnings. Raises `Refused` for a file that is shorter than its header says, or has no samples."""
    size_bytes = file.stat().st_size
    with file.open("rb") as opened:
        head = opened.read(12)
        if head[:4] == b"RF64":
            return []
        position = 12
        while position + 8 <= size_bytes:
            opened.seek(position)
            chunk = opened.read(8)
            length = int.from_bytes(chunk[4:8], "little")
            if chunk[:4] == b"data":
                return _judged(
                    length, size_bytes - position - 8, int.from_bytes(head[4:8], "little"), size_bytes
                )
            position += 8 + length + length % 2
    raise Refused("has no samples: its header names no data, or leads behind the file's end; save it again")


def _judged(declared: int, there: int, riff: int, size_bytes: int) -> list[str]:
    if declared == UNKNOWN or declared > there:
        raise Refused(
            f"is cut short: its header tells of {declared:,} bytes of samples and {there:,} are there; "
            "save it again"
        )
    if declared == 0:
        raise Refused("has no samples; record it again, or leave it out")
    if riff + 8 != size_bytes:
        return [
            f"its header tells of {riff + 8:,} bytes and it has {size_bytes:,}; the samples are all there"
        ]
    return []
