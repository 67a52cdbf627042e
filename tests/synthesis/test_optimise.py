"""Recipes and batches: hand-made steps, convergence, and independence of an item from its company."""

import math
from dataclasses import replace

import pytest
import torch

from synthesis.common.errors import UserError
from synthesis.media.pictures import to_input
from synthesis.networks.registry import load_network
from synthesis.optimise.activations import MatchedActivation
from synthesis.optimise.batch import Batch, initial_noise, noise_seed
from synthesis.optimise.objectives import relative_error
from synthesis.optimise.recipes import Fast, Feather2019, Feather2023, make_recipe
from tests.synthesis.networks import smooth_picture


def natural(seed):
    return torch.from_numpy(to_input(smooth_picture(seed)[None]))[0]


def noise(seed, size_px):
    return initial_noise(Fast(), seed, (3, size_px, size_px))


def run_all(activation, recipe, labels, at_once):
    """label -> finished synthesis, with at most `at_once` items in the batch."""
    waiting, done = list(labels), {}
    batch = Batch(activation, recipe)
    while waiting or batch.items:
        while waiting and len(batch.items) < at_once:
            label = waiting.pop(0)
            batch.add(label, natural(label), noise(label, 32))
        done |= {item.label: item for item in batch.step()}
    return done


def test_relative_error_of_hand_made_values():
    target = torch.tensor([[[3.0, 4.0]], [[0.0, 2.0]]])
    activation = torch.tensor([[[3.0, 3.0]], [[0.0, 0.0]]])
    torch.testing.assert_close(relative_error(activation, target), torch.tensor([0.2, 1.0]))


def test_a_published_step_by_hand():
    recipe = Feather2023(step_size=1.0, max_steps=80)
    pictures = torch.full((2, 1, 1, 2), 0.5)
    gradient = torch.tensor([[[[0.3, 0.4]]], [[[-30.0, 40.0]]]])
    # Norms 0.5 and 50: unit steps (0.6, 0.8) and (-0.6, 0.8); the second item is in its third round.
    after = recipe.update(pictures, gradient, {}, torch.tensor([9, 20]))
    expected = torch.tensor([[[[0.0, 0.0]]], [[[0.5 + 0.15, 0.5 - 0.2]]]])
    torch.testing.assert_close(after, expected)


def test_the_published_schedule_is_eight_rounds_of_three_thousand():
    recipe = make_recipe("feather2023", None)
    assert (recipe.max_steps, recipe.rounds, recipe.step_size) == (24_000, 8, 1.0)
    assert step_sizes(recipe) == [0.5**round_ for round_ in range(8) for _ in range(3_000)]
    assert not recipe.finished([1.0] * 23_999)
    assert recipe.finished([1.0] * 24_000)
    assert not recipe.coarse([])


def step_sizes(recipe):
    """How far each step of a run goes, measured on one value that is far from its bounds."""
    inputs, gradient = torch.zeros(recipe.max_steps, 1), torch.ones(recipe.max_steps, 1)
    free = replace(recipe, bounds=None)
    return (-free.update(inputs, gradient, {}, torch.arange(recipe.max_steps))).flatten().tolist()


@pytest.mark.parametrize("max_steps", [400, 80, 8])
def test_a_shorter_published_run_has_eight_rounds_too(max_steps):
    each = max_steps // 8
    expected = [0.5**round_ for round_ in range(8) for _ in range(each)]
    assert step_sizes(make_recipe("feather2023", max_steps)) == expected


@pytest.mark.parametrize("max_steps", [1, 7, 10, 401])
def test_rounds_of_a_number_that_eight_does_not_divide_differ_by_one_step(max_steps):
    sizes = step_sizes(make_recipe("feather2023", max_steps))
    assert (len(sizes), sizes[0]) == (max_steps, 1.0)
    assert sizes == sorted(sizes, reverse=True)
    lengths = [sizes.count(0.5**round_) for round_ in range(8)]
    assert sum(lengths) == max_steps
    assert set(lengths) <= {max_steps // 8, max_steps // 8 + 1}


def test_the_number_of_steps_is_part_of_what_a_journal_knows_an_item_by():
    recorded = [make_recipe("feather2023", steps).parameters() for steps in (None, 400, 401)]
    assert [one["max_steps"] for one in recorded] == [24_000, 400, 401]
    assert all(one["rounds"] == 8 for one in recorded)


def test_the_first_fast_step_has_the_size_of_the_learning_rate():
    recipe = Fast(learning_rate=0.1)
    pictures = torch.full((1, 1, 1, 3), 0.5)
    gradient = torch.tensor([[[[4.0, -0.01, 0.0]]]])
    state = recipe.new_state(pictures)
    after = recipe.update(pictures, gradient, state, torch.tensor([0]))
    torch.testing.assert_close(after, torch.tensor([[[[0.4, 0.6, 0.5]]]]))


@pytest.mark.parametrize("recipe", [Fast(), Feather2019(), Feather2023()])
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


def test_fast_goes_on_where_unrelated_stimuli_are_nearly_alike():
    recipe = Fast(enough=0.02)
    assert recipe.beyond(0.5) == recipe
    assert recipe.beyond(0.02).enough == pytest.approx(0.005)
    assert Feather2023().beyond(0.001) == Feather2023()


def test_the_rate_of_fast_falls_in_a_straight_line():
    rates = Fast(max_steps=100, learning_rate=0.02)._rate(torch.tensor([0, 25, 99]))
    torch.testing.assert_close(rates, torch.tensor([0.02, 0.015, 0.0002]))


def test_max_steps_bounds_each_recipe():
    assert make_recipe("fast", 7).finished([1.0] * 7)
    assert make_recipe("feather2023", 7).finished([1.0] * 7)
    with pytest.raises(UserError, match="known recipes: fast, feather2019, feather2023"):
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
    done = run_all(matched, Feather2023(max_steps=200), range(2), at_once=2)
    for item in done.values():
        assert item.losses[-1] < 0.2 * item.losses[0]


@pytest.mark.parametrize(
    "recipe", [replace(Fast(), max_steps=25, coarse_until=math.inf, enough=0.4), Feather2023(25)]
)
def test_company_does_not_change_an_item(recipe):
    network = load_network("tiny")
    matched = MatchedActivation(network, network.layer("relu6"))
    together = run_all(matched, recipe, range(5), at_once=3)
    alone = {label: run_all(matched, recipe, [label], at_once=1)[label] for label in range(5)}
    for label in range(5):
        assert len(together[label].losses) == len(alone[label].losses)
        torch.testing.assert_close(together[label].result, alone[label].result, rtol=0, atol=2e-3)
    if isinstance(recipe, Fast):
        assert len({len(item.losses) for item in alone.values()}) > 1, "items should leave at different steps"


def _plain_2019(picture, target, activation, steps):
    """Adam as in the paper's TensorFlow, written out for one picture."""
    mean, square = torch.zeros_like(picture), torch.zeros_like(picture)
    for step in range(steps):
        variable = picture.clone().requires_grad_()
        loss = 0.5 * ((activation(variable) - target) ** 2).sum()
        loss.backward()
        mean = 0.9 * mean + 0.1 * variable.grad
        square = 0.999 * square + 0.001 * variable.grad**2
        rate = 1e-3 * 0.95 ** (step / 1000) * math.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
        picture = (picture - rate * mean / (torch.sqrt(square) + 1e-8)).clip(0, 1)
    return picture


def _plain_2023(picture, target, activation, steps):
    """Normalised gradient descent as in the paper's code (-I steps / 8 -N 8), for one picture."""
    size = 1.0
    for _ in range(8):
        for _ in range(steps // 8):
            variable = picture.clone().requires_grad_()
            loss = torch.norm(activation(variable) - target) / torch.norm(target)
            loss.backward()
            length = torch.norm(variable.grad)
            picture = (picture - size * variable.grad / (length + 1e-10)).clip(0, 1)
        size /= 2
    return picture


@pytest.mark.parametrize(
    ("recipe", "plain"),
    [(Feather2019(max_steps=10), _plain_2019), (make_recipe("feather2023", 16), _plain_2023)],
)
@pytest.mark.parametrize("layer", ["relu1", "relu6", "logits"])
def test_the_first_published_steps_are_those_of_a_plain_implementation(recipe, plain, layer):
    network = load_network("tiny")
    matched = MatchedActivation(network, network.layer(layer))
    batch = Batch(matched, recipe)
    for label in (1, 2):
        batch.add(label, natural(label), initial_noise(recipe, label, (3, 32, 32)))
    done = [item for _ in range(recipe.max_steps) for item in batch.step()]
    assert len(done) == 2
    for item in done:
        start = initial_noise(recipe, item.label, (3, 32, 32))[None]
        expected = plain(start, matched(natural(item.label)[None]), matched, recipe.max_steps)
        assert not torch.allclose(expected, start, atol=5e-3)
        torch.testing.assert_close(item.result[None], expected, rtol=0, atol=2e-5)


def test_the_published_2019_schedule():
    recipe = make_recipe("feather2019", None)
    assert (recipe.max_steps, recipe.learning_rate) == (15_000, 1e-3)
    assert not recipe.coarse([])
    pictures, gradient = torch.full((2, 1, 1, 1), 0.5), torch.ones(2, 1, 1, 1)
    state = {"mean": torch.ones(2, 1, 1, 1), "square": torch.ones(2, 1, 1, 1)}
    after = recipe.update(pictures, gradient, state, torch.tensor([10_000, 11_000]))
    first, second = (0.5 - after).flatten().tolist()
    assert first == pytest.approx(1e-3 * 0.95**10, rel=1e-3)
    assert second / first == pytest.approx(0.95, rel=1e-3)


def test_an_item_changes_to_float32_once_and_for_ever():
    network = load_network("tiny")
    matched = MatchedActivation(network, network.layer("relu1"))
    done = run_all(matched, Fast(max_steps=60, coarse_until=0.5, enough=0.0), range(3), at_once=2)
    for item in done.values():
        below = next(step for step, loss in enumerate(item.losses) if loss < 0.5)
        assert item.coarse_steps == below + 1, "the step that finds the error below the limit is the last one"
        assert len(item.losses) == 60
    always = run_all(matched, Fast(max_steps=60, coarse_until=0.0, enough=0.0), [0], at_once=1)[0]
    assert always.coarse_steps == 60


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (lambda x: x / (x - x), "activation is not finite"),
        (lambda x: x.new_full(x.shape, math.nan), "activation is not finite"),
        (lambda x: x * 0, "activation is zero everywhere"),
    ],
)
def test_a_natural_stimulus_that_cannot_be_matched_is_named(activation, message):
    batch = Batch(activation, Fast())
    with pytest.raises(UserError, match=rf"cat/1\.png, layer head: .*{message}.*leave this stimulus"):
        batch.add("stimulus cat/1.png, layer head", natural(1), noise(1, 32))


def test_a_loss_that_is_no_number_names_its_item():
    batch = Batch(lambda x: x / 0 if x.requires_grad else x, Fast())
    batch.add("stimulus cat/1.png, layer head", natural(1), noise(1, 32))
    with pytest.raises(UserError, match=r"cat/1\.png, layer head: the loss became (nan|inf) at step 0"):
        batch.step()


def test_a_layer_without_slope_is_refused_at_the_first_step():
    batch = Batch(lambda x: x.round() + 1, Fast())
    batch.add("stimulus cat/1.png, layer steps", natural(1), noise(1, 32))
    with pytest.raises(UserError, match=r"cat/1\.png, layer steps: the gradient is zero"):
        batch.step()


def test_noise_depends_on_stimulus_seed_and_attempt_only():
    seeds = {noise_seed(sha, seed, attempt) for sha in "ab" for seed in (0, 1) for attempt in (0, 1)}
    assert len(seeds) == 8
    torch.manual_seed(1)
    first = noise(5, 64)
    torch.manual_seed(2)
    assert torch.equal(first, noise(5, 64))
    assert not torch.equal(first, noise(6, 64))


def test_the_noise_is_the_published_one():
    start = noise(11, 224)
    assert start.shape == (3, 224, 224)
    assert float(start.mean()) == pytest.approx(0.5, abs=0.001)
    assert float(start.std()) == pytest.approx(0.05, abs=0.001)
    assert 0 <= float(start.min()) <= float(start.max()) <= 1
    assert torch.equal(start, initial_noise(Feather2023(), 11, (3, 224, 224))), "fast starts as published"
    earlier = initial_noise(Feather2019(), 11, (3, 224, 224))
    assert 0.5 <= float(earlier.min()) <= float(earlier.max()) <= 0.6
    assert float(earlier.mean()) == pytest.approx(0.55, abs=0.001)
