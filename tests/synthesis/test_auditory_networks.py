"""The auditory networks: their layers in graphs, gradients, and each against what it is written after."""

from dataclasses import replace

import pytest
import torch
from timm.layers import Conv2dSame
from torch import nn
from torch.nn import functional

from synthesis.hearing.settings import FEATHER2019, FEATHER2023
from synthesis.networks.graph import output_node
from synthesis.networks.hearing.cochcnn import CochCNN, CochCNNSettings
from synthesis.networks.hearing.first_conv import FirstConv2dSame
from synthesis.networks.hearing.vggish import LogMel, VGGish
from synthesis.optimise.activations import Activations, MatchedActivation
from tests.synthesis.auditory_networks import COCHCNN, ENTRIES, REDUCED, seeded, small_networks, sounds
from tests.synthesis.test_networks import calls_in_order, close, inside, output_of, watched

NETWORKS = small_networks()
LAYERS = [(name, layer.name) for name, network in NETWORKS.items() for layer in network.layers]
# For each layer that comes out of a clamp: the module whose last input (into) or output is what is clamped.
_RELUS = {name: f"into {name}" for name in ("relu2", "relu3", "relu4", "relufc")}
CLAMPED = {
    "cochcnn9": {"relu0": "into relu0", "relu1": "into relu1", **_RELUS},
    "cochcnn9_reduced_aliasing": _RELUS,
    "cochresnet50": {
        "conv1_relu1": "into resnet.act1",
        "layer1": "into resnet.layer1.0.act3",
        "layer2": "into resnet.layer2.1.act3",
        "layer3": "into resnet.layer3.0.act3",
        "layer4": "into resnet.layer4.1.act3",
    },
    "vggish": {
        layer.name: f"into {layer.node}" for layer in NETWORKS["vggish"].layers if layer.name != "log_mel"
    },
    "spectemp_filters": {},
    "deepspeech": {name: f"{name}.fc" for name in ("fc1", "fc2", "fc3", "fc4")},
}


@pytest.mark.parametrize(("name", "layer_name"), LAYERS)
def test_the_matched_activation_is_the_network_s_with_the_batch_first(name, layer_name):
    network = NETWORKS[name]
    layer, two = network.layer(layer_name), sounds(network, batch=2)
    with torch.no_grad():
        matched = MatchedActivation(network, layer)(two)
        plain = Activations(network.module, {"it": layer.node})(two)["it"]
        if layer_name != "rnn":  # the sum of two directions, which no module returns
            close(matched, output_of(network, layer, two))
        close(plain, matched)
        assert len(matched) == 2
        close(matched[1:], MatchedActivation(network, layer)(two[1:]))


@pytest.mark.parametrize(("name", "layer_name"), [pair for pair in LAYERS if pair[1] in CLAMPED[pair[0]]])
def test_the_matched_clamp_has_the_gradient_of_its_input(name, layer_name):
    network, where = NETWORKS[name], CLAMPED[name][layer_name]
    one, again = (sounds(network).requires_grad_() for _ in range(2))
    output = MatchedActivation(network, network.layer(layer_name))(one)
    source = watched(network.module, [where.removeprefix("into ")], again, where.startswith("into "))
    assert bool((output != source).any())
    cotangent = torch.randn(output.shape, generator=torch.Generator().manual_seed(4))
    (gradient,) = torch.autograd.grad(output, one, cotangent)
    (expected,) = torch.autograd.grad(source, again, cotangent)
    close(gradient, expected, tolerance=2e-3)


@pytest.mark.parametrize(("name", "layer_name"), [pair for pair in LAYERS if pair[1] not in CLAMPED[pair[0]]])
def test_other_layers_keep_the_network_s_gradient(name, layer_name):
    network = NETWORKS[name]
    layer = network.layer(layer_name)
    one, again = (sounds(network).requires_grad_() for _ in range(2))
    output = MatchedActivation(network, layer)(one)
    expected_output = Activations(network.module, {"it": layer.node})(again)["it"]
    cotangent = torch.randn(output.shape, generator=torch.Generator().manual_seed(4))
    (gradient,) = torch.autograd.grad(output, one, cotangent)
    (expected,) = torch.autograd.grad(expected_output, again, cotangent)
    assert float(gradient.abs().max()) > 0
    close(gradient, expected, tolerance=2e-3)


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_nothing_after_a_layer_is_left(name):
    network = NETWORKS[name]
    order = calls_in_order(network.module, sounds(network))
    for layer in network.layers[:-1]:
        places = [place for place, path in enumerate(order) if inside(path, layer.node)]
        graph = MatchedActivation(network, layer).graph.graph
        called = {str(node.target) for node in graph.nodes if node.op == "call_module"}
        end = max(places) if places else order.index("bi_rnn")
        late = {path for path in called if any(inside(after, path) for after in order[end + 1 :])}
        assert called
        assert not late, layer


@pytest.mark.parametrize(
    "name", ["cochcnn9", "cochcnn9_reduced_aliasing", "cochresnet50", "spectemp_filters"]
)
def test_the_cochleagram_is_one_node_and_no_part_of_the_state(name):
    network = NETWORKS[name]
    assert network.nodes()[0] == "cochleagram"
    assert not [node for node in network.nodes() if node.startswith("cochleagram.")]
    assert not [key for key in network.module.state_dict() if "cochleagram" in key]


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_logits_and_features_are_where_the_entry_says(name):
    network = NETWORKS[name]
    nodes = {"features": network.feature_node, "logits": output_node(network.module)}
    outputs = Activations(network.module, nodes)(sounds(network, batch=2))
    with torch.no_grad():
        torch.testing.assert_close(outputs["logits"], network.module(sounds(network, batch=2)))
    last = [part for part in network.module.modules() if isinstance(part, nn.Linear)][-1]
    assert outputs["features"].shape[-1] == last.in_features
    assert outputs["logits"].shape[-1] == last.out_features


def test_in_bfloat16_a_step_stays_near_float32():
    network = NETWORKS["cochcnn9_reduced_aliasing"]
    activation = MatchedActivation(network, network.layer("relu4"))
    with torch.autocast("cpu", torch.bfloat16):
        coarse = activation(sounds(network))
    assert float((coarse.float() - activation(sounds(network))).norm() / coarse.float().norm()) < 0.03


def same(x, kernel, stride, value=0.0):
    """TensorFlow's padding by its definition: output ceil(n / stride), the odd zero at the end."""
    sides = []
    for size, length, step in zip(x.shape[:1:-1], kernel[::-1], stride[::-1], strict=True):
        total = max((-(-size // step) - 1) * step + length - size, 0)
        sides += [total // 2, total - total // 2]
    return functional.pad(x, sides, value=value)


def hann(x, stride):
    """By definition: one convolution with the outer product of two Hann windows of 4 strides, sum 1."""
    length, channels = 4 * stride, x.shape[1]
    line = 0.5 * (1 - torch.cos(2 * torch.pi * torch.arange(length) / (length - 1)))
    window = torch.outer(line, line) / line.sum() ** 2
    padded = same(x, (length, length), (stride, stride))
    return functional.conv2d(padded, window.expand(channels, 1, -1, -1), None, stride, groups=channels)


def written_out(net, x, smooth):
    """The published table, layer by layer: kernel, stride, pooling."""

    def conv(x, index, kernel, stride):
        part = getattr(net, f"conv{index}")
        if smooth and stride > 1:
            whole = functional.conv2d(same(x, kernel, (1, 1)), part.weight, part.bias)
            return hann(whole.clamp(min=0), stride)
        padded = same(x, kernel, (stride, stride))
        return functional.conv2d(padded, part.weight, part.bias, stride).clamp(min=0)

    def pool(x):
        padded = same(x, (2, 5), (2, 2), value=-torch.inf)
        return hann(x, 2) if smooth else functional.max_pool2d(padded, (2, 5), 2)

    x = net.batchnorm0(net.cochleagram(x))
    x = net.batchnorm1(pool(conv(x, 0, (7, 14), 3)))
    x = net.batchnorm2(pool(conv(x, 1, (4, 8), 2)))
    for index in (2, 3, 4):
        x = conv(x, index, (2, 5), 1)
    x = functional.avg_pool2d(same(x, (2, 5), (2, 2)), (2, 5), 2)
    return net.classification(net.fullyconnected(x.flatten(1)).clamp(min=0))


@pytest.mark.parametrize("settings", [COCHCNN, REDUCED], ids=["max", "hann"])
def test_cochcnn_is_the_published_table(settings):
    net = seeded(lambda: CochCNN(settings)).eval()
    two = sounds(NETWORKS["cochcnn9"], batch=2)
    with torch.no_grad():
        close(net(two), written_out(net, two, settings.reduced_aliasing), tolerance=1e-5)


def test_cochcnn_has_the_published_sizes():
    assert CochCNNSettings().pooled_size == CochCNNSettings(cochleagram=FEATHER2019).pooled_size == (5, 9)
    assert CochCNNSettings().cochleagram == FEATHER2023
    with torch.device("meta"):
        net = CochCNN(CochCNNSettings(conv_bias=False))
    shapes = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    assert shapes["conv0.weight"] == (96, 1, 7, 14)
    assert shapes["conv3.weight"] == (1024, 512, 2, 5)
    assert shapes["fullyconnected.weight"] == (4096, 512 * 5 * 9)
    assert shapes["classification.weight"] == (794, 4096)


@pytest.mark.parametrize("settings", [COCHCNN, REDUCED], ids=["max", "hann"])
def test_training_norms_fold_into_the_published_layers(settings):
    net = seeded(lambda: CochCNN(settings, training_norms=True)).eval()
    two = sounds(NETWORKS["cochcnn9"], batch=2)
    folded = net.folded()
    with torch.no_grad():
        close(folded(two), net(two), tolerance=1e-5)
        close(folded.features(two), net.features(two), tolerance=1e-5)
    assert folded.state_dict().keys() == CochCNN(folded.settings).state_dict().keys()
    assert not folded.training
    assert [name for name, _ in net.named_modules() if name == "norm0"]  # the original is as it was
    assert isinstance(net.norm0, nn.BatchNorm2d)


def test_numbers_that_make_no_network_are_named():
    with pytest.raises(ValueError, match="the five widths must each be at least 1"):
        CochCNNSettings(widths=(1, 2, 3, 4, 0))
    with pytest.raises(ValueError, match="dropout 1 must be from 0 to below 1"):
        CochCNNSettings(dropout=1)


def test_log_mel_frames_by_definition():
    """One frame of a tone by hand: its energy lies in the bands around it, 10 ms from frame to frame."""
    tone = 0.1 * torch.sin(2 * torch.pi * 1_000 * torch.arange(15_600) / 16_000)
    levels = LogMel()(tone[None])
    assert levels.shape == (1, 1, 1, 96, 64)
    mel = [1127 * torch.log1p(torch.tensor(hz / 700)) for hz in (125.0, 1_000.0, 7_500.0)]
    band = float((mel[1] - mel[0]) / (mel[2] - mel[0]) * 65 - 1)
    assert abs(int(levels[0, 0, 0, 50].argmax()) - band) <= 1
    window = 0.5 - 0.5 * torch.cos(2 * torch.pi * torch.arange(400, dtype=torch.float64) / 400)
    frame = tone[50 * 160 : 50 * 160 + 400].double() * window
    times = torch.arange(400, dtype=torch.float64)
    spectrum = [abs(torch.sum(frame * torch.exp(-2j * torch.pi * k / 512 * times))) for k in range(257)]
    expected = torch.log(torch.stack(spectrum) @ LogMel().bands.double() + 0.01)
    torch.testing.assert_close(levels[0, 0, 0, 50].double(), expected, rtol=1e-4, atol=1e-4)
    assert float(LogMel()(torch.zeros(1, 15_600)).max()) == pytest.approx(-4.60517)


def test_vggish_takes_a_longer_clip_patch_by_patch():
    longer, one = seeded(lambda: VGGish(2, fc_width=16)).eval(), seeded(lambda: VGGish(1, fc_width=16)).eval()
    two = sounds(NETWORKS["deepspeech"], batch=8).reshape(2, 32_000)
    second = 96 * 160
    with torch.no_grad():
        embeddings = longer(two)
        assert embeddings.shape == (2, 2, 128)
        close(embeddings[:, :1], one(two[:, :15_600]))
        close(embeddings[:, 1:], one(two[:, second : second + 15_600]))
    assert bool((embeddings[:, 0] != embeddings[:, 1]).any())


def test_the_pair_of_2019_differs_in_its_pooling_alone():
    plain, reduced = (ENTRIES[name].build for name in ("cochcnn9_2019", "cochcnn9_reduced_aliasing"))
    with torch.device("meta"):
        nets = plain(), reduced()
    assert nets[0].settings == replace(nets[1].settings, reduced_aliasing=False)
    assert nets[0].settings.cochleagram == FEATHER2019
    states = [{name: value.shape for name, value in net.state_dict().items()} for net in nets]
    assert states[0] == states[1], "one checkpoint's layout fits both"


def test_deepspeech_is_torchaudio_s_on_frames_with_their_context():
    from torchaudio.models import DeepSpeech

    net = NETWORKS["deepspeech"].module
    library = DeepSpeech(494, 12, 29).eval()
    own = {key: value for key, value in net.state_dict().items() if not key.startswith("mfcc")}
    library.load_state_dict(own)
    two = sounds(NETWORKS["deepspeech"], batch=2)
    frames = net.mfcc(two)
    assert frames.shape == (2, 1, 24, 494)
    middle, at_9 = frames[0, 0, :, 9 * 26 : 10 * 26], frames[0, 0, 12].unflatten(0, (19, 26))
    assert torch.equal(at_9, middle[3:22])  # frame 12 sees 3 to 21
    assert not bool(frames[0, 0, 0, : 9 * 26].any())  # nothing before the first
    for index in range(2):  # the library's time axis stands where the batch does: one at a time
        letters = library(frames[index : index + 1])
        torch.testing.assert_close(functional.log_softmax(net(two), -1)[index : index + 1], letters)


@pytest.mark.parametrize(("stride", "bias"), [(1, False), (3, True)])
def test_the_first_convolution_is_the_plain_one_with_other_arithmetic(stride: int, bias: bool) -> None:
    first = FirstConv2dSame(1, 6, (7, 14), stride, bias=bias).double()
    plain = Conv2dSame(1, 6, (7, 14), stride, bias=bias).double()
    plain.load_state_dict(first.state_dict())
    x = torch.randn(2, 1, 23, 31, dtype=torch.float64, requires_grad=True)
    outputs = [conv(x) for conv in (first, plain)]
    torch.testing.assert_close(*outputs)
    weights = torch.randn_like(outputs[0])
    gradients = [
        torch.autograd.grad(output, [x, *conv.parameters()], weights)
        for output, conv in zip(outputs, (first, plain), strict=True)
    ]
    torch.testing.assert_close(*gradients)
    assert torch.equal(first(x.detach()), plain(x.detach()))
