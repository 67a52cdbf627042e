"""Recipes for sounds: starts and bounds as published, the first steps, independence of an item's company."""

import math
from dataclasses import replace

import pytest
import torch

from synthesis.media.noise import faint, pink
from synthesis.networks.registry import Network, SoundInput
from synthesis.optimise.activations import MatchedActivation
from synthesis.optimise.batch import Batch, initial_noise
from synthesis.optimise.recipes import Fast, Feather2019, Feather2023, make_recipe
from tests.synthesis.sound_networks import SAMPLES, make, natural_input

NAMES = ("fast", "feather2019", "feather2023")


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    ear = make()
    return replace(ear, module=ear.module.eval().requires_grad_(False))


def matched(network, layer="relu2"):
    return MatchedActivation(network, network.layer(layer))


def run_all(activation, recipe, labels, at_once):
    waiting, done = list(labels), {}
    batch = Batch(activation, recipe)
    while waiting or batch.items:
        while waiting and len(batch.items) < at_once:
            label = waiting.pop(0)
            batch.add(label, natural_input(label), initial_noise(recipe, label, (SAMPLES,)))
        done |= {item.label: item for item in batch.step()}
    return done


def test_pink_noise_has_equal_power_per_octave_and_the_published_level():
    noise = pink(torch.Generator().manual_seed(3), (40_000,)).double()
    assert noise.square().mean().sqrt().item() == pytest.approx(0.01, rel=1e-6)
    assert abs(noise.mean().item()) < 1e-9
    power = torch.fft.rfft(noise).abs().square()
    octaves = [power[2**k : 2 ** (k + 1)].sum().item() for k in range(5, 14)]
    assert max(octaves) / min(octaves) < 1.6, "white noise would double from octave to octave"


def test_faint_noise_is_the_published_start():
    noise = faint(torch.Generator().manual_seed(3), (40_000,))
    assert noise.std().item() == pytest.approx(1e-7, rel=0.02)


def test_the_recipes_for_sounds_are_those_of_the_papers(network):
    fast, old, new = (make_recipe(name, None, network, "relu1") for name in NAMES)
    assert [recipe.start for recipe in (fast, old, new)] == [pink, pink, faint]
    assert [recipe.bounds for recipe in (fast, old, new)] == [(-1, 1), None, (-1, 1)]
    assert old == Feather2019(start=pink, bounds=None), "but for start and bounds as for pictures"
    assert new == Feather2023(start=faint, bounds=(-1, 1))


@pytest.mark.parametrize(
    ("name", "layer", "rate"),
    [
        ("vggish", "embedding", 1e-2),
        ("vggish", "conv1", 1e-3),
        ("deepspeech", "fc", 1e-4),
        ("ear", "relu1", 1e-3),
    ],
)
def test_the_exceptions_of_2019_hold_for_that_recipe_alone(network, name, layer, rate):
    other = replace(network, name=name)
    assert make_recipe("feather2019", 9, other, layer) == Feather2019(9, rate, start=pink, bounds=None)
    for recipe in ("fast", "feather2023"):
        assert make_recipe(recipe, 9, other, layer) == make_recipe(recipe, 9, network, "relu1")


def test_what_a_recipe_is_made_of_is_part_of_its_record(network):
    ours = make_recipe("fast", 7, network, "relu1").parameters()
    assert (ours["start"], ours["bounds"], ours["max_steps"]) == ("pink", (-1.0, 1.0), 7)
    assert ours != make_recipe("fast", 7).parameters()
    assert make_recipe("fast").parameters()["start"] == "grey"


@pytest.mark.parametrize("name", NAMES)
def test_sounds_stay_in_bounds_where_there_are_any(network, name):
    recipe = make_recipe(name, None, network, "relu1")
    sounds = torch.full((2, 50), 0.9999)
    after = recipe.update(sounds, torch.full((2, 50), -1e3), recipe.new_state(sounds), torch.tensor([0, 0]))
    assert (after.max().item() <= 1) == (recipe.bounds is not None)


def test_a_step_by_hand():
    recipe = Feather2023(80, bounds=(-1.0, 1.0))
    gradient = torch.tensor([[0.3, 0.4], [-30.0, 40.0]])
    after = recipe.update(torch.zeros(2, 2), gradient, {}, torch.tensor([9, 20]))
    torch.testing.assert_close(after, torch.tensor([[-0.6, -0.8], [0.15, -0.2]]))


def _plain_2019(sound, target, activation, steps):
    """Adam as in the paper's TensorFlow, written out for one sound, without bounds."""
    mean, square = torch.zeros_like(sound), torch.zeros_like(sound)
    for step in range(steps):
        variable = sound.clone().requires_grad_()
        (0.5 * ((activation(variable) - target) ** 2).sum()).backward()
        mean = 0.9 * mean + 0.1 * variable.grad
        square = 0.999 * square + 0.001 * variable.grad**2
        rate = 1e-3 * 0.95 ** (step / 1000) * math.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
        sound = sound - rate * mean / (torch.sqrt(square) + 1e-8)
    return sound


def _plain_2023(sound, target, activation, steps):
    """Normalised gradient descent as in the paper's code, written out for one sound: 8 rounds."""
    size = 1.0
    for _ in range(8):
        for _ in range(steps // 8):
            variable = sound.clone().requires_grad_()
            (torch.norm(activation(variable) - target) / torch.norm(target)).backward()
            sound = (sound - size * variable.grad / (torch.norm(variable.grad) + 1e-10)).clip(-1, 1)
        size /= 2
    return sound


@pytest.mark.parametrize(
    ("recipe", "plain"),
    [
        (Feather2019(10, start=pink, bounds=None), _plain_2019),
        (Feather2023(16, start=faint, bounds=(-1, 1)), _plain_2023),
    ],
)
def test_the_first_published_steps_are_those_of_a_plain_implementation(network, recipe, plain):
    activation = matched(network)
    done = run_all(activation, recipe, (1, 2), at_once=2)
    for label, item in done.items():
        start = initial_noise(recipe, label, (SAMPLES,))[None]
        expected = plain(start, activation(natural_input(label)[None]), activation, recipe.max_steps)
        assert not torch.allclose(expected, start, atol=1e-3)
        torch.testing.assert_close(item.result[None], expected, rtol=0, atol=2e-5)


IN_FLOAT32 = Fast(25, 5e-3, enough=0.3, coarse_until=math.inf, start=pink, bounds=(-1, 1))


@pytest.mark.parametrize("recipe", [IN_FLOAT32, Feather2023(25, start=faint)])
def test_company_does_not_change_an_item(network, recipe):
    together = run_all(matched(network), recipe, range(5), at_once=3)
    for label in range(5):
        alone = run_all(matched(network), recipe, [label], at_once=1)[label]
        assert len(together[label].losses) == len(alone.losses)
        torch.testing.assert_close(together[label].result, alone.result, rtol=0, atol=2e-3)


def test_company_changes_an_item_in_bfloat16_by_rounding_alone(network):
    """As a whole, not by sample: Adam's first steps have the rate's size; rounding can turn one round."""
    recipe = replace(IN_FLOAT32, coarse_until=0.1)
    together = run_all(matched(network), recipe, range(5), at_once=3)
    for label in range(5):
        alone = run_all(matched(network), recipe, [label], at_once=1)[label]
        assert alone.coarse_steps > 0
        moved = (alone.result - initial_noise(recipe, label, (SAMPLES,))).norm()
        assert (together[label].result - alone.result).norm() < 0.05 * moved
        assert (together[(label + 1) % 5].result - alone.result).norm() > 0.5 * moved


@pytest.mark.parametrize("layer", ["relu1", "relu2", "logits"])
def test_fast_finds_a_metamer(network, layer):
    recipe = make_recipe("fast", 200, network, layer)
    for item in run_all(matched(network, layer), recipe, range(2), at_once=2).values():
        assert item.losses[-1] < 0.2 * item.losses[0]
        assert item.result.shape == (SAMPLES,)


def test_the_input_of_a_network_decides():
    pictures = Network("eye", torch.nn.Identity())
    assert make_recipe("fast", None, pictures, "relu1") == Fast()
    ears = replace(pictures, input=SoundInput())
    assert make_recipe("fast", None, ears, "relu1").start is pink
