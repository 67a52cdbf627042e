"""Weights: where they are looked for, layouts of checkpoint files, what does not fit, and seeds."""

import hashlib
import re

import pytest
import torch
from safetensors.torch import save_file

from synthesis.bundle.spec import FileWeights, RandomWeights, parse_weights
from synthesis.common.errors import UserError
from synthesis.networks.registry import load_network, registered
from synthesis.networks.sources import WeightsSource, promised_digest
from tests.synthesis.networks import tiny_body


def body(seed=11):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return tiny_body()


def prefixed(state, prefix):
    return {prefix + name: value for name, value in state.items()}


def robust(state):
    """The layout of the robustness library: the network twice, wrapped, beside the optimiser's state."""
    normaliser = {
        "module.normalizer.new_mean": torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1),
        "module.normalizer.new_std": torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1),
    }
    copies = prefixed(state, "module.model.") | prefixed(state, "module.attacker.model.")
    return {"model": normaliser | copies, "optimizer": {"state": {}}, "epoch": 90}


LAYOUTS = {
    "plain": lambda state: state,
    "wrapped": lambda state: {"state_dict": state, "epoch": 3},
    "parallel": lambda state: {"model": prefixed(state, "module.")},
    "robustness": robust,
    "half": lambda state: {k: v.half() if v.is_floating_point() else v for k, v in state.items()},
    "without counts": lambda state: {k: v for k, v in state.items() if not k.endswith("tracked")},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_gives_the_same_network(layout, tmp_path):
    wanted, path = body(), tmp_path / "weights.pt"
    torch.save(LAYOUTS[layout](wanted.state_dict()), path)
    network = load_network("tiny", FileWeights(file=path))
    assert network.weights_kind == "file"
    assert network.weights_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    loaded = network.module.network.state_dict()
    for name, value in wanted.state_dict().items():
        torch.testing.assert_close(loaded[name], value, rtol=1e-3, atol=1e-3)
    mean = 0.485 if layout == "robustness" else 0.5
    assert float(-network.module.shift[0] / network.module.scale[0]) == pytest.approx(mean)


def test_a_robust_checkpoint_of_a_registered_network(tmp_path):
    wanted = load_network("resnet50", RandomWeights(random=5))
    torch.save(robust(wanted.module.network.state_dict()), tmp_path / "robust.pt")
    network = load_network("resnet50", FileWeights(file=tmp_path / "robust.pt"))
    pictures = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(network.module(pictures), wanted.module(pictures))


def test_a_published_lowpass_checkpoint_stores_its_windows_too(tmp_path):
    wanted = load_network("lowpass_alexnet", RandomWeights(random=5)).module.network
    windows = {f"features.{at}.hann_window2d": torch.ones(1, 1, 7, 7) for at in (2, 5, 12)}
    windows["features.0.2.hann_window2d"] = torch.ones(1, 1, 15, 15)
    torch.save({"model": prefixed(wanted.state_dict() | windows, "module.model.")}, tmp_path / "lowpass.pt")
    network = load_network("lowpass_alexnet", FileWeights(file=tmp_path / "lowpass.pt"))
    assert torch.equal(network.module.network.classifier[6].weight, wanted.classifier[6].weight)


def test_hann_pooling_is_the_published_weighted_average():
    """By hand: a normalised outer product of two windows without their zeros, as one convolution."""
    from synthesis.networks.hearing.hann_pool import HannPool2d

    x = torch.rand(2, 3, 31, 30)
    line = torch.hann_window(9, periodic=False)[1:-1]
    window = torch.outer(line, line)
    window = (window / window.sum()).expand(3, 1, 7, 7)
    expected = torch.nn.functional.conv2d(x, window, stride=2, padding=2, groups=3)
    torch.testing.assert_close(HannPool2d(3, 9, 2, 2)(x), expected)
    assert HannPool2d(64, 17, 4, 5)(torch.ones(1, 64, 224, 224)).shape == (1, 64, 55, 55)


def test_a_checkpoint_that_does_not_fit_names_its_keys(tmp_path):
    state = body().state_dict()
    state["head.weight"] = state.pop("classifier.weight")
    state["classifier.bias"] = torch.zeros(10)
    for name in [name for name in state if name.startswith("norm3.0")]:
        del state[name]
    save_file(state, tmp_path / "other.safetensors")
    with pytest.raises(UserError) as caught:
        load_network("tiny", FileWeights(file=tmp_path / "other.safetensors"))
    assert str(caught.value) == (
        f"{tmp_path / 'other.safetensors'}: does not fit tiny: "
        "5 keys missing (norm3.0.weight, norm3.0.bias, norm3.0.running_mean, ...); "
        "1 keys unexpected (head.weight); 1 keys of another shape (classifier.bias (10,), here (1000,))"
    )


class NotWeights:
    pass


def test_files_that_are_no_weights(tmp_path):
    cases = {
        "missing.pt": (None, "no such weights file"),
        "text.pt": (b"not a checkpoint", "cannot be read as weights|holds objects other than weights"),
        "text.safetensors": (b"not a checkpoint", "cannot be read as weights"),
        "empty.pt": ({"epoch": 3}, "holds no weights"),
        "objects.pt": ({"model": NotWeights()}, "holds objects other than weights, which are not loaded"),
        "nan.pt": ({"a": torch.tensor([1.0, float("nan")])}, "NaN or infinite weights in a"),
        "net-00000000.pt": ({"a": torch.ones(1)}, "is damaged: its SHA-256 is"),
    }
    for file, (content, message) in cases.items():
        if isinstance(content, bytes):
            (tmp_path / file).write_bytes(content)
        elif content is not None:
            torch.save(content, tmp_path / file)
        with pytest.raises(UserError, match=message) as caught:
            load_network("tiny", FileWeights(file=tmp_path / file))
        assert "\n" not in str(caught.value)
        assert file in str(caught.value)


def test_the_local_folder_comes_first_then_the_package_then_the_download(tmp_path, monkeypatch):
    (tmp_path / "package_of_weights" / "models").mkdir(parents=True)
    for file in ("__init__.py", "models/net.pt"):
        (tmp_path / "package_of_weights" / file).touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("METAMERLAB_WEIGHTS", str(tmp_path / "mine"))
    source = WeightsSource("net.pt", "MIT", "test", "package_of_weights", lambda: tmp_path / "downloaded")
    assert source.find("net") == tmp_path / "package_of_weights" / "models" / "net.pt"
    assert WeightsSource("net.pt", "MIT", "test", download=source.download).find("net").name == "downloaded"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "net.pt").touch()
    assert source.find("net") == tmp_path / "mine" / "net.pt"


def test_without_a_network_one_line_says_which_file_to_put_where(tmp_path, monkeypatch):
    monkeypatch.setenv("METAMERLAB_WEIGHTS", str(tmp_path))

    def unreachable():
        raise OSError("no route to host\nand more")

    with pytest.raises(UserError) as caught:
        WeightsSource("net.pt", "MIT", "test", download=unreachable).find("net")
    assert str(caught.value) == (
        f"net: no weights: they could not be downloaded (no route to host); put net.pt into {tmp_path} "
        "(or a folder named by METAMERLAB_WEIGHTS), or say `weights: {random: SEED}`"
    )
    with pytest.raises(UserError, match=r"the package some-package is not installed; put net\.pt into"):
        WeightsSource("net.pt", "MIT", "test", package="some_package").find("net")
    with pytest.raises(UserError, match="lowpass_alexnet: there are no published weights"):
        load_network("lowpass_alexnet")


def test_published_weights_have_names_that_promise_their_digest():
    assert promised_digest("inception_v3_google-0cc3c7bd.pth") == "0cc3c7bd"
    assert promised_digest("robust.pt") == promised_digest("resnetv2_101.a1h_in1k.safetensors") == ""
    for entry in registered():
        if entry.weights and "torchvision" in entry.weights.description:
            assert promised_digest(entry.weights.file)


def test_torchvision_calls_the_weights_as_the_entries_do():
    import torchvision

    for entry in registered():
        if entry.weights and (found := re.search(r"(\w+_Weights\.\w+)", entry.weights.description)):
            weights = torchvision.models.get_weight(found[1])
            shown = weights.transforms()
            assert weights.url.endswith("/" + entry.weights.file)
            assert (shown.crop_size, shown.resize_size) == ([entry.input.size_px], [entry.input.resize_px])


def test_a_seed_is_a_network():
    one, same, other = (load_network("tiny", RandomWeights(random=seed)) for seed in (3, 3, 4))
    load_network.cache_clear()
    again = load_network("tiny", RandomWeights(random=3))
    assert one is same
    assert one.weights_sha256 == again.weights_sha256 != other.weights_sha256
    assert (again.weights_kind, again.weights_seed) == ("random", 3)
    state = torch.random.get_rng_state()
    load_network("tiny", RandomWeights(random=5))
    assert torch.equal(torch.random.get_rng_state(), state), "the global generator is left alone"


def test_the_command_line_s_words_for_weights():
    assert parse_weights(None) == parse_weights("published") == "published"
    assert parse_weights("random:7") == RandomWeights(random=7)
    assert parse_weights("robust.pt").file.name == "robust.pt"
