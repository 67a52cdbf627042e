"""Backgrounds with several labels at once: targets, loss, scores, and a training."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from synthesis.common.errors import UserError
from synthesis.networks.hearing.trained_file import read_trained
from synthesis.process.progress import Uncounted
from synthesis.speech.textures import TEXTURES
from synthesis.training import loop
from synthesis.training.backgrounds import Backgrounds, labelled_backgrounds
from synthesis.training.losses import head_losses
from synthesis.training.parts import read_parts
from synthesis.training.schedule import clip_settings
from synthesis.training.tally import Tally, label_scores
from tests.synthesis.trainings import TINY, spec_of, tone_folder

pytestmark = pytest.mark.usefixtures("backgrounds_made_once")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone_folder(tmp_path_factory.mktemp("several"))


def test_the_loss_is_the_binary_cross_entropy_of_every_label() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.0], [5.0, 5.0, 5.0]])
    losses, known = head_losses(logits, torch.tensor([[1.0, 0.0, 1.0], [-1.0, -1.0, -1.0]]), 0.05)
    by_hand = (np.log1p(np.exp(-2)) + np.log1p(np.exp(-1)) + np.log(2)) / 3
    assert losses.tolist() == pytest.approx([by_hand, 0.0])
    assert known.tolist() == [True, False]


def test_scores_have_their_known_values() -> None:
    present = np.array([[1, 0], [0, 1], [1, 1], [0, 0]])
    assert label_scores(present.astype(float), present) == {"average_precision": 1.0, "auc": 1.0}
    # Of the four pairs of a clip with the class and one without, three are in order; then none.
    found = label_scores(np.array([[3.0, 4.0], [2.0, 2.0], [1.5, 1.0], [1.0, 3.0]]), present)
    assert found["auc"] == pytest.approx((3 / 4 + 0) / 2)
    assert found["average_precision"] == pytest.approx(((1 + 2 / 3) / 2 + (1 / 3 + 2 / 4) / 2) / 2)
    assert label_scores(np.ones((2, 1)), np.ones((2, 1))) == {}


def test_a_tally_leaves_out_clips_without_an_answer() -> None:
    tally = Tally("word")
    tally.add(torch.eye(3), torch.tensor([0, 2, -1]))
    assert tally.scores() == {"word": 0.5}
    assert Tally("word").scores() == {}


def test_mixed_backgrounds_have_the_labels_of_all() -> None:
    tones = tuple(np.sin(np.arange(50_000) * step).astype(np.float32) for step in (0.05, 0.5, 1.5))
    drawn = Backgrounds(tones, ((0,), (1, 2), None), ("a", "b", "c"), (2, 3))
    rng, seen = np.random.default_rng(0), set()
    for _ in range(60):
        sound, labels = drawn.draw(rng, 40_000)
        assert np.sqrt(np.mean(sound**2)) == pytest.approx(1, rel=1e-3)
        seen.add(labels)
    assert seen == {(0,), (1, 2), (0, 1, 2), None}


@pytest.mark.parametrize("task", ["background", "both"])
def test_a_network_is_trained_on_several_textures_at_once(folder: Path, task: str) -> None:
    several = "backgrounds: {per_class: 1, answers: several, mixed: [2, 3]}\nclips: {clean: 0.1}\n"
    text = TINY.replace("backgrounds: {per_class: 1}\n", several)
    text = text.replace("validation_clips: 8", "validation_clips: 40")
    spec = spec_of(folder, f"{text}task: {task}\nsnapshots_at: [0.001]\n")
    parts = read_parts(spec)
    batch = parts.training.batch(0, 40, clip_settings(spec.clips, 0.0, 1.0))
    assert batch.backgrounds.shape == (40, len(TEXTURES))
    counts = batch.backgrounds.sum(1)
    assert set(counts.tolist()) <= {0.0, 1.0, 2.0, 3.0}
    assert counts.mean() > 1.5
    standing = loop.train(spec, parts, folder / task, Uncounted())
    found = set(standing.validations[-1]) - {"examples", "word"}
    assert found == {"background_average_precision", "background_auc"}
    described = read_trained(folder / task / "network.safetensors")
    assert described is not None
    assert described.training["backgrounds"] == "several"


def labelled(folder: Path, rows: list[str], files: int = 5) -> Path:
    folder.mkdir()
    for number in range(files):
        noise = 0.1 * np.random.default_rng(number).standard_normal(5 * 20_000)
        soundfile.write(folder / f"{number}.wav", noise, 20_000)
    (folder / "labels.csv").write_text("\n".join(["file,labels", *rows]))
    return folder / "labels.csv"


def test_recordings_have_the_labels_of_their_table(tmp_path: Path) -> None:
    rows = ["0.wav,rain;wind", "1.wav,wind", "2.wav,birds", "3.wav,rain", "4.wav,birds; rain"]
    table = labelled(tmp_path / "sounds", rows)
    training = labelled_backgrounds(table.parent, table, "training", several=True)
    validation = labelled_backgrounds(table.parent, table, "validation", several=True)
    assert training.names == validation.names == ("birds", "rain", "wind")
    assert training.labels == ((1, 2), (2,), (0,), (1,))
    assert validation.labels == ((0, 1),)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["0.wav,rain;wind"], "labels.csv:2: labels: 2 of them need backgrounds.answers: several"),
        (["9.wav,rain"], "labels.csv:2: file: there is no '9.wav'"),
        (["0.wav,"], "labels.csv:2: labels: '0.wav' has none"),
        (["0.wav,rain"], "1.wav: has no row in"),
        ([f"{number}.wav,rain" for number in range(5)], "names 1 labels; a task needs two"),
    ],
)
def test_a_bad_table_of_labels_is_one_line(tmp_path: Path, rows: list[str], message: str) -> None:
    table = labelled(tmp_path / "sounds", rows)
    with pytest.raises(UserError, match=message):
        labelled_backgrounds(table.parent, table, "training", several=False)


def test_too_few_recordings_are_one_line(tmp_path: Path) -> None:
    table = labelled(tmp_path / "sounds", ["0.wav,rain", "1.wav,wind"], 2)
    with pytest.raises(UserError, match="lists 2 recordings; give at least 5"):
        labelled_backgrounds(table.parent, table, "validation", several=False)
