"""Zip archives of stimuli that are dangerous or damaged, and what is taken of good ones."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.stimulus_sets.archive import Member, members, unpack
from app.stimulus_sets.schemas import MB, Limits
from tests.uploads import archive, picture

LIMITS = Limits(file_bytes=MB, archive_bytes=10 * MB, set_bytes=20 * MB, files=50)


def linking() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        link = zipfile.ZipInfo("bear/x.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    return stream.getvalue()


def encrypted() -> bytes:
    data = bytearray(archive({"bear/x.png": b"abc"}))
    for place in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[place] |= 1
    return bytes(data)


def doubled() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr("bear/x.png", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            opened.writestr("bear/x.png", b"2")
    return stream.getvalue()


BOMB = archive({"bear/x.png": bytes(5 * MB)}, zipfile.ZIP_DEFLATED)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB, "'bear/x.png' would be 5,000,000 bytes from"),
        (archive({f"bear/{n}.png": bytes(MB) for n in range(21)}, zipfile.ZIP_DEFLATED), "more than 20 MB"),
        (archive({f"bear/{n}.png": b"" for n in range(51)}), "more than 50 files"),
        (archive({f"bear/{n:0390}.png": b"" for n in range(300)}), "more than 50 files"),
        (archive({"bear/inner.zip": BOMB}), "is an archive within it"),
        (archive({"bear/inner.tar.gz": b""}), "is an archive within it"),
        (archive({"../../etc/x.png": b"x"}), "leads out of the folder"),
        (archive({"/etc/x.png": b"x"}), "another computer's disk"),
        (archive({"C:\\x.png": b"x"}), "another computer's disk"),
        (archive({"a/xQ.png": b"x"}).replace(b"xQ", b"x\0"), "cannot be seen"),
        (linking(), "is a link, not a file"),
        (encrypted(), "is encrypted"),
        (doubled(), "two files of one name"),
        (b"PK\x03\x04 and nothing else", "cannot be read as zip"),
        (b"", "cannot be read as zip"),
    ],
)
def test_dangerous_archives_are_refused_as_a_whole(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(Invalid) as refused:
        members(tmp_path / "a.zip", LIMITS)
    assert reason in refused.value.message


def test_good_members_are_listed_without_clutter_and_unpacked(tmp_path: Path) -> None:
    data = picture(1)
    files = {"top/bear/x.png": data, "top/bear/.DS_Store": b"x", "__MACOSX/top/bear/._x.png": b"x"}
    (tmp_path / "a.zip").write_bytes(archive(files, zipfile.ZIP_DEFLATED))
    assert members(tmp_path / "a.zip", LIMITS) == [Member("top/bear/x.png", len(data))]
    sent = unpack(tmp_path / "a.zip", "top/bear/x.png", tmp_path / "out", MB)
    assert (tmp_path / "out").read_bytes() == data
    assert sent.size_bytes == len(data)


def test_what_comes_out_is_counted_whatever_the_archive_says(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"bear/x.png": bytes(2 * MB)}))
    with pytest.raises(Invalid, match="has more than 1 MB"):
        unpack(tmp_path / "a.zip", "bear/x.png", tmp_path / "out", MB)
    assert (tmp_path / "out").stat().st_size <= MB


def test_a_damaged_member_is_told(tmp_path: Path) -> None:
    data = bytearray(archive({"bear/x.png": picture(1)}))
    data[200] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(Invalid, match="cannot be unpacked"):
        unpack(tmp_path / "a.zip", "bear/x.png", tmp_path / "out", MB)
