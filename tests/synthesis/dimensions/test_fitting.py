"""Components of a folder of pictures, and the file that keeps them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from synthesis.common.errors import UserError
from synthesis.dimensions import fitting
from synthesis.dimensions.fit_file import fit_of_bytes, read_fit
from synthesis.dimensions.spec import FitSpec

MODEL = "efficientnet_lite0"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for number in range(9):
        small = random.integers(0, 256, (4 + number % 5, 7, 3), dtype=np.uint8)
        Image.fromarray(small).resize((240, 240)).save(folder / f"{number}.png")
    return folder


def spec_of(pictures: Path, **changes: object) -> FitSpec:
    given = {
        "model": MODEL,
        "weights": {"random": 0},
        "layers": ["stem"],
        "pictures": pictures,
        "components": 3,
    }
    return FitSpec.model_validate({**given, **changes})


def test_a_fit_is_written_and_read_again(
    pictures: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "FEW", 27)
    counted: list[None] = []
    fit = fitting.fit_spec(spec_of(pictures), lambda: counted.append(None))
    assert "9 pictures; 2 crops of each are fitted too" in capfd.readouterr().err
    assert (fit.record.pictures, fit.record.crops, len(counted)) == (9, 2, 2 * 27)
    assert fit.layers["stem"].components == 3
    path = tmp_path / "fit.safetensors"
    path.write_bytes(fit.to_bytes())
    again = read_fit(path)
    assert again.record == fit.record
    assert torch.equal(again.layers["stem"].unmixing, fit.layers["stem"].unmixing)
    assert fitting.fit_spec(spec_of(pictures)).to_bytes() == fit.to_bytes()


def test_what_cannot_be_fitted_is_said(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no layer 'stam'"):
        fitting.fit_spec(spec_of(pictures, layers=["stam"]))
    with pytest.raises(UserError, match="is shown sounds; give a network that is shown pictures"):
        fitting.fit_spec(spec_of(pictures, model="word_cochcnn", weights="published", layers=["relu0"]))
    with pytest.raises(UserError, match="9 pictures for 9 components; give more pictures than components"):
        fitting.fit_spec(spec_of(pictures, components=9))
    with pytest.raises(UserError, match="is not a folder with pictures"):
        fitting.fit_spec(spec_of(tmp_path))


def test_another_file_is_no_fit(tmp_path: Path) -> None:
    for data in (b"", b"\x08\0\0\0\0\0\0\0{}      ", b"rubbish" * 9):
        with pytest.raises(UserError, match="is no fit; write one with"):
            fit_of_bytes(data, "other")
    with pytest.raises(UserError, match="the fit cannot be read"):
        read_fit(tmp_path / "none")
