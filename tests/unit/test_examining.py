"""What is found of uploaded files: facts, warnings, refusals; and that what is kept has the same samples."""

import io
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image, ImageCms

from app.stimuli import png, wav
from app.stimulus_sets.examiner import Examiner
from app.stimulus_sets.examining.findings import Findings
from app.stimulus_sets.examining.program import examined
from tests.uploads import RATE_HZ, noise, picture, picture_with_text, sound

Examine = Callable[..., Findings]


@pytest.fixture
def examine(tmp_path: Path) -> Examine:
    """Of bytes and a name; what is kept lies at `out` in the test's folder."""

    def found(medium: str, data: bytes, name: str) -> Findings:
        (tmp_path / "came").write_bytes(data)
        (tmp_path / "out").unlink(missing_ok=True)
        return examined(medium, tmp_path / "came", name, tmp_path / "out")

    return found


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_picture_keeps_its_pixels_and_loses_all_else(examine: Examine, tmp_path: Path, mode: str) -> None:
    data = picture(1, mode=mode)
    found = examine("picture", data, "a.png")
    assert not found.refused
    assert found.facts["grey"] == (mode == "L")
    assert (found.facts["width_px"], found.facts["height_px"]) == (240, 240)
    kept = (tmp_path / "out").read_bytes()
    assert np.array_equal(pixels(kept), pixels(data))
    assert set(png.chunk_names(kept)) <= png.PIXEL_CHUNKS


def test_words_in_a_picture_are_not_kept(examine: Examine, tmp_path: Path) -> None:
    data = picture_with_text()
    assert b"Secret" in data
    assert examine("picture", data, "a.png").verdict == "accepted"
    assert b"Secret" not in (tmp_path / "out").read_bytes()


def test_a_photograph_is_turned_as_the_camera_noted(examine: Examine, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Image.new("RGB", (300, 240), "red").save(stream, "jpeg", exif=exif)
    found = examine("picture", stream.getvalue(), "a.jpg")
    assert (found.facts["width_px"], found.facts["height_px"]) == (240, 300)
    assert found.notes == ("is of one colour only",)


def test_the_same_pixels_in_two_formats_have_one_digest(examine: Examine) -> None:
    digests = {
        examine("picture", picture(1, kind), f"a.{kind}").content_sha256 for kind in ("png", "bmp", "tiff")
    }
    assert len(digests) == 1
    assert examine("picture", picture(2), "a.png").content_sha256 not in digests


def test_another_colour_profile_is_kept_since_pixels_mean_nothing_without(
    examine: Examine, tmp_path: Path
) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert "colour profile" in examine("picture", picture(1, icc_profile=lab), "a.png").notes[0]
    assert "iCCP" in png.chunk_names((tmp_path / "out").read_bytes())
    assert examine("picture", picture(1, icc_profile=srgb), "a.png").notes == ()
    assert "iCCP" not in png.chunk_names((tmp_path / "out").read_bytes())


ANIMATION = io.BytesIO()
Image.new("L", (9, 9)).save(ANIMATION, "gif", save_all=True, append_images=[Image.new("L", (9, 9), 9)])
CMYK = io.BytesIO()
Image.new("CMYK", (9, 9)).save(CMYK, "jpeg")
DEEP = io.BytesIO()
Image.fromarray(np.full((9, 9), 40_000, np.uint16)).save(DEEP, "png")


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"<html><script>alert(1)</script></html>", "a.png", "its bytes are those of HTML or XML"),
        (b'\xef\xbb\xbf<svg onload="x">', "a.png", "its bytes are those of HTML or XML"),
        (b"", "a.png", "its bytes are of no kind that is known"),
        (b"\x89PNG\r\n\x1a\n<html>", "a.png", "does not decode as a picture"),
        (picture(1, "jpeg")[:-400], "a.jpg", "does not decode as a picture"),
        (picture(1)[:-40], "a.png", "does not decode as a picture"),
        (CMYK.getvalue(), "a.jpg", "has the colours CMYK"),
        (picture(1, icc_profile=b"nonsense"), "a.png", "its colour profile cannot be read"),
        (ANIMATION.getvalue(), "a.gif", "holds 2 pictures"),
        (DEEP.getvalue(), "a.png", "has more than 8 bits per channel"),
        (sound(noise()), "a.png", "its bytes are those of WAV"),
    ],
)
def test_what_is_no_picture_is_refused(examine: Examine, data: bytes, name: str, reason: str) -> None:
    found = examine("picture", data, name)
    assert found.verdict == "refused"
    assert reason in found.notes[0]


def test_a_picture_that_becomes_huge_is_refused_before_it_is_decoded(examine: Examine) -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = png.SIGNATURE + png._chunk(b"IHDR", header) + png._chunk(b"IDAT", b"") + png._chunk(b"IEND", b"")
    assert "60000 x 60000 px, more than 50 million" in examine("picture", bomb, "a.png").notes[0]


def test_a_name_that_lies_about_the_kind_is_told(examine: Examine) -> None:
    assert examine("picture", picture(1, "jpeg"), "a.png").notes == (
        "is JPEG, though its name ends with .png",
    )


@pytest.mark.parametrize(
    ("kind", "subtype", "bits"),
    [("WAV", "PCM_16", 16), ("WAV", "PCM_24", 24), ("FLAC", "PCM_16", 16), ("AIFF", "PCM_24", 24)],
)
def test_a_sound_keeps_its_samples_and_loses_all_else(
    examine: Examine, tmp_path: Path, kind: str, subtype: str, bits: int
) -> None:
    data = sound(noise(1), subtype, kind)
    found = examine("sound", data, f"a.{kind.lower()}")
    assert found.verdict == "accepted", found.notes
    assert found.facts["bits"] == bits
    assert found.facts["duration_s"] == 0.5
    assert found.facts["sample_rate_hz"] == RATE_HZ
    assert found.facts["rms_dbfs"] == pytest.approx(20 * np.log10(0.05), abs=0.2)
    kept = (tmp_path / "out").read_bytes()
    before, after = (soundfile.read(io.BytesIO(one), dtype="int32")[0] for one in (data, kept))
    assert np.array_equal(before, after)
    assert wav.chunk_names(kept) == wav.CHUNKS


def test_words_in_a_sound_are_not_kept(examine: Examine, tmp_path: Path) -> None:
    with soundfile.SoundFile(tmp_path / "told.wav", "w", RATE_HZ, 1) as file:
        file.artist = "Secret Person"
        file.write(noise(1))
    data = (tmp_path / "told.wav").read_bytes()
    assert b"Secret" in data
    assert examine("sound", data, "a.wav").verdict == "accepted"
    assert b"Secret" not in (tmp_path / "out").read_bytes()


def test_floating_point_samples_are_rounded_to_24_bits_and_that_is_said(
    examine: Examine, tmp_path: Path
) -> None:
    found = examine("sound", sound(noise(1), "FLOAT"), "a.wav")
    assert found.notes == ("its samples were rounded to 24 bits",)
    kept = soundfile.read(tmp_path / "out")[0]
    assert np.abs(kept - noise(1).astype(np.float32)).max() <= 2**-24


def test_equal_channels_become_one(examine: Examine, tmp_path: Path) -> None:
    found = examine("sound", sound(np.stack([noise(1), noise(1)], axis=1)), "a.wav")
    assert found.notes == ("has 2 equal channels, which become one",)
    assert soundfile.info(tmp_path / "out").channels == 1


def cut_short(data: bytes) -> bytes:
    return data[: len(data) // 2]


def with_nan() -> bytes:
    samples = noise(1).astype(np.float32)
    samples[100] = np.nan
    return sound(samples, "FLOAT")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (cut_short(sound(noise())), "is cut short: its header tells of 20,000 bytes of samples"),
        (sound(noise())[:44], "is cut short"),
        (sound(noise()[:0]), "has no samples"),
        (sound(noise())[:30], "has no samples"),
        (with_nan(), "holds samples that are not finite numbers"),
        (sound(3 * noise(1) / noise(1).max(), "FLOAT"), "goes beyond full scale (its peak is 3)"),
        (sound(np.zeros(9000)), "is silent"),
        (sound(np.clip(20 * noise(1), -1, 1)), "is clipped: "),
        (sound(noise(), "PCM_U8"), "has 8 bits per sample"),
        (sound(noise(), rate_hz=4000), "has 4000 samples per second"),
        (sound(np.stack([noise(1), noise(2)], axis=1)), "has 2 channels that differ"),
        (b"<html>", "its bytes are those of HTML or XML"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt " + b"\xff" * 40, "has no samples"),
        (picture(), "its bytes are those of PNG"),
    ],
)
def test_what_no_run_would_take_is_refused(examine: Examine, data: bytes, reason: str) -> None:
    found = examine("sound", data, "a.wav")
    assert found.verdict == "refused"
    assert reason in found.notes[0]


def test_what_stands_behind_the_samples_is_told_of(examine: Examine) -> None:
    assert "its header tells of" in examine("sound", sound(noise(1)) + b"x" * 7, "a.wav").notes[0]


def test_a_file_that_ends_the_program_or_keeps_it_busy_costs_that_file_alone(tmp_path: Path) -> None:
    (tmp_path / "came").write_bytes(picture(1))
    ask = ("picture", tmp_path / "came", "a.png", tmp_path / "out")
    deadly = Examiner((sys.executable, "-c", "import sys; sys.stdin.readline()"))
    assert "ended the program" in deadly.examine(*ask).notes[0]
    deadly.close()
    slow = Examiner((sys.executable, "-c", "import time; time.sleep(60)"), patience_s=0.2)
    assert slow.examine(*ask).refused
    slow.close()
    working = Examiner()
    assert [working.examine(*ask).verdict for _ in range(2)] == ["accepted", "accepted"]
    working.close()
