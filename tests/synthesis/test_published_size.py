"""Large networks at their published size, with random weights: two steps towards a metamer, and its file."""

import pytest
import torch

from synthesis.bundle.spec import RandomWeights
from synthesis.certify.certificate import measure
from synthesis.certify.certifier import Certifier
from synthesis.certify.decision import FeatherRule
from synthesis.media.medium import Stimulus
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Network, SoundInput, load_network
from synthesis.optimise.activations import MatchedActivation
from synthesis.optimise.batch import Batch, initial_noise
from synthesis.optimise.clamps import freed_clamps
from synthesis.optimise.recipes import make_recipe
from tests.synthesis.networks import smooth_picture
from tests.synthesis.sound_networks import clip


def natural_of(network: Network) -> Stimulus:
    medium, shown = medium_of(network.input), network.input
    if isinstance(shown, SoundInput):
        wave = clip(3, shown.sample_rate_hz, shown.samples / shown.sample_rate_hz)
        return medium.to_stimuli(torch.from_numpy(wave)[None].float().numpy())[0]
    return smooth_picture(3, network.pictures.size_px)


@pytest.mark.parametrize(
    ("name", "layer", "freed"),
    [
        ("cochresnet50", "conv1_relu1", ("resnet.act1",)),
        ("cochresnet50", "layer2", ("resnet.layer2.3.act3",)),
        ("resnetv2_101", "block1", ()),
        ("lowpass_alexnet", "relu1", ("features.4",)),
        ("inception_v3", "Conv2d_2b_3x3", ("Conv2d_2b_3x3.relu",)),
    ],
)
def test_two_steps_come_nearer_and_so_does_what_is_served(
    name: str, layer: str, freed: tuple[str, ...]
) -> None:
    network = load_network(name, RandomWeights(random=1))
    assert freed_clamps(network, network.layer(layer)) == freed
    medium, recipe = medium_of(network.input), make_recipe("fast", 2, network, layer)
    stimulus = natural_of(network)
    batch: Batch[str] = Batch(MatchedActivation(network, network.layer(layer)), recipe)
    start = initial_noise(recipe, 1, medium.shape)
    batch.add(layer, torch.from_numpy(medium.to_input([stimulus]))[0], start)
    assert not batch.step()
    (finished,) = batch.step()
    assert finished.losses[1] < finished.losses[0]
    assert finished.result is not None
    served = medium.decode(medium.encode(medium.to_stimuli(finished.result[None].numpy())[0]))
    certifier = Certifier(network, FeatherRule())
    match = measure(certifier.activation(stimulus, layer), certifier.activation(served, layer))
    assert match.relative_error < finished.losses[0]
