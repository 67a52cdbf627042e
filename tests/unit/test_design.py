"""The plans, by properties that must hold for every study, and by cases worked out by hand."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.experiments.balance import Block, kept_block, most_trials
from app.experiments.design import Matrix, Plan, choose_aside, make_plan, mean_main_trials

NO_PRACTICE: tuple[int, ...] = ()


@st.composite
def validities(draw: st.DrawFn) -> Matrix:
    """Which cells are valid: natural pictures (condition 0) always are, metamers mostly."""
    stimuli, conditions = draw(st.integers(1, 24)), draw(st.integers(1, 6))
    share = draw(st.sampled_from([0.3, 0.8, 0.95, 1.0]))
    valid = np.random.default_rng(draw(st.integers(0, 2**32))).random((stimuli, conditions)) < share
    valid[:, 0] = True
    return valid


def block_of(seed: int, block: int, valid: Matrix) -> list[Plan]:
    conditions = valid.shape[1]
    return [make_plan(seed, block * conditions + p, valid, NO_PRACTICE) for p in range(conditions)]


@settings(max_examples=80, deadline=None)
@given(valid=validities(), seed=st.integers(0, 2**40), slot=st.integers(0, 50))
def test_each_participant_sees_valid_cells_once_and_conditions_evenly(
    valid: Matrix, seed: int, slot: int
) -> None:
    main = make_plan(seed, slot, valid, NO_PRACTICE).main
    assert all(valid[cell] for cell in main)
    assert max(Counter(stimulus for stimulus, _ in main).values(), default=0) <= 1
    counts = Counter(condition for _, condition in main)
    per_condition = [counts[condition] for condition in range(valid.shape[1])]
    assert max(per_condition) - min(per_condition) <= 1


@settings(max_examples=60, deadline=None)
@given(valid=validities(), seed=st.integers(0, 2**40), blocks=st.integers(1, 4))
def test_cells_of_a_condition_fill_evenly(valid: Matrix, seed: int, blocks: int) -> None:
    shown = Counter(cell for b in range(blocks) for plan in block_of(seed, b, valid) for cell in plan.main)
    for condition in range(valid.shape[1]):
        fills = [shown[n, condition] for n in range(len(valid)) if valid[n, condition]]
        assert max(fills, default=0) - min(fills, default=0) <= 1


@settings(max_examples=30, deadline=None)
@given(stimuli=st.integers(1, 24), conditions=st.integers(1, 6), seed=st.integers(0, 2**40))
def test_with_all_certified_a_block_shows_every_cell_exactly_once(
    stimuli: int, conditions: int, seed: int
) -> None:
    plans = block_of(seed, 2, np.ones((stimuli, conditions), dtype=bool))
    shown = Counter(cell for plan in plans for cell in plan.main)
    assert shown == Counter({(n, c): 1 for n in range(stimuli) for c in range(conditions)})
    assert all(len(plan.main) == stimuli for plan in plans)


def test_a_poor_condition_limits_the_others_and_these_take_turns() -> None:
    # Three conditions; the last has 4 valid stimuli of 12, so floor(4 / 3) = 1: everyone sees each condition
    # once or twice, and a block has room for (1 + 1) * 3 = 6 cells of the other two.
    valid = np.ones((12, 3), dtype=bool)
    valid[4:, 2] = False
    for plan in block_of(7, 0, valid):
        counts = Counter(condition for _, condition in plan.main)
        assert counts[0] == counts[1] == 2
        assert counts[2] in {1, 2}
    twice = Counter(cell for b in range(2) for plan in block_of(7, b, valid) for cell in plan.main)
    assert all(twice[n, condition] == 1 for n in range(12) for condition in (0, 1))
    assert all(twice[n, 2] == 2 for n in range(4))
    assert mean_main_trials(valid, NO_PRACTICE) == pytest.approx((6 + 6 + 4) / 3)


def test_a_plan_is_a_pure_function() -> None:
    valid = np.ones((20, 4), dtype=bool)
    first = make_plan(3, 5, valid, (1, 2))
    make_plan(4, 5, valid, (1, 2))
    assert make_plan(3, 5, valid.copy(), (1, 2)) == first
    assert make_plan(3, 6, valid, (1, 2)) != first
    assert make_plan(4, 5, valid, (1, 2)) != first


def test_the_plan_of_a_known_study_has_not_changed() -> None:
    # A stored study must be replayable by later versions; these numbers were printed by the first one.
    plan = make_plan(1, 0, np.ones((6, 2), dtype=bool), (0,))
    assert plan.main == KNOWN_PLAN


KNOWN_PLAN = ((5, 0), (3, 1), (4, 1), (2, 1), (1, 0))


def test_practice_pictures_are_not_reused() -> None:
    plan = make_plan(1, 0, np.ones((10, 3), dtype=bool), (2, 7))
    assert sorted(plan.practice) == [2, 7]
    assert sorted(stimulus for stimulus, _ in plan.main) == [0, 1, 3, 4, 5, 6, 8, 9]


def test_order_and_conditions_are_random_over_studies() -> None:
    """In 2000 studies each stimulus has each condition, and each place in the order, equally often."""
    studies, stimuli, conditions = 2000, 5, 4
    valid = np.ones((stimuli, conditions), dtype=bool)
    plans = [make_plan(seed, 0, valid, NO_PRACTICE).main for seed in range(studies)]
    cells = Counter(cell for main in plans for cell in main)
    places = Counter((n, place) for main in plans for place, (n, _) in enumerate(main))
    # Binomial standard deviations: sqrt(2000 * 1/4 * 3/4) = 19.4 and sqrt(2000 * 1/5 * 4/5) = 17.9; the
    # seeds are fixed, and 4.5 of them leave room for the largest of 45 deviations.
    assert max(abs(cells[n, c] - studies / conditions) for n in range(5) for c in range(4)) < 4.5 * 19.4
    assert max(abs(places[n, p] - studies / stimuli) for n in range(5) for p in range(5)) < 4.5 * 17.9


def test_practice_is_of_different_categories_while_they_last() -> None:
    categories = ["bear", "bear", "bear", "cat", "cat", "dog"]
    for seed in range(20):
        chosen = choose_aside(seed, categories, 4)
        assert len(set(chosen)) == 4
        assert {categories[n] for n in chosen[:3]} == {"bear", "cat", "dog"}
    assert len({choose_aside(seed, categories, 1) for seed in range(60)}) == 6


def test_practice_needs_more_pictures_than_trials() -> None:
    with pytest.raises(ValueError, match="2 trials of practice and gate need more than 2 natural stimuli"):
        choose_aside(0, ["bear", "cat"], 2)


def dealt_plans(seed: int, blocks: int, valid: Matrix, trials: int) -> list[list[Plan]]:
    conditions = valid.shape[1]
    return [
        [make_plan(seed, block * conditions + p, valid, NO_PRACTICE, trials) for p in range(conditions)]
        for block in range(blocks)
    ]


@settings(max_examples=120, deadline=None)
@given(valid=validities(), seed=st.integers(0, 2**40), data=st.data())
def test_with_a_number_of_trials_everybody_has_exactly_so_many_and_conditions_evenly(
    valid: Matrix, seed: int, data: st.DataObject
) -> None:
    most = most_trials(valid)
    assume(most)
    trials = data.draw(st.integers(1, most))
    main = make_plan(seed, data.draw(st.integers(0, 50)), valid, NO_PRACTICE, trials).main
    assert len(main) == trials
    assert all(valid[cell] for cell in main)
    assert max(Counter(stimulus for stimulus, _ in main).values()) == 1
    counts = Counter(condition for _, condition in main)
    per_condition = [counts[condition] for condition in range(valid.shape[1])]
    assert max(per_condition) - min(per_condition) <= 1


@settings(max_examples=60, deadline=None)
@given(valid=validities(), seed=st.integers(0, 2**40), blocks=st.integers(1, 5), data=st.data())
def test_with_a_number_of_trials_cells_of_a_condition_fill_evenly(
    valid: Matrix, seed: int, blocks: int, data: st.DataObject
) -> None:
    most = most_trials(valid)
    assume(most)
    trials = data.draw(st.integers(1, most))
    plans = dealt_plans(seed, blocks, valid, trials)
    shown = Counter(cell for block in plans for plan in block for cell in plan.main)
    for condition in range(valid.shape[1]):
        fills = [shown[n, condition] for n in range(len(valid)) if valid[n, condition]]
        assert max(fills) - min(fills) <= 1
        assert sum(fills) == blocks * trials


@settings(max_examples=40, deadline=None)
@given(valid=validities(), seed=st.integers(0, 2**40), people=st.integers(1, 6))
def test_within_a_block_no_cell_is_given_twice(valid: Matrix, seed: int, people: int) -> None:
    """So cells are even, too, where a study ends in the middle of a block, as it does with 60 conditions."""
    most = most_trials(valid)
    assume(most)
    block = dealt_plans(seed, 1, valid, most)[0][:people]
    assert max(Counter(cell for plan in block for cell in plan.main).values()) == 1


def test_a_participants_plan_is_the_same_in_whatever_order_plans_are_asked_for() -> None:
    valid = np.ones((30, 6), dtype=bool)
    forwards, backwards = Block(1, 0, valid, 20), Block(1, 0, valid, 20)
    last = backwards.dealt(5).tolist()
    assert [forwards.dealt(place).tolist() for place in range(6)][5] == last
    with ThreadPoolExecutor(6) as threads:
        shared = Block(1, 0, valid, 20)
        found = list(threads.map(lambda place: shared.dealt(place).tolist(), range(6)))
    assert found == [forwards.dealt(place).tolist() for place in range(6)]


def test_so_many_of_each_condition_are_exactly_so_many() -> None:
    valid = np.ones((40, 7), dtype=bool)
    for plan in dealt_plans(3, 2, valid, 5 * 7)[1]:
        assert Counter(condition for _, condition in plan.main) == dict.fromkeys(range(7), 5)


def test_dealt_plans_are_pure_and_more_trials_than_cells_are_refused() -> None:
    valid = np.ones((20, 4), dtype=bool)
    first = make_plan(3, 5, valid, (1, 2), 10)
    kept_block.cache_clear()
    assert make_plan(3, 5, valid.copy(), (1, 2), 10) == first
    assert {n for n, _ in first.main}.isdisjoint(first.practice)
    with pytest.raises(ValueError, match="19 trials; the poorest condition has 18 valid cells"):
        make_plan(3, 5, valid, (1, 2), 19)


def test_the_dealt_plan_of_a_known_study_has_not_changed() -> None:
    plan = make_plan(1, 0, np.ones((6, 2), dtype=bool), (0,), 4)
    assert plan.main == KNOWN_DEALT_PLAN


KNOWN_DEALT_PLAN = ((5, 1), (4, 0), (2, 0), (1, 1))


def test_dealt_orders_and_conditions_are_random_over_studies() -> None:
    """In 2000 studies each stimulus has each condition equally often, and is left out equally often."""
    studies = 2000
    valid = np.ones((5, 3), dtype=bool)
    cells = Counter(cell for seed in range(studies) for cell in make_plan(seed, 0, valid, (), 3).main)
    # Binomial: 3 of 5 stimuli, in one of 3 conditions: sqrt(2000 * 1/5 * 4/5) = 17.9, as above.
    assert max(abs(cells[n, c] - studies / 5) for n in range(5) for c in range(3)) < 4.5 * 17.9
