"""What kind of file it is by its first bytes, whatever its name ends with; pure."""

from pathlib import PurePosixPath

from app.stimulus_sets.examining.findings import Refused

HEAD_BYTES = 64
Known = dict[str, tuple[str, ...]]
# Kinds of files by their names to people, with the endings that go with them.
PICTURES: Known = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "WebP": (".webp",),
    "BMP": (".bmp",),
    "TIFF": (".tif", ".tiff"),
    "GIF": (".gif",),
    "AVIF": (".avif",),
    "PPM": (".ppm", ".pgm"),
}
SOUNDS: Known = {
    "WAV": (".wav",),
    "FLAC": (".flac",),
    "Ogg": (".ogg", ".oga", ".opus"),
    "MP3": (".mp3",),
    "AIFF": (".aif", ".aiff"),
    "AU": (".au",),
    "CAF": (".caf",),
    "W64": (".w64",),
}
KINDS: dict[str, Known] = {"picture": PICTURES, "sound": SOUNDS}
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"P5", "PPM"),
    (b"P6", "PPM"),
    (b"fLaC", "FLAC"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b".snd", "AU"),
    (b"caff", "CAF"),
    (b"riff\x2e\x91\xcf\x11", "W64"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "zip"),
)


def kind_of(head: bytes) -> str:
    """The kind of a file that begins with `head`, empty if it is not known."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "WAV"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"mif1"):
        return "AVIF"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "AIFF"
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    # A frame of MPEG audio, layer 3.
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "MP3"
    return "HTML or XML" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else ""


def is_named_as(medium: str, name: str) -> bool:
    """Whether the name's ending is one of those that a set of this medium takes."""
    ending = PurePosixPath(name).suffix.lower()
    return any(ending in endings for endings in KINDS[medium].values())


def checked_kind(medium: str, name: str, head: bytes) -> tuple[str, list[str]]:
    """The kind of a file, and what is odd of its name.

    Raises `Refused` if it is no file of this medium.
    """
    kind, known = kind_of(head), KINDS[medium]
    if kind not in known:
        what = f"its bytes are those of {kind}" if kind else "its bytes are of no kind that is known"
        raise Refused(f"is no {medium} that is read: {what}; give {', '.join(known)}")
    ending = PurePosixPath(name).suffix.lower()
    if ending in known[kind]:
        return kind, []
    return kind, [f"is {kind}, though its name ends with {ending or 'nothing'}"]
