"""Recipes and batches: hand-made steps, convergence, and independence of an item from its company."""

import math
from dataclasses import replace

import pytest
import torch

from synthesis.activations import MatchedActivation
from synthesis.bundle.errors import UserError
from synthesis.images import to_input
from synthesis.objectives import relative_error
from synthesis.optimise import Batch, initial_noise, noise_seed
from synthesis.recipes import Fast, Feather2023, make_recipe
from synthesis.registry import load_network
from tests.synthesis.networks import smooth_picture


def natural(seed):
    return torch.from_numpy(to_input(smooth_picture(seed)[None]))[0]


def run_all(activation, recipe, labels, at_once):
    """label -> finished synthesis, with at most `at_once` items in the batch."""
    waiting, done = list(labels), {}
    batch = Batch(activation, recipe)
    while waiting or batch.items:
        while waiting and len(batch.items) < at_once:
            label = waiting.pop(0)
            batch.add(label, natural(label), initial_noise(label, 32))
        done |= {item.label: item for item in batch.step()}
    return done


def test_relative_error_of_hand_made_values():
    target = torch.tensor([[[3.0, 4.0]], [[0.0, 2.0]]])
    activation = torch.tensor([[[3.0, 3.0]], [[0.0, 0.0]]])
    torch.testing.assert_close(relative_error(activation, target), torch.tensor([0.2, 1.0]))


def test_a_published_step_by_hand():
    recipe = Feather2023(step_size=1.0, round_steps=10)
    pictures = torch.full((2, 1, 1, 2), 0.5)
    gradient = torch.tensor([[[[0.3, 0.4]]], [[[-30.0, 40.0]]]])
    # Norms 0.5 and 50: unit steps (0.6, 0.8) and (-0.6, 0.8); the second item is in its third round.
    after = recipe.update(pictures, gradient, {}, torch.tensor([9, 20]))
    expected = torch.tensor([[[[0.0, 0.0]]], [[[0.5 + 0.15, 0.5 - 0.2]]]])
    torch.testing.assert_close(after, expected)


def test_the_published_schedule_is_eight_rounds_of_three_thousand():
    recipe = make_recipe("feather2023", None)
    assert (recipe.max_steps, recipe.round_steps, recipe.step_size) == (24_000, 3_000, 1.0)
    assert not recipe.finished([1.0] * 23_999)
    assert recipe.finished([1.0] * 24_000)
    assert not recipe.autocast


def test_the_first_fast_step_has_the_size_of_the_learning_rate():
    recipe = Fast(learning_rate=0.1)
    pictures = torch.full((1, 1, 1, 3), 0.5)
    gradient = torch.tensor([[[[4.0, -0.01, 0.0]]]])
    state = recipe.new_state(pictures)
    after = recipe.update(pictures, gradient, state, torch.tensor([0]))
    torch.testing.assert_close(after, torch.tensor([[[[0.4, 0.6, 0.5]]]]))


@pytest.mark.parametrize("recipe", [Fast(), Feather2023()])
def test_pictures_stay_in_bounds(recipe):
    pictures = torch.rand(3, 3, 8, 8)
    state = recipe.new_state(pictures)
    for step in range(5):
        pictures = recipe.update(pictures, 100 * torch.randn(3, 3, 8, 8), state, torch.full((3,), step))
    assert pictures.min() >= 0
    assert pictures.max() <= 1


def test_when_fast_stops():
    recipe = Fast(max_steps=100, enough=0.05)
    falling = [0.99**step for step in range(100)]
    assert not recipe.finished(falling[:99])
    assert recipe.finished(falling)
    assert recipe.finished([0.3, 0.049])
    assert not recipe.finished([0.3] * 99), "a plateau while the rate is high is no convergence"


def test_max_steps_bounds_each_recipe():
    assert make_recipe("fast", 7).finished([1.0] * 7)
    assert make_recipe("feather2023", 7).finished([1.0] * 7)
    with pytest.raises(UserError, match="known recipes: fast, feather2023"):
        make_recipe("slow", None)


@pytest.mark.parametrize("layer", ["relu1", "relu6"])
def test_fast_finds_a_metamer(layer):
    network = load_network("tiny")
    matched = MatchedActivation(network, network.layer(layer))
    done = run_all(matched, Fast(), range(3), at_once=3)
    for item in done.values():
        assert item.losses[-1] < 0.4 * item.losses[0]


def test_the_published_recipe_finds_a_metamer():
    network = load_network("tiny")
    matched = MatchedActivation(network, network.layer("relu1"))
    done = run_all(matched, Feather2023(max_steps=200, round_steps=25), range(2), at_once=2)
    for item in done.values():
        assert item.losses[-1] < 0.2 * item.losses[0]


@pytest.mark.parametrize(
    "recipe", [replace(Fast(), max_steps=25, autocast=False, enough=0.4), Feather2023(25)]
)
def test_company_does_not_change_an_item(recipe):
    network = load_network("tiny")
    matched = MatchedActivation(network, network.layer("relu6"))
    together = run_all(matched, recipe, range(5), at_once=3)
    alone = {label: run_all(matched, recipe, [label], at_once=1)[label] for label in range(5)}
    for label in range(5):
        assert len(together[label].losses) == len(alone[label].losses)
        torch.testing.assert_close(together[label].picture, alone[label].picture, rtol=0, atol=2e-3)
    if isinstance(recipe, Fast):
        assert len({len(item.losses) for item in alone.values()}) > 1, "items should leave at different steps"


def test_a_loss_that_is_no_number_names_its_item():
    batch = Batch(lambda pictures: pictures / 0, Fast())
    batch.add("stimulus cat/1.png, layer head", natural(1), initial_noise(1, 32))
    with pytest.raises(UserError, match=r"cat/1\.png, layer head: the loss became nan at step 0"):
        batch.step()


def test_noise_depends_on_stimulus_seed_and_attempt_only():
    seeds = {noise_seed(sha, seed, attempt) for sha in "ab" for seed in (0, 1) for attempt in (0, 1)}
    assert len(seeds) == 8
    torch.manual_seed(1)
    first = initial_noise(5, 64)
    torch.manual_seed(2)
    assert torch.equal(first, initial_noise(5, 64))
    assert not torch.equal(first, initial_noise(6, 64))


def test_the_noise_is_the_published_one():
    noise = initial_noise(11, 224)
    assert noise.shape == (3, 224, 224)
    assert float(noise.mean()) == pytest.approx(0.5, abs=0.001)
    assert float(noise.std()) == pytest.approx(0.05, abs=0.001)
    assert 0 <= float(noise.min()) <= float(noise.max()) <= 1
    assert math.isclose(float(noise[0, 0, 0]), float(initial_noise(11, 224)[0, 0, 0]))
