import io
import struct

import numpy as np
import pytest
from PIL import Image

from synthesis.bundle.errors import UserError
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
    picture = read_picture(tmp_path / "wide.png", size_px=32, resize_px=40)
    assert picture.shape == (32, 32, 3)
    assert picture.dtype == np.uint8
    assert (picture == (255, 0, 0)).all()


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


def test_sixteen_bits_per_channel_are_refused(tmp_path):
    Image.fromarray(np.full((40, 40), 40_000, np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(UserError, match="more than 8 bits"):
        read_picture(tmp_path / "deep.png", 32, 32)


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


def test_category_folder_is_sorted_and_skips_what_is_no_picture(tmp_path):
    for name in ("dog/b.PNG", "dog/a.jpg", "cat/z.webp", "dog/.hidden.png", "dog/notes.txt", ".git/x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [(category, path.name) for category, path in category_folder(tmp_path)]
    assert found == [("cat", "z.webp"), ("dog", "a.jpg"), ("dog", "b.PNG")]


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
