"""Fitting readouts: a known truth comes back, and bad folders are refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from synthesis.certify.decision import ReadoutRule
from synthesis.certify.readout.fit import fit_linear
from synthesis.certify.readout.fit_folder import fit_folder, labelled_files
from synthesis.certify.readout.readout import Readout, parse_readout
from synthesis.certify.readout_file import readout_bytes
from synthesis.common.errors import UserError
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Layer, Network, PictureInput

PICTURES = medium_of(PictureInput(28, 32))


class MeanColour(nn.Module):
    """A network whose three pooled features are the picture's mean red, green and blue."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.logits = nn.Linear(3, 1000)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.logits(self.pool(pictures).flatten(1))
        return scores


@pytest.fixture
def network() -> Network:
    return Network(
        name="mean_colour",
        module=MeanColour().eval().requires_grad_(False),
        layers=(Layer("pool", "pool"),),
        input=PictureInput(28, 32),
        feature_node="pool",
        weights="none",
        weights_sha256="c" * 64,
    )


@pytest.fixture
def coloured(tmp_path: Path) -> Path:
    """Pictures of plain colours, near red, green or blue; a category is a colour."""
    rng = np.random.default_rng(5)
    for channel, name in enumerate(("red", "green", "blue")):
        (tmp_path / "colours" / name).mkdir(parents=True)
        for number in range(4):
            colour = rng.integers(0, 60, size=3)
            colour[channel] = 200
            Image.new("RGB", (40, 32), tuple(colour.tolist())).save(
                tmp_path / "colours" / name / f"{number}.png"
            )
    return tmp_path / "colours"


def known_truth(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features of very different scales, and labels drawn by a known readout of them."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((4, 6))
    standard = rng.standard_normal((rows, 6))
    labels = (6 * standard @ truth.T + rng.gumbel(size=(rows, 4))).argmax(axis=1)
    features = (standard * 10.0 ** np.arange(-2, 4) + 7).astype(np.float32)
    return features, labels, truth


def test_a_known_readout_is_recovered_from_features_of_any_scale() -> None:
    features, labels, truth = known_truth(1500, seed=1)
    fit = fit_linear(features, labels, np.arange(1500) % 5)
    own = (((features - 7) / 10.0 ** np.arange(-2, 4)) @ truth.T).argmax(axis=1)
    assert fit.cv_accuracy == pytest.approx((own == labels).mean(), abs=0.02)
    # What counts is the contrast of categories, per standard deviation of each feature.
    standard = fit.weight * features.std(axis=0)
    contrast = (standard - standard.mean(axis=0)).ravel()
    assert np.corrcoef(contrast, (truth - truth.mean(axis=0)).ravel())[0, 1] > 0.98


def test_the_folded_numbers_answer_as_the_fit_did() -> None:
    features, labels, _ = known_truth(600, seed=2)
    fit = fit_linear(features, labels, np.arange(600) % 3)
    assert fit.accuracy(features, labels) == pytest.approx(fit.fit_accuracy, abs=2 / 600)


def test_two_categories_get_two_rows() -> None:
    features = np.array([[-2.0], [-1.5], [-1.0], [1.0], [1.5], [2.0]], dtype=np.float32)
    labels = np.array([0, 0, 0, 1, 1, 1])
    fit = fit_linear(features, labels, np.array([0, 1, 2, 0, 1, 2]))
    assert fit.weight.shape == (2, 1)
    assert fit.accuracy(features, labels) == 1


def test_labels_without_any_relation_are_not_named_when_left_out() -> None:
    rng = np.random.default_rng(3)
    features = rng.standard_normal((400, 50)).astype(np.float32)
    fit = fit_linear(features, rng.integers(0, 4, size=400), np.arange(400) % 5)
    assert fit.cv_accuracy < 0.4 < fit.fit_accuracy


def test_a_folder_is_fitted_and_its_file_answers(coloured: Path, network: Network) -> None:
    seen: list[int] = []
    readout, fit = fit_folder(coloured, network, augment=2, seed=0, progress=lambda: seen.append(1))
    assert readout.categories == ("blue", "green", "red")
    assert fit.cv_accuracy == fit.fit_accuracy == 1
    assert len(seen) == 12 * 3
    rule = ReadoutRule(parse_readout(readout.to_bytes(), "file"))
    assert rule.answers(torch.zeros(2, 1000), torch.tensor([[0.9, 0.1, 0.1], [0.1, 0.1, 0.9]])) == [
        "red",
        "blue",
    ]


def test_the_same_folder_and_seed_give_the_same_file(coloured: Path, network: Network) -> None:
    first, second = (fit_folder(coloured, network, augment=1, seed=4)[0].to_bytes() for _ in range(2))
    other = fit_folder(coloured, network, augment=1, seed=5)[0].to_bytes()
    assert first == second != other


def test_a_readout_file_gives_back_what_was_written() -> None:
    readout = Readout(
        torch.tensor([[1.0, 2.0]]),
        torch.tensor([3.0]),
        ("é",),
        "net",
        "d" * 64,
        {"seed": 1, "left_out": {"a": 0.5}},
    )
    back = parse_readout(readout.to_bytes(), "file")
    assert torch.equal(back.weight, readout.weight)
    assert torch.equal(back.bias, readout.bias)
    assert replace(back, weight=readout.weight, bias=readout.bias) == readout


def test_folders_that_cannot_be_fitted_are_refused(coloured: Path) -> None:
    for picture in sorted((coloured / "red").iterdir())[1:]:
        picture.unlink()
    with pytest.raises(UserError, match="red: holds one picture; a readout needs at least two"):
        labelled_files(coloured, PICTURES)
    with pytest.raises(UserError, match="has no sub-folder with pictures"):
        labelled_files(coloured / "green", PICTURES)
    with pytest.raises(UserError, match="no such folder"):
        labelled_files(coloured / "nowhere", PICTURES)


def test_one_category_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dog").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "dog" / "a.png")
    with pytest.raises(UserError, match="holds one category, dog"):
        labelled_files(tmp_path, PICTURES)


def test_a_missing_readout_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"mine\.safetensors: the readout cannot be read"):
        readout_bytes(tmp_path / "mine.safetensors")
