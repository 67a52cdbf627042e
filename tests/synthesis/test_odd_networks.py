"""Users' networks that are odd: of another precision, with flags, that never repeat themselves, too large for
their input. Each gives a bundle, or one clear line and nothing but the lock of the run that was refused.
"""

import json

import pytest
import torch

from synthesis.bundle.manifest import Manifest
from synthesis.bundle.store import BundleStore
from synthesis.networks.checkpoint import converted
from synthesis.networks.registry import load_network
from synthesis.optimise.clamps import freed_clamps
from tests.synthesis.networks import tiny_body
from tests.synthesis.sound_networks import write_clips
from tests.synthesis.test_run_networks import edit

HEAD = """\
import torch
from torch import nn
from torch.nn import functional
from synthesis.networks.registry import Layer, Network, PictureInput, SoundInput
from tests.synthesis.networks import TinyBody

def of(module, size_px=32):
    return Network("any", module, input=PictureInput(size_px, size_px))
"""


@pytest.fixture
def own(spec, tmp_path):
    """A spec of few steps for a module of one's own, whose code is given; layer relu1."""
    edit(
        spec,
        ("max_steps: 60", "max_steps: 2\nattempts: 1"),
        ("[relu6, relu1]", "[relu1]"),
        ("model: tiny", "model: own.py:make"),
    )

    def write(code, *edits):
        (tmp_path / "own.py").write_text(HEAD + code)
        edit(spec, *edits)
        return spec

    return write


def manifest_of(cli, spec, out, *options) -> Manifest:
    code, _, err = cli("run", spec, "--out", out)
    assert code == 0, err
    code, _, err = cli("verify", out, *options)
    assert code == 0, err
    return BundleStore(out).read_manifest()


def refusal(cli, spec, out) -> str:
    code, _, err = cli("run", spec, "--out", out)
    assert code == 1
    (line,) = err.strip().splitlines()
    left = {file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_file()}
    assert left <= {"journal/.lock"}
    return line


@pytest.mark.parametrize(
    ("cast", "words"), [("half", "float16"), ("double", "float64"), ("bfloat16", "bfloat16")]
)
def test_a_module_of_another_precision_is_converted_and_its_record_says_so(cast, words, cli, own, tmp_path):
    spec = own(f"def make():\n    return of(TinyBody().{cast}())\n")
    manifest = manifest_of(cli, spec, tmp_path / "out", "--model", tmp_path / "own.py:make")
    assert manifest.model.weights == f"as the factory makes them, converted from {words} to float32"
    module = load_network(f"{tmp_path}/own.py:make").module
    assert {value.dtype for value in module.parameters()} == {torch.float32}


@pytest.mark.parametrize(("dtype", "words"), [(torch.float16, "float16"), (torch.float64, "float64")])
def test_a_checkpoint_of_another_precision_is_converted_and_its_record_says_so(
    dtype, words, cli, spec, tmp_path
):
    state = {
        name: v.to(dtype) if v.is_floating_point() else v for name, v in tiny_body().state_dict().items()
    }
    torch.save(state, tmp_path / "mine.pt")
    edit(
        spec,
        ("max_steps: 60", "max_steps: 2\nattempts: 1"),
        ("model: tiny", "model: tiny\nweights: {file: mine.pt}"),
    )
    manifest = manifest_of(cli, spec, tmp_path / "out", "--weights", tmp_path / "mine.pt")
    assert manifest.model.weights == f"file mine.pt, converted from {words} to float32"


def test_a_checkpoint_of_whole_numbers_is_refused(cli, spec, tmp_path):
    state = tiny_body().state_dict()
    state["conv1.weight"] = (100 * state["conv1.weight"]).to(torch.int8)
    torch.save(state, tmp_path / "mine.pt")
    edit(spec, ("model: tiny", "model: tiny\nweights: {file: mine.pt}"))
    assert refusal(cli, spec, tmp_path / "out").endswith("1 keys of another type (conv1.weight torch.int8)")


def test_a_forward_that_casts_its_input_is_refused_where_it_no_longer_fits(cli, own, tmp_path):
    spec = own(
        "class Net(TinyBody):\n    def forward(self, x):\n        return super().forward(x.half())\n\n"
        "def make():\n    return of(Net().half())\n"
    )
    line = refusal(cli, spec, tmp_path / "out")
    assert line.startswith("own.py:make: fails when it is shown a picture of 32 x 32 px (RuntimeError: ")


NEVER_THE_SAME = {
    "dropout": "functional.dropout(super().forward(x), 0.5, training=True)",
    "noise": "super().forward(x + 0.1 * torch.randn_like(x))",
    "noise of a fixed shape": "super().forward(x + 0.1 * torch.randn(1, 3, 32, 32))",
    "a dropout that is switched on": "self.drop.train()(super().forward(x))",
    "training": "super().forward(self.train().drop(x))",
}


@pytest.mark.parametrize("kind", NEVER_THE_SAME)
def test_a_network_that_does_not_repeat_itself_is_refused(kind, cli, own, tmp_path):
    spec = own(
        "class Net(TinyBody):\n    def __init__(self):\n        super().__init__()\n"
        "        self.drop = nn.Dropout(0.5)\n\n"
        f"    def forward(self, x):\n        return {NEVER_THE_SAME[kind]}\n\n"
        "def make():\n    return of(Net())\n"
    )
    line = refusal(cli, spec, tmp_path / "out")
    assert line.startswith("own.py:make: two passes of the same picture differ by ")
    assert line.endswith(
        "of the output's norm; metamers need a network that repeats itself: switch off dropout and noise in "
        "its forward"
    )


def test_a_network_that_its_graph_does_not_follow_is_refused(cli, own, tmp_path):
    """The noise is the same at each pass, and another one in each graph."""
    spec = own(
        "import itertools\nnumber = itertools.count()\n\n"
        "class Net(TinyBody):\n    def forward(self, x):\n"
        "        level = 0.0 if isinstance(x, torch.Tensor) else 1.0 + next(number)\n"
        "        return super().forward(x) + level\n\n"
        "def make():\n    return of(Net())\n"
    )
    line = refusal(cli, spec, tmp_path / "out")
    assert line.startswith("own.py:make: its output differs by ")
    assert "from that of its graph, as torch.fx follows it" in line


def test_noise_that_is_drawn_once_is_part_of_the_network(cli, own, tmp_path):
    spec = own(
        "class Net(TinyBody):\n    def __init__(self):\n        super().__init__()\n"
        "        self.register_buffer('noise', 0.1 * torch.randn(1, 3, 32, 32))\n\n"
        "    def forward(self, x):\n        return super().forward(x + self.noise)\n\n"
        "def make():\n    return of(Net())\n"
    )
    manifest_of(cli, spec, tmp_path / "out", "--model", tmp_path / "own.py:make")


@pytest.mark.parametrize("layer", ["relu1", "fc"])
def test_pictures_that_are_too_small_are_one_line(layer, cli, own, tmp_path):
    spec = own(
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv, self.relu1 = nn.Conv2d(3, 4, 11, stride=4), nn.ReLU()\n"
        "        self.pool, self.fc = nn.MaxPool2d(9), nn.Linear(4, 1000)\n\n"
        "    def forward(self, x):\n"
        "        return self.fc(self.pool(self.relu1(self.conv(x))).flatten(1))\n\n"
        "def make():\n    return of(Net(), 32)\n",
        ("[relu1]", f"[{layer}]"),
    )
    line = refusal(cli, spec, tmp_path / "out")
    assert line.startswith("own.py:make: fails when it is shown a picture of 32 x 32 px (RuntimeError: ")
    assert line.endswith(
        "if that is too small for it, say a larger `input` in its Network, else mend its forward"
    )


def test_clips_shorter_than_the_receptive_field_are_one_line(cli, own, tmp_path):
    write_clips(tmp_path / "clips", each=1)
    spec = own(
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv, self.relu1, self.fc = nn.Conv1d(1, 4, 801), nn.ReLU(), nn.Linear(4, 3)\n\n"
        "    def forward(self, x):\n        return self.fc(self.relu1(self.conv(x[:, None])).mean(2))\n\n"
        "def make():\n"
        "    words = ('about', \"don't\", 'zebra')\n"
        "    return Network('any', Net(), input=SoundInput(8000, 400), answers=words)\n",
        ("stimuli: stimuli", "stimuli: clips\ndecision: words"),
        ('null_stimuli: "null"\n', ""),
    )
    line = refusal(cli, spec, tmp_path / "out")
    assert line.startswith("own.py:make: fails when it is shown a sound of 0.05 s at 8000 Hz (RuntimeError: ")
    code, _, err = cli("null", f"{tmp_path / 'own.py'}:make", "--stimuli", tmp_path / "clips")
    assert code == 1
    assert len(err.strip().splitlines()) == 1


def test_the_matched_clamp_is_freed_unless_the_spec_says_kept(cli, spec, tmp_path):
    edit(spec, ("max_steps: 60", "max_steps: 3\nattempts: 1"), ("[relu6, relu1]", "[relu1]"))
    blobs = {}
    for wanted in ("freed", "kept"):
        chosen = tmp_path / f"{wanted}.yaml"
        chosen.write_text(spec.read_text() + f"matched_clamp: {wanted}\n")
        manifest = manifest_of(cli, chosen, tmp_path / wanted)
        assert manifest.spec["matched_clamp"] == wanted
        blobs[wanted] = [item.blob.sha256 for item in manifest.items]
    assert not set(blobs["freed"]) & set(blobs["kept"])
    code, out, _ = cli("run", spec, "--out", tmp_path / "default")
    assert code == 0
    assert json.loads(out)
    items = BundleStore(tmp_path / "default").read_manifest().items
    assert [item.blob.sha256 for item in items] == blobs["freed"]
    code, _, err = cli("run", tmp_path / "kept.yaml", "--out", tmp_path / "freed")
    assert code == 1
    assert "holds the finished bundle of another spec" in err
    network = load_network("tiny")
    assert [freed_clamps(network, layer) for layer in network.layers] == [
        ("relu1",),
        (),
        ("norm3.1",),
        (),
        (),
    ]


def test_an_unfinished_run_is_not_continued_with_the_other_gradient(cli, spec, tmp_path):
    edit(spec, ("max_steps: 60", "max_steps: 3\nattempts: 1"), ("[relu6, relu1]", "[relu1]"))
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    freed = BundleStore(tmp_path / "out").read_manifest()
    (tmp_path / "out" / "manifest.json").unlink()
    spec.write_text(spec.read_text() + "matched_clamp: kept\n")
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    kept = BundleStore(tmp_path / "out").read_manifest()
    assert {i.blob.sha256 for i in freed.items}.isdisjoint(i.blob.sha256 for i in kept.items)


def test_only_what_was_converted_is_said_to_be():
    full, half = torch.zeros(1), torch.zeros(1, dtype=torch.float16)
    assert converted([full, torch.zeros(1, dtype=torch.int64)]) == ""
    assert converted([half, full]) == ", converted from float16 to float32"
