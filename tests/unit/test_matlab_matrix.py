"""Matrices in MATLAB's files are read as those in CSV files are; what is no such file is one line."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from app.analysis.matrices.matrix import observer_by_stage
from app.analysis.matrices.matrix_file import read_matrix
from app.analysis.matrices.published import published_curve
from app.core.errors import Invalid

NAME = "VisionExperiment1_network_vs_humans_datamatrix_vgg_19_public.mat"


def matrix() -> np.ndarray:
    """6 participants x 4 stages x (human, network); one cell is missing."""
    values = np.random.default_rng(3).uniform(0.1, 0.9, (6, 4, 2))
    values[2, 1, 0] = np.nan
    return values


@pytest.mark.parametrize("how", [{"format": "5"}, {"format": "5", "do_compression": True}])
def test_a_published_file_is_read(tmp_path: Path, how: dict[str, object]) -> None:
    path, values = tmp_path / NAME, matrix()
    savemat(path, {"participant_data_matrix": values, "other": "text"}, **how)
    (table,) = read_matrix(path)
    assert (table.experiment, table.model) == ("vision1", "vgg_19")
    assert list(table.conditions.values()) == ["natural", "stage 1", "stage 2", "stage 3"]
    for place, observer in enumerate(("human", "network")):
        for number in range(6):
            cells = table.cells[(observer, str(number))]
            expected = {stage: v for stage, v in enumerate(values[number, :, place]) if not np.isnan(v)}
            assert cells == expected


def test_it_counts_as_the_same_matrix_in_csv(tmp_path: Path) -> None:
    values = matrix()
    savemat(tmp_path / NAME, {"participant_data_matrix": values})
    lines = ["experiment,model,participant,stage,condition,observer,proportion_correct"]
    for (number, stage, observer), value in np.ndenumerate(values):
        name, cell = ("human", "network")[observer], "" if np.isnan(value) else repr(float(value))
        condition = f"stage {stage}" if stage else "natural"
        lines.append(f"vision1,vgg_19,{number},{stage},{condition},{name},{cell}")
    (tmp_path / "matrix.csv").write_text("\n".join(lines) + "\n")
    (matlab,), (csv,) = (read_matrix(tmp_path / name) for name in (NAME, "matrix.csv"))
    assert observer_by_stage(matlab, permutations=20) == observer_by_stage(csv, permutations=20)
    curve = published_curve(tmp_path / NAME, "vgg_19")
    assert curve["n"].tolist() == [6, 5, 6, 6]
    assert curve["proportion_correct"].tolist() == pytest.approx(np.nanmean(values[:, :, 0], axis=0).tolist())


def test_a_file_of_another_name_is_named_by_it(tmp_path: Path) -> None:
    savemat(tmp_path / "mine.MAT", {"participant_data_matrix": matrix()})
    (table,) = read_matrix(tmp_path / "mine.MAT")
    assert (table.experiment, table.model) == ("mine", "mine")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"other": np.zeros((2, 2, 2))}, "has no variable participant_data_matrix"),
        ({"participant_data_matrix": np.zeros((3, 4))}, "is no matrix of participants x stages x 2"),
        ({"participant_data_matrix": np.zeros((3, 4, 3))}, r"\(3, 4, 3\), not participants x stages x 2"),
        ({"participant_data_matrix": np.array(["a", "b"])}, "is no matrix of participants x stages x 2"),
        ({"participant_data_matrix": np.full((2, 2, 2), 1.5)}, "must be between 0 and 1"),
    ],
)
def test_another_matrix_is_one_line(tmp_path: Path, content: dict[str, object], message: str) -> None:
    savemat(tmp_path / NAME, content)
    with pytest.raises(Invalid, match=message):
        read_matrix(tmp_path / NAME)


@pytest.mark.parametrize("keep", [0, 3, 60, 130, 200])
def test_a_file_that_is_cut_off_is_one_line(tmp_path: Path, keep: int) -> None:
    path = tmp_path / NAME
    savemat(path, {"participant_data_matrix": matrix()})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Invalid, match=NAME) as refused:
        read_matrix(path)
    assert "\n" not in str(refused.value)


def test_no_pickle_and_no_hdf5_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.mat").write_bytes(b"\x80\x04\x95" + b"x" * 300)
    (tmp_path / "b.mat").write_bytes(b"MATLAB 7.3 MAT-file" + b" " * 105 + b"\x00\x02IM" + b"\x89HDF" * 40)
    for name in ("a.mat", "b.mat", "c.mat"):
        with pytest.raises(Invalid, match=rf"{name}: "):
            read_matrix(tmp_path / name)
