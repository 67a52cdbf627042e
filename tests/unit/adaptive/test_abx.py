"""d' of an ABX task agrees with simulated observers of both models."""

import numpy as np
import pytest

from app.analysis.statistics.abx import AbxModel, abx_proportion_right, d_prime_of_abx

TRIALS = 400_000


def simulated(d_prime: float, model: AbxModel) -> float:
    """The share right of observers who have A and B in random order, and X from either."""
    random = np.random.default_rng(11)
    a, b = random.standard_normal((2, TRIALS))
    second_is_changed = random.random(TRIALS) < 0.5
    x_is_changed = random.random(TRIALS) < 0.5
    a = a + d_prime * ~second_is_changed
    b = b + d_prime * second_is_changed
    x = random.standard_normal(TRIALS) + d_prime * x_is_changed
    if model == "differencing":
        says_second = np.abs(x - b) < np.abs(x - a)
    else:
        thinks_second_is_changed = b > a
        thinks_x_is_changed = x > d_prime / 2
        says_second = thinks_second_is_changed == thinks_x_is_changed
    return float(np.mean(says_second == (second_is_changed == x_is_changed)))


@pytest.mark.parametrize("model", ["differencing", "independent"])
@pytest.mark.parametrize("d_prime", [0.0, 0.8, 1.5, 3.0])
def test_proportions_are_those_of_simulated_observers(d_prime: float, model: AbxModel) -> None:
    assert abx_proportion_right(d_prime, model) == pytest.approx(simulated(d_prime, model), abs=0.003)


@pytest.mark.parametrize("model", ["differencing", "independent"])
def test_there_and_back(model: AbxModel) -> None:
    for d_prime in (0.0, 0.5, 2.0, 5.0):
        proportion = abx_proportion_right(d_prime, model)
        assert d_prime_of_abx(proportion, model) == pytest.approx(d_prime, abs=1e-6)


@pytest.mark.parametrize("proportion", [0.4, 1.0, float("nan")])
def test_what_has_no_d_prime_is_refused(proportion: float) -> None:
    with pytest.raises(ValueError, match="d' of"):
        d_prime_of_abx(proportion, "differencing")
