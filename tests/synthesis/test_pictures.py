import io
import struct
import zlib
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from synthesis.bundle.spec import Prepare
from synthesis.common.errors import UserError
from synthesis.media.folders import category_folder, stimulus_files
from synthesis.media.pictures import (
    decode_png,
    encode_png,
    read_picture,
    to_input,
    to_pictures,
)
from tests.synthesis.networks import smooth_picture


def test_the_short_side_is_resized_and_the_centre_kept(tmp_path):
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = (255, 0, 0)
    Image.fromarray(wide).save(tmp_path / "wide.png")
    picture = read_picture(tmp_path / "wide.png", 32, 40, "resize-256-crop-224")
    assert picture.shape == (32, 32, 3)
    assert picture.dtype == np.uint8
    assert (picture == (255, 0, 0)).all()


def saved(folder, size, seed=1):
    """A picture file of so many px, width and height, and its Pillow image."""
    image = Image.fromarray(smooth_picture(seed, max(size))).crop((0, 0, *size))
    image.save(folder / "a.png")
    return folder / "a.png", image


def test_by_default_the_largest_centre_square_is_resized(tmp_path):
    path, image = saved(tmp_path, (300, 200))
    expected = image.crop((50, 0, 250, 200)).resize((224, 224), Image.Resampling.BICUBIC)
    assert np.array_equal(read_picture(path, 224, 256), np.asarray(expected))


@pytest.mark.parametrize("prepare", get_args(Prepare))
def test_a_picture_of_the_size_is_never_touched(tmp_path, prepare):
    path, image = saved(tmp_path, (224, 224))
    assert np.array_equal(read_picture(path, 224, 256, prepare), np.asarray(image))


def test_the_two_ways_differ_by_the_border(tmp_path):
    path, _ = saved(tmp_path, (400, 300))
    square, cropped = (read_picture(path, 224, 256, way) for way in ("square-resize", "resize-256-crop-224"))
    differ = np.abs(square.astype(int) - cropped).mean()
    # The crop is the middle of the square, enlarged by 256 / 224.
    middle = Image.fromarray(square).crop((14, 14, 210, 210)).resize((224, 224), Image.Resampling.BICUBIC)
    assert np.abs(np.asarray(middle).astype(int) - cropped).mean() < 10 < differ


@pytest.mark.parametrize("size", [(225, 224), (448, 448), (224, 100)])
def test_unprepared_files_must_have_the_size(tmp_path, size):
    path, _ = saved(tmp_path, size)
    with pytest.raises(UserError, match=rf"a.png: has {size[0]} x {size[1]} px, .* it must have 224 x 224"):
        read_picture(path, 224, 256, "none")


def test_the_camera_s_orientation_is_applied(tmp_path):
    halves = np.zeros((32, 32, 3), np.uint8)
    halves[:16] = 255
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.fromarray(halves).save(tmp_path / "turned.png", exif=exif)
    picture = read_picture(tmp_path / "turned.png", 32, 32)
    assert picture[:16].max() == 0
    assert picture[16:].min() == 255


def test_transparent_parts_become_white(tmp_path):
    Image.new("RGBA", (32, 32), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert read_picture(tmp_path / "clear.png", 32, 32).min() == 255


def test_a_damaged_picture_is_named(tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(encode_png(smooth_picture(1))[:300])
    with pytest.raises(UserError, match=r"broken\.png: does not decode"):
        read_picture(path, 32, 32)
    path.write_text("not a picture")
    with pytest.raises(UserError, match=r"broken\.png: does not decode"):
        read_picture(path, 32, 32)


def deep_png(channels, value):
    """A PNG of 16 bits per channel, which Pillow cannot write: 1 grey, 2 grey with alpha, 3 RGB, 4 RGBA."""
    colour_type = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = np.full((8, 8 * channels), value, ">u2")
    pixels = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", 8, 8, 16, colour_type, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("value", [200, 40_000])
def test_sixteen_bits_per_channel_are_refused(tmp_path, channels, value):
    data = deep_png(channels, value)
    (tmp_path / "deep.png").write_bytes(data)
    with pytest.raises(UserError, match=r"deep.png: has more than 8 bits per channel; convert it"):
        read_picture(tmp_path / "deep.png", 32, 32)
    with pytest.raises(UserError, match="more than 8 bits"):
        decode_png(data)


@pytest.mark.parametrize(("dtype", "mode"), [(np.uint16, "I;16"), (np.float32, "F"), (np.int32, "I")])
def test_deep_tiffs_are_refused(tmp_path, dtype, mode):
    image = Image.fromarray(np.full((8, 8), 200, dtype))
    assert image.mode == mode
    image.save(tmp_path / "deep.tif")
    with pytest.raises(UserError, match=r"deep.tif: has more than 8 bits per channel"):
        read_picture(tmp_path / "deep.tif", 32, 32)


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 100, (100, 100, 100)),
        ("LA", (100, 0), (255, 255, 255)),
        ("LA", (100, 255), (100, 100, 100)),
        ("P", None, (10, 20, 30)),
        ("RGB", (10, 20, 30), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), (255, 255, 255)),
    ],
)
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_the_modes_that_are_taken_are_read_right(tmp_path, mode, colour, shown, ending):
    if mode == "P":
        image = Image.new("RGB", (8, 8), (10, 20, 30)).quantize(4)
    else:
        image = Image.new(mode, (8, 8), colour)
    image.save(tmp_path / f"a.{ending}")
    assert (read_picture(tmp_path / f"a.{ending}", 32, 32) == shown).all()


@pytest.mark.parametrize("name", ["a.jfif", "a.jpe", "a.bmp", "a.gif", "a.webp", "a.avif", "a.ppm", "a.tiff"])
def test_every_ending_that_is_looked_for_is_read(tmp_path, name):
    form = {"a.jfif": "JPEG", "a.jpe": "JPEG"}.get(name)
    Image.new("RGB", (32, 32), (200, 60, 60)).save(tmp_path / name, format=form)
    assert tmp_path / name in stimulus_files(tmp_path)
    picture = read_picture(tmp_path / name, 32, 32).astype(int)
    assert np.abs(picture - (200, 60, 60)).max() <= 4


@pytest.mark.parametrize(
    ("mode", "ending"), [("CMYK", "jpg"), ("CMYK", "tif"), ("LAB", "tif"), ("YCbCr", "tif")]
)
def test_other_colours_are_refused_by_name(tmp_path, mode, ending):
    Image.new(mode, (8, 8)).save(tmp_path / f"a.{ending}")
    with pytest.raises(UserError, match=rf"a.{ending}: has the colours {mode}; convert it to sRGB"):
        read_picture(tmp_path / f"a.{ending}", 32, 32)


@pytest.mark.parametrize("ending", ["gif", "png", "webp", "tif"])
def test_several_pictures_in_one_file_are_refused(tmp_path, ending):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / f"a.{ending}", save_all=True, append_images=frames[1:])
    with pytest.raises(UserError, match=rf"a.{ending}: holds 2 pictures \(an animation, or pages\)"):
        read_picture(tmp_path / f"a.{ending}", 32, 32)


def test_a_phone_s_second_view_does_not_matter(tmp_path):
    first, second = (Image.new("RGB", (32, 32), (level, level, level)) for level in (40, 200))
    first.save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[second])
    assert read_picture(tmp_path / "a.jpg", 32, 32).max() == 40


def test_png_round_trip_without_metadata():
    picture = smooth_picture(3)
    data = encode_png(picture)
    assert np.array_equal(decode_png(data), picture)
    assert set(_chunks(data)) == {b"IHDR", b"IDAT", b"IEND"}


def _chunks(data):
    file = io.BytesIO(data[8:])
    while header := file.read(8):
        length, name = struct.unpack(">I4s", header)
        file.seek(length + 4, io.SEEK_CUR)
        yield name


def test_network_input_is_rounded_to_the_nearest_level():
    levels = np.array([0.0, 0.49, 0.51, 254.4, 255.0], np.float32) / 255
    inputs = np.tile(levels, (1, 3, 1, 1))
    assert to_pictures(inputs)[0, 0, :, 0].tolist() == [0, 0, 1, 254, 255]


def test_pictures_survive_the_way_to_network_input_and_back():
    pictures = np.stack([smooth_picture(1), smooth_picture(2)])
    inputs = to_input(pictures)
    assert inputs.shape == (2, 3, 32, 32)
    assert inputs.dtype == np.float32
    assert inputs[1, 2, 5, 7] == np.float32(pictures[1, 5, 7, 2]) / np.float32(255)
    assert np.array_equal(to_pictures(inputs), pictures)


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_category_folder_is_sorted_and_names_what_is_no_picture(tmp_path, capsys):
    touch(tmp_path, "dog/b.PNG", "dog/a.jpg", "cat/z.webp", "dog/.hidden.png", "dog/notes.txt", ".git/x.png")
    found = [(category, path.name) for category, path in category_folder(tmp_path)]
    assert found == [("cat", "z.webp"), ("dog", "a.jpg"), ("dog", "b.PNG")]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path}: 1 not used, for no pictures that are read (png, jpg,")
    assert line.endswith("): dog/notes.txt")


def test_files_that_were_lost_are_found_or_counted(tmp_path, capsys):
    touch(tmp_path, "dog/a.png", "dog/b.tif", "dog/c.gif", "dog/d.jfif", "owl/a.tif")
    found = [f"{category}/{path.name}" for category, path in category_folder(tmp_path)]
    assert found == ["dog/a.png", "dog/b.tif", "dog/c.gif", "dog/d.jfif", "owl/a.tif"]
    assert capsys.readouterr().err == ""
    touch(tmp_path, "top.png", "dog/deeper/e.png", "dog/f.heic", "owl/g.psd")
    assert len(category_folder(tmp_path)) == 5
    category_folder(tmp_path)
    (line,) = capsys.readouterr().err.splitlines()
    assert "4 not used" in line
    assert line.endswith(": top.png, dog/deeper/, dog/f.heic, ...")
    assert len(stimulus_files(tmp_path)) == 7
    assert "2 not used" in capsys.readouterr().err


@pytest.mark.parametrize("only", ["cat/a.heic", "cat/.hidden.png", "cat/deeper/a.png"])
def test_a_category_that_ends_up_empty_is_an_error(tmp_path, only):
    touch(tmp_path, "dog/a.png", only)
    with pytest.raises(UserError, match=r"cat: holds no pictures that are read \(png, .*tif.*\); convert"):
        category_folder(tmp_path)


def test_a_folder_s_name_is_composed_and_no_two_are_one(tmp_path):
    touch(tmp_path, "Vo\u0308gel/a\u0308.png", "dog/a.png")
    assert [category for category, _ in category_folder(tmp_path)] == ["V\u00f6gel", "dog"]
    touch(tmp_path, "V\u00f6gel/b.png")
    with pytest.raises(UserError, match="the name is that of another folder"):
        category_folder(tmp_path)


@pytest.mark.parametrize("name", ["na", "NA"])
def test_no_category_is_called_as_no_answer_is(tmp_path, name):
    touch(tmp_path, f"{name}/a.png")
    with pytest.raises(UserError, match="stands for no answer in all data"):
        category_folder(tmp_path)


@pytest.mark.parametrize("name", [None, "picture.png", "empty/readme.txt"])
def test_a_folder_without_categories_is_refused(tmp_path, name):
    if name:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(UserError, match="one sub-folder per category"):
        category_folder(tmp_path)


def test_missing_folders_are_named(tmp_path):
    with pytest.raises(UserError, match="nowhere: no such folder"):
        category_folder(tmp_path / "nowhere")
    with pytest.raises(UserError, match="nowhere: is not a folder with pictures"):
        stimulus_files(tmp_path / "nowhere")


def test_null_pictures_are_found_at_any_depth(tmp_path):
    for name in ("b.png", "a/c.jpg", "a/.cache/d.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [path.name for path in stimulus_files(tmp_path)] == ["c.jpg", "b.png"]
