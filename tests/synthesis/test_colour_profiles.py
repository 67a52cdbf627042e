"""Pictures with an embedded colour profile are shown in the colours of sRGB."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from synthesis.common.errors import UserError
from synthesis.media.pictures import read_picture
from tests.synthesis.networks import smooth_picture


def test_a_profile_of_srgb_changes_nothing(tmp_path):
    image = Image.fromarray(smooth_picture(3))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image.save(tmp_path / "a.png", icc_profile=profile)
    assert np.array_equal(read_picture(tmp_path / "a.png", 32, 32), np.asarray(image))


def test_another_profile_is_converted_to_srgb(tmp_path):
    """Red and blue change places in a profile whose columns do."""
    data = swapped_colours()
    image = Image.new("RGB", (32, 32), (200, 60, 20))
    image.save(tmp_path / "a.png", icc_profile=data)
    red, green, blue = (int(level) for level in read_picture(tmp_path / "a.png", 32, 32)[0, 0])
    assert blue > red, "what was called red is blue"
    assert abs(green - 60) < 25
    clear = Image.new("RGBA", (32, 32), (200, 60, 20, 0))
    clear.save(tmp_path / "clear.png", icc_profile=data)
    assert read_picture(tmp_path / "clear.png", 32, 32).min() == 255


def swapped_colours():
    """An sRGB profile with the names of the red and the blue column exchanged, and another description."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    for entry in range(132, 132 + 12 * count, 12):
        name = bytes(data[entry : entry + 4])
        data[entry : entry + 4] = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}.get(name, name)
    return bytes(data).replace("sRGB".encode("utf-16-be"), "XRGB".encode("utf-16-be"))


def test_a_damaged_profile_is_one_line(tmp_path):
    Image.new("RGB", (32, 32)).save(tmp_path / "a.png", icc_profile=b"no profile at all")
    with pytest.raises(UserError, match=r"a.png: its colour profile cannot be read .*; save it again"):
        read_picture(tmp_path / "a.png", 32, 32)
