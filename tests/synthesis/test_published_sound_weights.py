"""Weights of others for the auditory networks: the papers' layout, ports of VGGish, torchaudio's bundles."""

from dataclasses import replace

import pytest
import torch

from synthesis.bundle.spec import FileWeights, RandomWeights
from synthesis.common.errors import UserError
from synthesis.networks.hearing.cochcnn import CochCNN, CochCNNSettings
from synthesis.networks.hearing.cochresnet import CochResNet
from synthesis.networks.hearing.vggish import VGGish
from synthesis.networks.hearing.wav2vec2 import wav2vec2_entry
from synthesis.networks.loading import from_entry
from synthesis.networks.registry import SoundInput, load_network
from synthesis.optimise.activations import MatchedActivation
from tests.synthesis.auditory_networks import COCHCNN, EAR, ENTRIES, seeded

SOUND = 0.1 * torch.randn(1, EAR.samples, generator=torch.Generator().manual_seed(0))
PUBLISHED = replace(COCHCNN, conv_bias=False)
# The parameters of model_metamers_pytorch's kell2018, as its code names them.
NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
KELL2018 = {
    *(f"batchnorm{index}.{leaf}" for index in range(3) for leaf in NORM),
    *(f"conv{index}.weight" for index in range(5)),
    *(f"{part}.{leaf}" for part in ("fullyconnected", "classification") for leaf in ("weight", "bias")),
}


def resnet():
    return CochResNet(7, EAR, channels=(4, 5, 6, 7), blocks=(1, 2, 1, 2))


SMALL = {
    "cochcnn9": replace(ENTRIES["cochcnn9"], build=lambda: CochCNN(PUBLISHED)),
    "cochresnet50": replace(ENTRIES["cochresnet50"], build=resnet),
}


def published(state, wrapped):
    """A checkpoint as model_metamers_pytorch saves it, the front end inside the network or before it."""
    network = {f"module.{place}.{'1.' if wrapped else ''}": state for place in ("model", "attacker.model")}
    saved = {prefix + name: value for prefix, values in network.items() for name, value in values.items()}
    front = "Cochleagram.compute_subbands.coch_filters", "Cochleagram.downsampling.downsample_filter"
    ears = ("model.0.full_rep.rep", "attacker.model.0.full_rep.rep")
    if not wrapped:
        ears = ("preproc.audio_preproc.full_rep.rep", "attacker.preproc.audio_preproc.full_rep.rep")
    saved |= {f"module.{place}.{name}": torch.ones(2, 3) for place in ears for name in front}
    for place in ("preproc", "attacker.preproc"):
        saved[f"module.{place}.normalize.new_mean"] = torch.zeros(1, 1, 1)
        saved[f"module.{place}.normalize.new_std"] = torch.ones(1, 1, 1)
    return {"model": saved, "epoch": 90, "optimizer": {"state": {}}}


@pytest.mark.parametrize("wrapped", [True, False], ids=["front end inside", "front end before"])
@pytest.mark.parametrize("name", sorted(SMALL))
def test_the_papers_checkpoints_load(name, wrapped, tmp_path):
    wanted = seeded(SMALL[name].build).eval()
    state = {key.removeprefix("resnet."): value for key, value in wanted.state_dict().items()}
    torch.save(published(state, wrapped), tmp_path / "checkpoint.pt")
    network = from_entry(SMALL[name], FileWeights(file=tmp_path / "checkpoint.pt"))
    with torch.no_grad():  # as the loaded network, whose weights need no gradient
        assert torch.equal(network.module(SOUND), wanted(SOUND))
    assert network.weights_kind == "file"
    assert network.answers == ()


def test_cochcnn9_has_the_parameters_of_the_papers_code():
    with torch.device("meta"):
        assert ENTRIES["cochcnn9"].build().state_dict().keys() == KELL2018


def test_cochresnet50_has_the_parameters_of_torchvision_s_resnet50_on_one_channel():
    from torchvision.models import resnet50

    with torch.device("meta"):
        own, library = ENTRIES["cochresnet50"].build().state_dict(), resnet50(num_classes=794).state_dict()
    assert own.keys() == {f"resnet.{key}" for key in library}
    different = [key for key in library if library[key].shape != own[f"resnet.{key}"].shape]
    assert different == ["conv1.weight"]
    assert own["resnet.conv1.weight"].shape == (64, 1, 7, 7)


def test_cochresnet50_is_torchvision_s_resnet50_on_a_cochleagram():
    """The same function, stride of the 3 x 3 convolutions included, as the papers' code has it."""
    from torchvision.models import resnet50

    net = seeded(lambda: CochResNet(794, EAR)).eval()
    library = resnet50(num_classes=794)
    library.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    library.load_state_dict({k.removeprefix("resnet."): v for k, v in net.state_dict().items()})
    with torch.no_grad():
        torch.testing.assert_close(net(SOUND), library.eval()(net.cochleagram(SOUND)), rtol=1e-3, atol=1e-3)


def test_the_lines_of_a_text_file_beside_the_weights_are_the_answers(tmp_path):
    torch.save(seeded(SMALL["cochcnn9"].build).state_dict(), tmp_path / "kell.pt")
    (tmp_path / "kell.txt").write_text("\nabout\nabove\nafter\nagain\nall\nalso\n")
    file = FileWeights(file=tmp_path / "kell.pt")
    answers = from_entry(SMALL["cochcnn9"], file).answers
    assert answers == ("", "about", "above", "after", "again", "all", "also")
    (tmp_path / "kell.txt").write_text("one\ntwo\n")
    with pytest.raises(UserError, match=r"kell\.txt: has 2 lines; the network has 7 logits, one line each"):
        from_entry(SMALL["cochcnn9"], file)


def test_a_checkpoint_of_other_sizes_is_refused_with_its_shapes(tmp_path):
    other = CochCNNSettings(7, EAR, (4, 5, 6, 7, 9), 9, conv_bias=False)
    torch.save(CochCNN(other).state_dict(), tmp_path / "other.pt")
    with pytest.raises(UserError, match=r"other\.pt: does not fit cochcnn9: 2 keys of another shape \(conv4"):
        from_entry(SMALL["cochcnn9"], FileWeights(file=tmp_path / "other.pt"))


@pytest.mark.parametrize("prefixes", [("features", "embeddings"), ("features_network", "embedding_network")])
def test_vggish_of_either_port_loads(prefixes, tmp_path):
    small = replace(ENTRIES["vggish"], build=lambda: VGGish(fc_width=16))
    wanted = small.build().eval()
    renamed = dict(zip(("features", "embeddings"), prefixes, strict=True))
    state = {
        ".".join((renamed[key.split(".")[0]], *key.split(".")[1:])): value
        for key, value in wanted.state_dict().items()
    }
    torch.save({**state, "pproc.pca_means": torch.zeros(128, 1)}, tmp_path / "vggish.pt")
    network = from_entry(small, FileWeights(file=tmp_path / "vggish.pt"))
    sound = 0.1 * torch.randn(1, 15_600)
    assert torch.equal(network.module(sound), wanted(sound))
    assert network.input == SoundInput(16_000, 15_600)


@pytest.fixture(params=["base", "large"])
def bundle(request, monkeypatch):
    """A small bundle among torchaudio's: of the first kind, or with norms first and a normalised waveform."""
    import torchaudio

    described = torchaudio.pipelines.WAV2VEC2_ASR_BASE_960H
    sizes = {
        "extractor_conv_layer_config": [(8, 10, 5), (8, 8, 8), (8, 8, 8)],
        "encoder_embed_dim": 12,
        "encoder_pos_conv_groups": 4,
        "encoder_num_layers": 2,
        "encoder_num_heads": 3,
        "encoder_ff_interm_features": 16,
    }
    if request.param == "large":
        sizes |= {"encoder_layer_norm_first": True, "extractor_mode": "layer_norm"}
    parameters = {**described._params, **sizes}
    small = replace(described, _params=parameters, _normalize_waveform=request.param == "large")
    monkeypatch.setattr(torchaudio.pipelines, "WAV2VEC2_SMALL", small, raising=False)
    load_network.cache_clear()
    yield small
    load_network.cache_clear()


def test_a_bundle_s_file_gives_torchaudio_s_network(bundle, tmp_path, monkeypatch):
    from torchaudio.pipelines._wav2vec2 import utils

    torch.manual_seed(0)
    library = utils._get_model(bundle._model_type, bundle._params)
    sound = 0.1 * torch.randn(1, 32_000) + 0.02
    wanted, _ = utils._extend_model(library, bundle._normalize_waveform).eval()(sound)
    state = library.state_dict()
    for name in ("aux.weight", "aux.bias"):  # the published files have three rows more
        row = torch.full_like(state[name][:1], 7.0)
        state[name] = torch.cat([state[name][:1], row, row, row, state[name][1:]])
    position = "encoder.transformer.pos_conv_embed.conv."
    for part, old in (("0", "weight_g"), ("1", "weight_v")):  # as files of older versions have them
        state[position + old] = state.pop(f"{position}parametrizations.weight.original{part}")
    monkeypatch.setenv("METAMERLAB_WEIGHTS", str(tmp_path))
    torch.save(state, tmp_path / "wav2vec2_fairseq_base_ls960_asr_ls960.pth")
    network = load_network("torchaudio/WAV2VEC2_SMALL")
    with torch.no_grad():
        torch.testing.assert_close(network.module(sound), wanted, rtol=1e-4, atol=1e-5)
    assert [layer.name for layer in network.layers] == [
        *("conv0", "conv1", "conv2", "projection", "layer0", "layer1", "final")
    ]
    assert network.input == SoundInput(16_000, 32_000)


def test_every_layer_of_a_bundle_can_be_matched(bundle):
    network = load_network("torchaudio/WAV2VEC2_SMALL", RandomWeights(random=1))
    for layer in network.layers:
        sound = (0.1 * torch.randn(2, 32_000)).requires_grad_()
        activation = MatchedActivation(network, layer)(sound)
        (gradient,) = torch.autograd.grad(activation.square().sum(), sound)
        assert len(activation) == 2
        assert bool(gradient.isfinite().all())
        assert bool(gradient.any())
    assert activation.shape[-1] == 29


def test_a_bundle_that_is_not_there_names_the_nearest():
    with pytest.raises(UserError, match="bundles: WAV2VEC2_ASR_BASE_960H, ") as caught:
        load_network("torchaudio/WAV2VEC2_ASR_BASE_960", RandomWeights(random=0))
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="unknown model 'torchaudio/WAVLM_BASE'"):
        load_network("torchaudio/WAVLM_BASE", RandomWeights(random=0))


@pytest.mark.parametrize("name", ["WAV2VEC2_ASR_BASE_960H", "WAV2VEC2_LARGE_LV60K", "HUBERT_BASE"])
def test_every_parameter_of_a_real_bundle_has_its_place(name):
    import torchaudio
    from torchaudio.pipelines._wav2vec2 import utils

    bundle, entry = getattr(torchaudio.pipelines, name), wav2vec2_entry(f"torchaudio/{name}", name)
    with torch.device("meta"):
        library, own = utils._get_model("Wav2Vec2", bundle._params).state_dict(), entry.build().state_dict()
    assert {key for each in library if (key := entry.key(each))} == own.keys()
    assert entry.layers[-1].name == ("final" if "ASR" in name else f"layer{23 if 'LARGE' in name else 11}")
    assert entry.weights.file == bundle._path
