"""Permutation tests: against all permutations counted out, and what a seed promises."""

from itertools import combinations, permutations, product

import numpy as np
import pytest

from app.analysis.statistics.anova import mixed_anova, one_way_within, two_way_within
from app.analysis.statistics.permutation import permute_mixed, permute_one_way, permute_two_way

HUMANS = ["human"] * 3 + ["network"] * 3


def share_as_large(observed: float | None, found: list[float | None]) -> float:
    assert observed is not None
    return float(np.mean([value is not None and value >= observed * (1 - 1e-9) for value in found]))


def test_p_of_the_observer_is_that_of_all_ways_to_deal_the_labels() -> None:
    table = np.random.default_rng(21).random((6, 3)) + np.array([0.4] * 3 + [0] * 3)[:, None]
    dealt = [
        ["human" if who in chosen else "network" for who in range(6)] for chosen in combinations(range(6), 3)
    ]
    exact = share_as_large(
        mixed_anova(table, HUMANS)[0].F, [mixed_anova(table, groups)[0].F for groups in dealt]
    )
    # 20 ways; 20,000 draws have a standard error below .0036.
    assert permute_mixed(table, HUMANS, permutations=20_000, seed=1)["observer"] == pytest.approx(
        exact, abs=0.015
    )


def test_p_of_the_stage_is_that_of_all_orders_of_the_stages() -> None:
    table = np.random.default_rng(22).random((3, 3)) + np.array([0, 0.1, 0.3])
    shuffled = [
        np.stack([row[list(order)] for row, order in zip(table, orders, strict=True)])
        for orders in product(permutations(range(3)), repeat=3)
    ]
    exact = share_as_large(one_way_within(table).F, [one_way_within(each).F for each in shuffled])
    assert permute_one_way(table, permutations=20_000, seed=1) == pytest.approx(exact, abs=0.015)


def test_p_of_the_interaction_is_that_of_all_labels_and_orders() -> None:
    table = np.array([[0.1, 0.9], [0.2, 0.7], [0.8, 0.1], [0.5, 0.6]])
    dealt = [["a" if who in chosen else "b" for who in range(4)] for chosen in combinations(range(4), 2)]
    swapped = [
        np.where(np.array(swaps)[:, None], table[:, ::-1], table)
        for swaps in product([False, True], repeat=4)
    ]
    exact = share_as_large(
        mixed_anova(table, ["a", "a", "b", "b"])[2].F,
        [mixed_anova(each, groups)[2].F for groups in dealt for each in swapped],
    )
    found = permute_mixed(table, ["a", "a", "b", "b"], permutations=20_000, seed=1)["interaction"]
    assert found == pytest.approx(exact, abs=0.015)


def test_p_of_models_and_their_interaction_is_that_of_all_orders() -> None:
    table = np.random.default_rng(23).random((3, 2, 2)) + np.array([0, 0.4])[:, None]
    exact_model = share_as_large(
        two_way_within(table)[0].F,
        [
            two_way_within(np.where(np.array(swaps)[:, None, None], table[:, ::-1], table))[0].F
            for swaps in product([False, True], repeat=3)
        ],
    )
    cells = table.reshape(3, 4)
    shuffled = [
        np.stack([row[list(order)] for row, order in zip(cells, orders, strict=True)]).reshape(3, 2, 2)
        for orders in product(permutations(range(4)), repeat=3)
    ]
    exact_interaction = share_as_large(
        two_way_within(table)[2].F, [two_way_within(each)[2].F for each in shuffled[::7]]
    )
    found = permute_two_way(table, permutations=20_000, seed=1)
    assert found["model"] == pytest.approx(exact_model, abs=0.015)
    assert found["interaction"] == pytest.approx(exact_interaction, abs=0.04)  # a seventh of all 13,824


def test_a_clear_effect_gets_the_smallest_p_there_is() -> None:
    table = np.random.default_rng(24).random((12, 4)) * 0.1 + [0.8, 0.6, 0.3, 0.1]
    table[6:] += [0, 0.2, 0.5, 0.7]
    p = permute_mixed(table, ["human"] * 6 + ["network"] * 6, permutations=999)
    assert p == {"observer": pytest.approx(0.001, abs=0.002), "stage": 0.001, "interaction": 0.001}


def test_the_same_seed_gives_the_same_p_and_another_seed_another() -> None:
    table = np.random.default_rng(25).random((6, 4))
    first, second, other = (permute_mixed(table, HUMANS, permutations=700, seed=seed) for seed in (5, 5, 6))
    assert first == second
    assert first != other


def test_equal_values_count_as_ties() -> None:
    """Every permutation of two constant groups of one value is as large as the data."""
    table = np.array([[0.5, 0.5], [0.5, 0.4], [0.4, 0.5], [0.5, 0.5]])
    p = permute_mixed(table, ["a", "b", "a", "b"], permutations=500)
    assert p["observer"] == 1.0  # group means are equal, so F is 0


def test_no_variance_has_no_p() -> None:
    assert permute_mixed(np.full((6, 3), 0.5), HUMANS) == {
        "observer": None,
        "stage": None,
        "interaction": None,
    }
    assert permute_one_way(np.ones((4, 3))) is None
    assert permute_two_way(np.ones((4, 2, 3))) == {"model": None, "stage": None, "interaction": None}


def test_a_number_of_permutations_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="permutations: 0"):
        permute_one_way(np.eye(3), permutations=0)
