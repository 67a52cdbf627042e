"""Networks written from their papers: published checkpoints fit by their keys, and metamers come nearer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from synthesis.bundle.spec import FileWeights, RandomWeights
from synthesis.bundle.store import BundleStore
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Network, PictureInput, load_network
from synthesis.optimise.activations import MatchedActivation
from synthesis.optimise.batch import Batch, initial_noise
from synthesis.optimise.clamps import freed_clamps
from synthesis.optimise.recipes import make_recipe
from tests.synthesis.auditory_networks import small_networks
from tests.synthesis.conftest import Cli
from tests.synthesis.networks import smooth_picture
from tests.synthesis.sound_networks import clip

SIZE_PX = 64
State = dict[str, Tensor]


def state_of(name: str) -> State:
    network = load_network(name, RandomWeights(random=5))
    return {key.removeprefix("network."): value for key, value in network.module.state_dict().items()}


def prefixed(state: State, prefix: str) -> State:
    return {prefix + key: value for key, value in state.items()}


def robust(state: State) -> dict[str, State]:
    """2023's layout: the network twice, beside a normalisation (of one number for grey pictures)."""
    normaliser = {f"module.normalizer.new_{part}": torch.full((1, 1, 1), 0.5) for part in ("mean", "std")}
    return {
        "model": normaliser | prefixed(state, "module.model.") | prefixed(state, "module.attacker.model.")
    }


def loaded(name: str, state: object, folder: Path) -> State:
    torch.save(state, folder / "weights.pt")
    network = load_network(name, FileWeights(file=folder / "weights.pt"))
    return {key.removeprefix("network."): value for key, value in network.module.state_dict().items()}


def equal(found: State, wanted: State) -> bool:
    return found.keys() == wanted.keys() and all(torch.equal(found[key], wanted[key]) for key in wanted)


def test_cornet_s_as_its_authors_and_as_2023_published_it(tmp_path: Path) -> None:
    state = state_of("cornet_s")
    assert {"V1.conv1.weight", "V4.norm2_3.running_var", "IT.norm_skip.bias"} < state.keys()
    assert state["V2.conv2.weight"].shape == (512, 512, 3, 3)
    parallel = {"state_dict": prefixed(state, "module."), "epoch": 43}
    assert equal(loaded("cornet_s", parallel, tmp_path), state)
    assert equal(loaded("cornet_s", robust(state), tmp_path), state)


def test_vonealexnet_with_the_filters_of_its_file(tmp_path: Path) -> None:
    state = state_of("vonealexnet")
    assert state["vone_block.simple_conv_q0.weight"].shape == (512, 3, 25, 25)
    assert {"bottleneck.weight", "model.features.0.weight", "model.classifier.6.bias"} < state.keys()
    assert equal(loaded("vonealexnet", robust(state), tmp_path), state)
    assert equal(loaded("vonealexnet", {"state_dict": prefixed(state, "module.")}, tmp_path), state)


def test_hmax_with_the_prototypes_of_its_file(tmp_path: Path) -> None:
    state = state_of("hmax_standard")
    assert state["s1_units.15.gabor.weight"].shape == (4, 1, 37, 37)
    assert state["s2_units.7.conv.weight"].shape == (1600, 1, 16, 16)
    extra = {f"s1_units.{at}.uniform.weight": torch.ones(4, 1, 7, 7) for at in range(16)}
    for at in range(8):
        extra[f"s2_units.{at}.uniform.weight"] = torch.ones(1, 1, 2, 2)
        extra[f"s2_units.{at}.patches_sum_sq"] = torch.ones(400)
    assert equal(loaded("hmax_standard", robust(state | extra), tmp_path), state)


def test_alexnet_gn_with_an_embedding_beside_its_readout_or_instead_of_it(tmp_path: Path) -> None:
    state = state_of("alexnet_gn")
    assert {"conv_block_1.0.weight", "conv_block_5.1.bias", "fc6.1.running_mean"} < state.keys()
    embedding = {"fc8.0.weight": torch.ones(128, 4096), "fc8.0.bias": torch.ones(128)}
    assert equal(loaded("alexnet_gn", robust(state | embedding), tmp_path), state)
    supervised = {key.replace("fc_final.", "fc8.0."): value for key, value in state.items()}
    assert equal(loaded("alexnet_gn_supervised", prefixed(supervised, "module."), tmp_path), state)


def test_spectemp_filters_with_the_readout_of_its_file(tmp_path: Path) -> None:
    state = state_of("spectemp_filters")
    assert {key: tuple(value.shape) for key, value in state.items()} == {
        "classification.weight": (794, 111 * 211),
        "classification.bias": (794,),
    }
    beside = {
        "0.full_rep.filters": torch.ones(3),
        "1.spectempfilterbank.apply_filt.all_Hts": torch.ones(2, 4, 4, 2),
    }
    assert equal(loaded("spectemp_filters", robust(prefixed(state, "1.") | beside), tmp_path), state)


def network_of(name: str) -> Network:
    """Random weights, with small input where the architecture allows it."""
    if name == "spectemp_filters":
        return small_networks()[name]  # type: ignore[no-untyped-call,no-any-return]
    network = load_network(name, RandomWeights(random=2))
    return replace(network, input=PictureInput(SIZE_PX, SIZE_PX, grey=network.pictures.grey))


@pytest.mark.parametrize("recipe", ["fast", "feather2023"])
@pytest.mark.parametrize(
    ("name", "layer", "freed"),
    [
        ("cornet_s", "V2", ("V2.nonlin3_1",)),
        ("cornet_s", "IT", ("IT.nonlin3_1",)),
        ("vonealexnet", "v1_output", ("vone_block.output",)),
        ("vonealexnet", "relu2", ("model.features.4",)),
        ("hmax_standard", "c1_out_no_reshape", ()),
        ("hmax_standard", "c2_out", ()),
        ("alexnet_gn", "conv_block_3", ("conv_block_3.2",)),
        ("spectemp_filters", "filtered_signal", ()),
        ("spectemp_filters", "spectempfilter_power", ("power.clamp",)),
        ("spectemp_filters", "avgpool", ()),
    ],
)
def test_a_few_steps_come_nearer(name: str, layer: str, freed: tuple[str, ...], recipe: str) -> None:
    network = network_of(name)
    medium = medium_of(network.input)
    assert freed_clamps(network, network.layer(layer)) == freed
    steps = make_recipe(recipe, 4, network, layer)
    batch: Batch[str] = Batch(MatchedActivation(network, network.layer(layer)), steps)
    natural = torch.from_numpy(medium.to_input([natural_of(network)]))[0]
    batch.add(layer, natural, initial_noise(steps, 1, medium.shape))
    finished = [one for _ in range(4) for one in batch.step()]
    (made,) = finished
    assert made.losses[-1] < made.losses[0]
    assert made.result is not None
    if isinstance(network.input, PictureInput) and network.input.grey:
        # What is served has no hue, whatever the recipe's update does.
        served = medium.to_stimuli(made.result[None].numpy())[0]
        assert np.array_equal(served, served[..., :1].repeat(3, axis=2))


def natural_of(network: Network) -> np.ndarray:
    if isinstance(network.input, PictureInput):
        return smooth_picture(3, SIZE_PX)
    shown = network.input
    wave = clip(3, shown.sample_rate_hz, shown.samples / shown.sample_rate_hz)  # type: ignore[attr-defined]
    made: np.ndarray = medium_of(shown).to_stimuli(torch.from_numpy(wave)[None].float().numpy())[0]
    return made


OWN = """\
from synthesis.networks.network import Layer
from synthesis.networks.registry import Network, PictureInput
from synthesis.networks.seeing.hmax import HMAX
from synthesis.networks.seeing.vone_alexnet import VOneAlexNet

def hmax():
    return Network("any", HMAX(), (Layer("c1", "c1_out_no_reshape"),), PictureInput(64, 64, grey=True))

def vone():
    return Network("any", VOneAlexNet(), (Layer("v1_output", "vone_block.output"),), PictureInput(64, 64))
"""


@pytest.mark.parametrize(("factory", "layer"), [("hmax", "c1"), ("vone", "v1_output")])
def test_a_run_makes_metamers_and_their_certificates(cli: Cli, spec: Path, factory: str, layer: str) -> None:
    """The whole way from the command line, with small pictures; noise that is not fixed would be refused."""
    (spec.parent / "own.py").write_text(OWN)
    changes = (
        ("model: tiny", f"model: own.py:{factory}"),
        ("layers: [relu6, relu1]", f"layers: [{layer}]"),
        ("max_steps: 60", "max_steps: 3"),
    )
    text = spec.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    spec.write_text(text)
    code, _, err = cli("run", spec, "--out", spec.parent / "out")
    assert code == 0, err
    store = BundleStore(spec.parent / "out")
    items = store.read_manifest().items
    assert items
    assert all(item.layer == layer for item in items)
