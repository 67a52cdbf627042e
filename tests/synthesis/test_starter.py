"""Starter pictures: the table, the drawing, the folder, and the shipped readout that must name them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from synthesis.certify.decision import decision_rule
from synthesis.certify.imagenet16 import CATEGORIES
from synthesis.certify.readout.features import pooled_features
from synthesis.certify.readout.readout import parse_readout
from synthesis.certify.readout_file import readout_bytes
from synthesis.common.errors import UserError
from synthesis.media.folders import category_folder
from synthesis.media.pictures import read_picture
from synthesis.networks.registry import load_network
from synthesis.starter import defaults
from synthesis.starter.make import (
    make_starter,
    plan_pictures,
)
from synthesis.starter.objects import null_objects, starter_objects
from synthesis.starter.render import STARTER_VARIATION, Variation, pink_ground, read_emoji, render

EMOJI = Path(__file__).resolve().parents[2] / defaults.EMOJI


@pytest.fixture
def emoji_folder(tmp_path: Path) -> Path:
    """Stand-ins for the emoji package: a plain disc for every file of the table."""
    folder = tmp_path / "assets"
    folder.mkdir()
    names = [name for group in starter_objects().values() for name in group] + null_objects()
    for number, name in enumerate(names):
        disc((number, 0, 255)).save(folder / f"{name}.webp", lossless=True)
    return folder


def disc(colour: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (64, 64))
    ImageDraw.Draw(image).ellipse((4, 4, 60, 60), fill=(*colour, 255))
    return image


def test_the_table_has_distinct_objects_for_the_16_categories() -> None:
    objects = starter_objects()
    assert tuple(objects) == CATEGORIES
    names = [name for group in objects.values() for name in group]
    assert len(names) == len(set(names))
    assert all(objects.values())


def test_the_plan_has_the_asked_numbers_and_a_larger_one_begins_alike() -> None:
    small, large = plan_pictures(7, 2, 20), plan_pictures(7, 3, 40)
    # Two of each category, but keyboard has a single object.
    assert len(small) == len({planned.path for planned in small}) == 16 * 2 - 1 + 20
    assert set(small) < set(large)
    assert {planned.seed for planned in small}.isdisjoint(planned.seed for planned in plan_pictures(8, 2, 20))


def test_no_object_is_drawn_twice_and_there_are_only_so_many() -> None:
    most = len(null_objects())
    names = [planned.emoji for planned in plan_pictures(3, 4, most)]
    assert len(names) == len(set(names))
    with pytest.raises(UserError, match=f"objects for {most} pictures"):
        plan_pictures(3, 4, most + 1)


def test_the_ground_has_a_1_over_f_spectrum_and_the_asked_mean_and_contrast() -> None:
    grounds = [pink_ground(np.random.default_rng(seed), 0.5, 0.06)[..., 1] for seed in range(8)]
    assert np.mean(grounds) == pytest.approx(0.5, abs=0.02)
    assert np.mean([ground.std() for ground in grounds]) == pytest.approx(0.06, rel=0.02)
    amplitude = np.mean([np.abs(np.fft.fft2(ground))[0, 2:65] for ground in grounds], axis=0)
    slope = np.polyfit(np.log(np.arange(2, 65)), np.log(amplitude), 1)[0]
    assert slope == pytest.approx(-1, abs=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_the_object_lies_whole_in_the_part_that_networks_see(seed: int) -> None:
    variation = Variation(size=(0.5, 1.0), turn_deg=30, luminance=(0.4, 0.6), contrast=(0.02, 0.1))
    picture = render(disc((255, 0, 255)), variation, np.random.default_rng(seed)).astype(int)
    assert picture.shape == (224, 224, 3)
    magenta = (picture[..., 0] > 240) & (picture[..., 2] > 240) & (picture[..., 1] < 15)
    rows, columns = np.nonzero(magenta)
    assert min(rows.min(), columns.min()) >= 4
    assert max(rows.max(), columns.max()) < 220
    # A whole disc fills pi / 4 of the square round it.
    square = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    assert magenta.sum() / square == pytest.approx(np.pi / 4, abs=0.03)


def test_a_seed_draws_the_same_picture_again() -> None:
    first, again, other = (
        render(disc((200, 80, 0)), STARTER_VARIATION, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_folder_is_written_once_and_mended_where_changed(tmp_path: Path, emoji_folder: Path) -> None:
    whole, out = plan_pictures(0, 1, 2), tmp_path / "starter"
    plan = whole[:2] + whole[-2:]
    assert make_starter(out, emoji_folder, plan) == 4
    assert [category for category, _ in category_folder(out / "stimuli")] == ["airplane", "bear"]
    before = {file: file.read_bytes() for file in out.rglob("*.png")}
    assert make_starter(out, emoji_folder, plan) == 0
    (out / "stimuli" / "bear" / "bear1.png").write_bytes(b"damaged")
    (out / whole[-1].path).unlink()
    assert make_starter(out, emoji_folder, plan) == 2
    assert {file: file.read_bytes() for file in out.rglob("*.png")} == before


def test_another_plan_removes_only_its_own_old_pictures(tmp_path: Path, emoji_folder: Path) -> None:
    out = tmp_path / "starter"
    larger, smaller = plan_pictures(0, 2, 0)[:4], plan_pictures(0, 1, 0)[:2]
    make_starter(out, emoji_folder, larger)
    own = out / "stimuli" / "bear" / "my-bear.png"
    own.write_bytes(b"mine")
    assert make_starter(out, emoji_folder, smaller) == 0
    assert sorted(file.name for file in (out / "stimuli" / "bear").iterdir()) == ["bear1.png", "my-bear.png"]
    assert make_starter(out, emoji_folder, plan_pictures(1, 1, 0)[:2]) == 2


def test_changed_emoji_are_drawn_again(tmp_path: Path, emoji_folder: Path) -> None:
    plan, out = plan_pictures(0, 1, 0)[:3], tmp_path / "starter"
    make_starter(out, emoji_folder, plan)
    disc((1, 2, 3)).save(emoji_folder / f"{plan[0].emoji}.webp", lossless=True)
    assert make_starter(out, emoji_folder, plan) == 3


def test_a_missing_package_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such picture; run `npm ci`") as caught:
        make_starter(tmp_path / "starter", tmp_path / "nowhere", plan_pictures(0, 1, 0))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "starter").exists()


def test_an_empty_emoji_is_refused(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8)).save(tmp_path / "empty.webp")
    with pytest.raises(UserError, match=r"empty\.webp: is wholly transparent"):
        read_emoji(tmp_path / "empty.webp")


def test_the_shipped_readout_belongs_to_the_shipped_network_and_names_an_unseen_family() -> None:
    network = load_network("efficientnet_lite0")
    readout = parse_readout(readout_bytes(Path("starter")), "starter")
    readout.check_network(network.name, network.weights_sha256, "starter")
    assert readout.categories == CATEGORIES
    assert readout.weight.shape == (16, 1280)
    assert readout.weight.dtype == torch.float32
    assert set(readout.fitted["left_out_accuracy"]) == {"fluent", "google", "twitter", "facebook"}
    assert min(readout.fitted["left_out_accuracy"].values()) >= 0.9


def test_the_shipped_readout_names_every_starter_picture(tmp_path: Path) -> None:
    if not EMOJI.is_dir():
        pytest.skip(f"{defaults.EMOJI} is not installed; run `npm ci`")
    network = load_network("efficientnet_lite0")
    plan = plan_pictures(defaults.SEED, defaults.PER_CATEGORY, defaults.NULL_STIMULI)
    make_starter(tmp_path, EMOJI, [planned for planned in plan if planned.path.parts[0] == "stimuli"])
    files = category_folder(tmp_path / "stimuli")
    # Three of each category, but keyboard has 1 object; chair, elephant and knife have 2.
    assert len(files) == 16 * 3 - 5
    pictures = [read_picture(file, network.pictures.size_px, network.pictures.resize_px) for _, file in files]
    features = torch.from_numpy(pooled_features(network, pictures))
    rule = decision_rule("readout", readout_bytes(Path("starter")), network)
    answers = rule.answers(torch.zeros(len(files), 1000), features)
    wrong = [
        f"{file.name}: {answer}"
        for (category, file), answer in zip(files, answers, strict=True)
        if answer != category
    ]
    assert wrong == []
