"""What a certificate rests on: a null of a stated size, from different stimuli, none of the experiment's."""

import json
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from synthesis.bundle.store import BundleStore
from synthesis.certify import null as null_settings
from synthesis.certify.null_file import FILE_LIMIT, read_nulls, reference_nulls
from synthesis.networks.registry import load_network
from tests.synthesis.networks import LEAST_PAIRS, smooth_picture, write_pictures

ENOUGH = 448  # stimuli make 100,128 pairs


@pytest.fixture
def real_limit(monkeypatch):
    monkeypatch.setattr(null_settings, "LEAST_PAIRS", LEAST_PAIRS)


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """A folder of as many pictures as a certificate needs."""
    folder = tmp_path_factory.mktemp("many")
    write_pictures(folder, ("any",), each=ENOUGH, first_seed=1_000)
    return folder


def manifest_of(folder: Path):
    return BundleStore(folder).read_manifest()


def change(spec: Path, old: str, new: str) -> None:
    assert old in spec.read_text()
    spec.write_text(spec.read_text().replace(old, new))


def lines(err: str) -> list[str]:
    return err.strip().splitlines()


def save_again(source: Path, to: Path, brightness: float = 1.0, mirrored: bool = False) -> None:
    """The same picture as a JPEG file."""
    with Image.open(source) as picture:
        copy = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else picture
        stream = BytesIO()
        copy.point(lambda level: level * brightness).save(stream, "jpeg", quality=95)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(stream.getvalue())


def test_nothing_is_certified_by_one_pair_of_pictures(cli, spec, tmp_path, real_limit):
    for category in ("bear", "dog"):
        shutil.rmtree(tmp_path / "stimuli" / category)
    change(spec, 'null_stimuli: "null"\n', "")
    code, out, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0
    manifest = manifest_of(tmp_path / "out")
    assert [null.pairs for null in manifest.nulls] == [1, 1]
    assert manifest.null.kind == "stimuli"
    assert manifest.null.least_pairs == 100_000
    assert {item.certificate.fault for item in manifest.items} == {"null too small"}
    assert not any(item.certificate.passed for item in manifest.items)
    assert json.loads(lines(out)[-1])["faults"] == {"null too small": 4}
    assert "null too small: 1 pair of 2 pictures; a certificate needs 100,000 pairs (448 pictures)" in err
    assert "no certificate (null too small): 4 items, since the null has 1 pair and" in err
    assert all(item.provenance.attempt == 0 for item in manifest.items), "more noise would not help"
    assert cli("verify", tmp_path / "out")[0] == 0


def test_a_null_of_enough_pairs_certifies_and_verifies(cli, spec, many, tmp_path, real_limit):
    change(spec, '"null"', str(many))
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    manifest = manifest_of(tmp_path / "out")
    assert [null.pairs for null in manifest.nulls] == [100_128, 100_128]
    assert any(item.certificate.passed for item in manifest.items)
    assert cli("verify", tmp_path / "out")[0] == 0


def test_a_file_saved_again_is_named_and_changes_no_maximum(cli, spec, tmp_path):
    assert cli("run", spec, "--out", tmp_path / "before")[0] == 0
    save_again(tmp_path / "null/any/3.png", tmp_path / "null/again.jpg")
    save_again(tmp_path / "null/any/4.png", tmp_path / "null/mirrored.jpg", mirrored=True)
    code, _, err = cli("run", spec, "--out", tmp_path / "after")
    assert code == 0
    (told,) = (line for line in lines(err) if "look-alikes" in line)
    assert told.startswith("pictures left out of the null as look-alikes: 2 (")
    manifest = manifest_of(tmp_path / "after")
    pairs = {frozenset((pair.kept, pair.left_out)) for pair in manifest.null.look_alikes}
    assert pairs == {frozenset(("any/3.png", "again.jpg")), frozenset(("any/4.png", "mirrored.jpg"))}
    before, after = manifest_of(tmp_path / "before").nulls, manifest.nulls
    for one, other in zip(before, after, strict=True):
        assert other.pairs == one.pairs
        assert other.spearman.maximum == pytest.approx(one.spearman.maximum, abs=0.02)
    assert cli("verify", tmp_path / "after")[0] == 0


def test_stimuli_of_the_experiment_are_left_out_of_the_null(cli, spec, tmp_path):
    for number in range(2):
        shutil.copy(tmp_path / f"stimuli/dog/{number}.png", tmp_path / f"null/same{number}.png")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0
    assert "same0.png resembles dog/0.png" in err
    assert "same1.png resembles dog/1.png" in err
    assert len(manifest_of(tmp_path / "out").null_stimuli) == 12


def test_stimuli_that_the_experiment_shows_twice_are_named(cli, spec, tmp_path):
    save_again(tmp_path / "stimuli/dog/0.png", tmp_path / "stimuli/bear/again.jpg")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0
    (told,) = (line for line in lines(err) if "look-alikes" in line)
    assert told == "pictures of the experiment that are look-alikes: 1 (dog/0.png resembles bear/again.jpg)"
    assert manifest_of(tmp_path / "out").null.look_alikes == []


def test_a_null_of_nothing_but_the_stimuli_is_one_line(cli, spec, tmp_path):
    shutil.rmtree(tmp_path / "null")
    shutil.copytree(tmp_path / "stimuli", tmp_path / "null")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "the null distribution needs 2 or more different stimuli" in lines(err)[-1]
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_twenty_copies_of_one_picture_make_no_null(cli, spec, tmp_path):
    shutil.rmtree(tmp_path / "null")
    for number in range(20):
        save_again(tmp_path / "stimuli/dog/0.png", tmp_path / f"null/{number}.jpg", brightness=0.99**number)
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "pictures left out of the null as look-alikes: 20 (" in err
    assert "needs 2 or more different stimuli" in lines(err)[-1]


def test_a_file_of_nulls_serves_runs_and_is_asked_for_by_verify(cli, spec, many, tmp_path, real_limit):
    file = tmp_path / "null.json"
    code, out, err = cli("null", "tiny", "--stimuli", many, "--pairs", "1e5", "--out", file)
    assert code == 0
    assert [json.loads(line)["pairs"] for line in lines(out)] == [100_128] * 5
    assert "nulls of 5 layers from 100,128 pairs" in err
    change(spec, 'null_stimuli: "null"', "null_file: null.json")
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    manifest = manifest_of(tmp_path / "out")
    assert manifest.null.kind == "file"
    assert manifest.null.description == "pictures of one folder"
    assert manifest.null_stimuli == []
    assert manifest.nulls == [read_nulls(file).layer(null.layer) for null in manifest.nulls]

    assert "say where it is: --null FILE" in lines(cli("verify", tmp_path / "out")[2])[-1]
    assert cli("verify", tmp_path / "out", "--null", file)[0] == 0
    other = tmp_path / "other.json"
    cli("null", "tiny", "--stimuli", many, "--pairs", "1e4", "--out", other)
    code, _, err = cli("verify", tmp_path / "out", "--null", other)
    assert code == 1
    assert "null: SHA-256" in err
    assert "null of relu6: differs" in err


def test_of_a_larger_folder_as_many_stimuli_are_drawn_as_the_pairs_need(cli, many, tmp_path):
    code, out, _ = cli("null", "tiny", "--stimuli", many, "--pairs", "1000", "--layer", "relu6")
    assert code == 0
    first = json.loads(out)
    assert (first["stimuli"], first["pairs"]) == (46, 1_035)
    again = cli("null", "tiny", "--stimuli", many, "--pairs", "1000", "--layer", "relu6")[1]
    assert json.loads(again) == first, "the same ones each time"


@pytest.mark.parametrize("pairs", ["0", "many", "-5", "1e9", "nan", "inf"])
def test_a_number_of_pairs_that_is_none_is_one_line(cli, many, pairs):
    code, _, err = cli("null", "tiny", "--stimuli", many, f"--pairs={pairs}")
    assert code == 1
    assert lines(err) == [f"--pairs {pairs}: give a number from 1 to 10,000,000, like 1e6"]


def test_a_file_of_nulls_that_does_not_fit_is_one_line(cli, spec, many, tmp_path):
    file = tmp_path / "null.json"
    cli("null", "tiny", "--stimuli", many, "--pairs", "100", "--layer", "relu6", "--out", file)
    change(spec, 'null_stimuli: "null"', "null_file: null.json")

    def refused() -> str:
        code, _, err = cli("run", spec, "--out", tmp_path / "out")
        assert code == 1
        assert len([line for line in lines(err) if not line.startswith("natural stimuli: ")]) == 1
        assert not (tmp_path / "out" / "manifest.json").exists()
        return err

    assert "has no null of the layer relu1, but of relu6" in refused()
    change(spec, "layers: [relu6, relu1]", "layers: [relu6]\nweights: {random: 3}")
    assert "holds nulls of tiny with weights" in refused()
    change(spec, "weights: {random: 3}\n", "")
    own = tmp_path / "own"
    shutil.copytree(tmp_path / "stimuli", own)
    cli("null", "tiny", "--stimuli", own, "--layer", "relu6", "--out", file)
    assert "was made from 6 of this run's own stimuli (airplane/0.png" in refused()
    file.write_text('{"format": "metamerlab-null/1"}')
    assert "not a null file: " in refused()
    file.write_bytes(b"\0" * (FILE_LIMIT + 1))
    assert "not a null file" in refused()
    file.unlink()
    assert "the null cannot be read (No such file or directory)" in refused()
    change(spec, "null_file: null.json", "null_file: reference")
    assert "no reference null ships for tiny" in refused()
    change(spec, "null_file: reference", 'null_file: null.json\nnull_stimuli: "null"')
    assert "null_file and null_stimuli: give one of the two" in refused()


def test_null_writes_no_file_where_a_folder_is(cli, many, tmp_path):
    code, _, err = cli("null", "tiny", "--stimuli", many, "--out", tmp_path)
    assert code == 1
    assert lines(err) == [f"{tmp_path}: is a folder; give the name of the file to write, like null.json"]


@pytest.mark.parametrize("name", ["efficientnet_lite0", "efficientnet_lite1", "word_cochcnn"])
def test_the_reference_nulls_are_of_the_shipped_weights_and_of_a_million_pairs(name):
    network, reference = load_network(name), reference_nulls(name)
    reference.check_network(name, network.weights_sha256)
    assert reference.content.input == network.input.format
    assert [null.layer for null in reference.content.nulls] == [layer.name for layer in network.layers]
    assert all(null.pairs == 1_000_405 for null in reference.content.nulls)
    assert len(set(reference.content.stimuli)) == 1_415


def test_files_that_are_not_read_are_counted_and_named(cli, tmp_path):
    write_pictures(tmp_path / "stimuli", ("dog",), each=3)
    (tmp_path / "stimuli/dog/lost.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "stimuli/dog/note.txt").write_text("of the dog")
    (tmp_path / "stimuli/folder.png").mkdir()
    _, _, err = cli("null", "tiny", "--stimuli", tmp_path / "stimuli", "--layer", "relu6")
    (told,) = (line for line in lines(err) if "not used" in line)
    assert "2 not used" in told
    assert "dog/lost.png, dog/note.txt" in told


@pytest.mark.parametrize("command", ["run", "null", "readout"])
def test_a_way_to_prepare_that_is_none_is_one_line(cli, spec, tmp_path, command):
    change(spec, "max_steps: 60", "max_steps: 60\nprepare: trim")
    arguments = {
        "run": (spec, "--out", tmp_path / "out"),
        "null": ("tiny", "--stimuli", tmp_path / "null", "--prepare", "trim"),
        "readout": (
            *(tmp_path / "stimuli", "--model", "tiny", "--out", tmp_path / "r.safetensors"),
            *("--prepare", "trim"),
        ),
    }
    code, _, err = cli(command, *arguments[command])
    assert code == 1
    assert "prepare" in lines(err)[-1]
    assert "square-resize" in lines(err)[-1]
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "r.safetensors").exists()


def test_the_manifest_says_how_pictures_were_prepared_and_none_asks_for_the_size(cli, spec, tmp_path):
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    assert manifest_of(tmp_path / "out").spec["prepare"] == "square-resize"
    Image.fromarray(smooth_picture(5, 40)).save(tmp_path / "stimuli/dog/large.png")
    change(spec, "max_steps: 60", "max_steps: 60\nprepare: none")
    code, _, err = cli("run", spec, "--out", tmp_path / "other")
    assert code == 1
    assert "large.png: has 40 x 40 px, and with `prepare: none` it must have 32 x 32" in lines(err)[-1]
    assert not (tmp_path / "other" / "manifest.json").exists()


def test_pictures_that_differ_are_no_look_alikes(cli, tmp_path):
    for number in range(60):
        Image.fromarray(smooth_picture(number)).save(tmp_path / f"{number}.png")
    _, out, err = cli("null", "tiny", "--stimuli", tmp_path, "--layer", "relu6")
    assert json.loads(out)["stimuli"] == 60
    assert "look-alikes" not in err
