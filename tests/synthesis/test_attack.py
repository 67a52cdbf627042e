"""Perturbations within a ball, where what the best one does is known: a linear classifier."""

import math
from typing import Literal

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from synthesis.training.attack import Ball, Losses, attack

Norm = Literal["l2", "linf"]
VALUES = 40


def drawn(*shape: int, seed: int = 3) -> Tensor:
    return torch.randn(*shape, generator=generator(seed))


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def classifier(right: Tensor, weights: Tensor) -> Losses:
    """The cross-entropy of a linear classifier with two answers; weights: (2, values)."""

    def losses(items: Tensor) -> Tensor:
        return functional.cross_entropy(items @ weights.T, right, reduction="none")

    return losses


@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_against_a_linear_classifier_the_attack_is_the_closed_form(norm: Norm) -> None:
    clean, weights, right, eps = drawn(6, VALUES), drawn(2, VALUES, seed=4), torch.arange(6) % 2, 0.3
    losses = classifier(right, weights)
    towards_wrong = weights[1 - right] - weights[right]
    if norm == "l2":
        best = eps * towards_wrong / torch.linalg.vector_norm(towards_wrong, dim=1, keepdim=True)
        gain = eps * torch.linalg.vector_norm(towards_wrong, dim=1)
    else:
        best, gain = eps * towards_wrong.sign(), eps * towards_wrong.abs().sum(1)
    found = attack(clean, losses, Ball(norm, eps), 40, eps / 2, generator(1))
    torch.testing.assert_close(found - clean, best, rtol=0, atol=1e-3)
    # The logits' difference grows by eps times the dual norm of the weights' difference.
    margin = (clean * towards_wrong).sum(1)
    torch.testing.assert_close(losses(found), functional.softplus(margin + gain), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("norm", ["l2", "linf"])
def test_a_random_perturbation_is_on_the_surface_and_raises_the_loss_less(norm: Norm) -> None:
    clean, weights, right = drawn(64, VALUES), drawn(2, VALUES, seed=4), torch.arange(64) % 2
    losses, ball = classifier(right, weights), Ball(norm, 0.3)
    found = attack(clean, losses, ball, 5, 0.15, generator(1))
    control = ball.random_surface(clean, generator(1))
    change = control - clean
    if norm == "l2":
        lengths = torch.linalg.vector_norm(change, dim=1)
        torch.testing.assert_close(lengths, torch.full((64,), 0.3))
    else:
        torch.testing.assert_close(change.abs(), torch.full_like(change, 0.3))
    assert abs(float(change.mean())) < 0.02
    gained, by_chance = losses(found) - losses(clean), losses(control) - losses(clean)
    assert bool((gained > by_chance).all())
    assert float(gained.mean()) > 4 * abs(float(by_chance.mean()))


@given(
    norm=st.sampled_from(["l2", "linf"]),
    eps=st.floats(0, 50),
    step=st.floats(0.01, 1),
    steps=st.integers(1, 4),
    level=st.floats(0, 3),
    seed=st.integers(0, 999),
)
def test_no_perturbation_leaves_the_ball_or_the_limits(
    norm: Norm, eps: float, step: float, steps: int, level: float, seed: int
) -> None:
    clean = level * drawn(3, VALUES, seed=seed)
    ball = Ball(norm, eps, -1.0, 1.0)
    losses = classifier(torch.tensor([0, 1, 0]), drawn(2, VALUES, seed=seed + 1))
    by_attack = attack(clean, losses, ball, steps, step * eps, generator(seed))
    for changed in (by_attack, ball.random_surface(clean, generator(seed))):
        change = changed - clean
        largest = torch.linalg.vector_norm(change, 2 if norm == "l2" else math.inf, dim=1).max()
        assert float(largest) <= eps * (1 + 1e-5) + 1e-5
        # What is within the limits stays there; what is outside goes no further.
        assert bool((changed.abs() <= clean.abs().clamp(min=1) + 1e-6).all())
        if eps == 0:
            assert torch.equal(changed, clean)


def test_the_highest_loss_of_all_steps_is_kept_for_each_item() -> None:
    """Steps of the ball's radius overshoot the peak of this loss, so the last step is not the best one."""
    peak = 0.13
    seen: list[Tensor] = []

    def losses(items: Tensor) -> Tensor:
        found = -(items[:, 0] - peak).abs()
        seen.append(found.detach())
        return found

    clean = torch.zeros(8, 1)
    found = attack(clean, losses, Ball("linf", 1.0), 5, 0.9, generator(0))
    best = torch.stack(seen).max(0).values
    torch.testing.assert_close(losses(found), best)
    assert len(seen) == 7
    assert bool((best > seen[5]).any())


def test_the_attack_is_the_same_for_the_same_seed_and_in_any_company() -> None:
    clean, weights = drawn(4, VALUES), drawn(2, VALUES, seed=4)
    ball, right = Ball("l2", 1.0), torch.tensor([0, 1, 1, 0])
    one, again = (attack(clean, classifier(right, weights), ball, 3, 0.5, generator(5)) for _ in range(2))
    assert torch.equal(one, again)
    other = attack(clean, classifier(right, weights), ball, 3, 0.5, generator(6))
    assert not torch.equal(one, other)
    first = attack(clean[:1], classifier(right[:1], weights), ball, 3, 0.5, generator(5))
    torch.testing.assert_close(first, one[:1])


def noisy_features(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Items and their classes, as in Tsipras et al. (2019).

    The first value is the sign of the class in 95 % of items; the others lean towards it, within noise.
    """
    source = generator(seed)
    right = torch.randint(0, 2, (count,), generator=source)
    sign = right * 2.0 - 1
    strong = torch.where(torch.rand(count, generator=source) < 0.95, sign, -sign)
    weak = 0.3 * sign[:, None] + torch.randn(count, 100, generator=source)
    return torch.cat([strong[:, None], weak], 1), right


def trained(ball: Ball) -> Tensor:
    """The weights of a linear classifier that was trained on attacked items."""
    weights = torch.zeros(2, 101, requires_grad=True)
    optimiser = torch.optim.SGD([weights], 0.05)
    for step in range(200):
        clean, right = noisy_features(128, step)
        frozen = weights.detach()
        items = attack(clean, classifier(right, frozen), ball, 5, ball.eps / 2, generator(step))
        optimiser.zero_grad()
        classifier(right, weights)(items).mean().backward()
        optimiser.step()
    return weights.detach()


def test_training_against_the_attack_gives_a_classifier_that_withstands_it() -> None:
    ball = Ball("linf", 0.6)
    clean, right = noisy_features(2000, seed=999)
    shares = {}
    for name, weights in (("usual", trained(Ball("linf", 0.0))), ("robust", trained(ball))):
        items = attack(clean, classifier(right, weights), ball, 5, 0.3, generator(0))
        shares[name] = [float(((x @ weights.T).argmax(1) == right).float().mean()) for x in (clean, items)]
    # The usual one sums the weak values, which the attack turns over; the robust one goes by the strong one.
    assert shares["usual"][0] > 0.97
    assert shares["usual"][1] < 0.2
    assert shares["robust"][0] > 0.9
    assert shares["robust"][1] > 0.9
