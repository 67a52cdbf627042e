"""Networks by name and by file: families of torchvision and timm, modules of one's own, and bad input."""

import pytest
import torch
from torch import nn

from synthesis.bundle.spec import FileWeights, RandomWeights
from synthesis.common.errors import UserError
from synthesis.networks.graph import cut
from synthesis.networks.modules import frozen
from synthesis.networks.registry import Layer, Network, PictureInput, load_network, network_layers
from synthesis.optimise.activations import Activations, MatchedActivation
from synthesis.optimise.checks import require_gradient
from tests.synthesis.test_activations import hooked

# Of each family a small member: residual, inverted residual, grouped and shuffled, dense, branched, squeezed,
# with standardised weights, without convolutions, with shifted windows.
FAMILIES = (
    "torchvision/resnet18",
    "torchvision/squeezenet1_1",
    "torchvision/mobilenet_v2",
    "torchvision/shufflenet_v2_x0_5",
    "torchvision/densenet121",
    "torchvision/googlenet",
    "torchvision/convnext_tiny",
    "torchvision/swin_t",
    "timm/resnet10t",
    "timm/regnetx_002",
    "timm/mobilenetv3_small_050",
    "timm/resnetv2_50x1_bit",
    "timm/repvgg_a0",
    "timm/vit_tiny_patch16_224",
    "timm/mixer_s32_224",
)
FIXED_SIZE = {"timm/vit_tiny_patch16_224": 224, "timm/mixer_s32_224": 224}


def noise(size_px=64):
    return torch.rand((1, 3, size_px, size_px), generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("name", FAMILIES)
def test_parts_of_a_network_by_name_match_the_untouched_network(name):
    network = load_network(name, RandomWeights(random=2))
    pictures = noise(FIXED_SIZE.get(name, 64))
    assert len(network.layers) >= 4
    for layer in (network.layers[0], network.layers[len(network.layers) // 2], network.layers[-1]):
        matched = MatchedActivation(network, layer)(pictures.clone().requires_grad_())
        assert matched.requires_grad
        expected = hooked(network.module, layer.node, pictures)
        # A part whose last module writes in place is seen before that; none of these ends so but in a clamp.
        expected = expected if matched.min() < 0 else expected.clamp(min=0)
        scale = float(expected.abs().max()) or 1.0  # timm starts some heads at zero
        torch.testing.assert_close(matched / scale, expected / scale, rtol=0, atol=2e-4)


def test_each_call_of_a_shared_relu_is_a_node_of_its_own_and_can_be_matched():
    network = load_network("torchvision/resnet18", RandomWeights(random=2))
    wanted = ["layer1.0.relu", "layer1.0.relu_1", "layer1.0"]
    network = network.including(wanted)
    names = [layer.name for layer in network.layers]
    assert [name for name in names if name in wanted] == wanted
    assert names.index("maxpool") < names.index("layer1.0.relu") < names.index("layer1.1")
    block, pictures = network.module.network.layer1[0], noise()
    with torch.no_grad():
        before = Activations(network.module, {"it": "network.maxpool"})(pictures)["it"]
        inner = block.bn1(block.conv1(before)).clamp(min=0)
        outer = (block.bn2(block.conv2(inner)) + before).clamp(min=0)
    for name, expected in zip(wanted, (inner, outer, outer), strict=True):
        matched = MatchedActivation(network, network.layer(name))(pictures)
        torch.testing.assert_close(matched, expected, rtol=1e-4, atol=1e-5)


class Shared(nn.Module):
    """One convolution and one batch norm, each called twice: neither may be folded into the other."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.norm.running_mean += 0.3
        self.norm.running_var *= 2

    def forward(self, x):
        return self.norm(self.conv(self.norm(self.conv(x)))).mean((2, 3))


class Standardised(nn.Conv2d):
    def forward(self, x):
        return nn.functional.conv2d(x, self.weight - self.weight.mean(), self.bias, self.stride, self.padding)


@pytest.mark.parametrize("body", [Shared, lambda: nn.Sequential(Standardised(3, 4, 3), nn.BatchNorm2d(4))])
def test_batch_norms_are_folded_only_where_that_changes_nothing(body):
    module = frozen(body())
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean += 0.3
    node = list(Network("n", module).nodes())[-1]
    pictures = noise(16)
    matched = MatchedActivation(Network("n", module), Layer("x", node))
    torch.testing.assert_close(matched(pictures), module(pictures))


def test_cutting_shares_the_weights_memory_and_leaves_the_network_alone():
    network = load_network("torchvision/resnet18", RandomWeights(random=2))
    before = {name: value.clone() for name, value in network.module.state_dict().items()}
    graph = cut(network.module, {"network.layer4"})
    pointers = {value.data_ptr() for value in network.module.state_dict().values()}
    assert all(value.data_ptr() in pointers for value in graph.state_dict().values())
    MatchedActivation(network, network.layer("layer4.1")).to(torch.bfloat16)
    for name, value in network.module.state_dict().items():
        assert value.dtype == before[name].dtype
        assert torch.equal(value, before[name])


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def test_a_network_that_cannot_be_followed_is_named_with_its_line():
    network = Network("odd", nn.Sequential(nn.Conv2d(3, 3, 1), Branching()))
    with pytest.raises(UserError, match=r"in Branching\.forward, line \d+ of .*test_network_families\.py"):
        network.including(["0"])


class Ends(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        x = self.conv(x)
        rounded, kind, size = torch.round(x), x.argmax(1), x.size(2)
        return x.mean((2, 3)) + rounded.mean() + kind.float().mean() + size + (x / 0).mean()


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("argmax", r"odd: layer argmax: has no gradient \(torch.int64"),
        ("size", "gives int, not a tensor"),
        ("round", "its gradient is zero everywhere"),
        ("truediv", "NaN or infinite"),
    ],
)
def test_a_layer_that_cannot_be_matched_is_refused(node, message):
    network = Network("odd", frozen(Ends()), input=PictureInput(8, 8))
    with pytest.raises(UserError, match=message):
        require_gradient(network, network.including([node]).layer(node))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet5", "unknown model 'resnet5'; known models: resnet50, "),
        ("torchvision/resnt18", "unknown model 'torchvision/resnt18'; the nearest names: resnet18"),
        ("timm/resnet10x", "the nearest names: resnet10t"),
        ("timm/resnet10t.mine", "timm has no weights 'mine' of it; it has resnet10t.c3_in1k"),
        ("nowhere/mine.py:make", r"nowhere/mine\.py: no such module file"),
    ],
)
def test_unknown_models_get_the_nearest_names(name, message):
    with pytest.raises(UserError, match=message):
        network_layers(name)


def test_an_unknown_layer_gets_the_nearest_layers_and_nodes():
    network = load_network("alexnet", RandomWeights(random=1))
    with pytest.raises(UserError, match=r"alexnet has no layer 'features\.33'; .*nearest: features\.3, "):
        network.including(["relu0", "features.33"])


MODULE = """\
import torch
from torch import nn
from synthesis.networks.registry import Layer, Network, PictureInput

class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.relu, self.fc = nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.Linear(8, 1000)
    def forward(self, x):
        return self.fc(self.relu(self.conv(x)).mean((2, 3)))

def plain():
    return Small()

def described():
    return Network("any", Small(), (Layer("first", "relu"),), PictureInput(32, 40))

def number():
    return 3

def failing():
    raise ValueError("no\\nweights")
"""


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(MODULE)
    return path


def test_a_module_of_one_s_own(own):
    plain = load_network(f"{own}:plain")
    assert (plain.name, plain.pictures.size_px, plain.weights_kind) == ("own.py:plain", 224, "published")
    assert [layer.name for layer in plain.layers] == ["conv", "relu", "fc"]
    assert plain.feature_node == "mean"
    described = load_network(f"{own}:described")
    assert described.input == PictureInput(32, 40)
    assert [layer.name for layer in described.including(["conv"]).layers] == ["conv", "first"]
    require_gradient(described, described.layer("first"))


def test_a_module_s_digest_covers_weights_and_source(own):
    first = load_network(f"{own}:plain")
    seeded = load_network(f"{own}:plain", RandomWeights(random=9))
    assert first.weights_sha256 != seeded.weights_sha256
    assert (seeded.weights_kind, seeded.weights_seed) == ("random", 9)
    load_network.cache_clear()
    again = load_network(f"{own}:plain")
    assert again.weights_sha256 == first.weights_sha256, "its random numbers are seeded"
    load_network.cache_clear()
    own.write_text(MODULE + "# changed\n")
    assert load_network(f"{own}:plain").weights_sha256 != first.weights_sha256


def test_weights_from_a_file_go_into_a_module_of_one_s_own(own, tmp_path):
    seeded = load_network(f"{own}:plain", RandomWeights(random=9))
    torch.save(seeded.module.state_dict(), tmp_path / "own.pt")
    stored = load_network(f"{own}:plain", FileWeights(file=tmp_path / "own.pt"))
    assert stored.weights_kind == "file"
    assert stored.weights_sha256 == seeded.weights_sha256


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("plian", "has no factory 'plian'; it has plain, "),
        ("number", "own.py:number returned int; it must return a torch nn.Module"),
        ("failing", "own.py:failing failed: ValueError: no weights"),
    ],
)
def test_factories_that_do_not_work(own, factory, message):
    with pytest.raises(UserError, match=message) as caught:
        load_network(f"{own}:{factory}")
    assert "\n" not in str(caught.value)


def test_a_module_with_a_mistake(own):
    own.write_text("import nothing_of_that_name\n")
    with pytest.raises(UserError, match="cannot be run: ModuleNotFoundError: No module named"):
        load_network(f"{own}:plain")
