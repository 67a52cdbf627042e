"""The trials of a session of thresholds: balanced, in an order that allows to look one trial ahead."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adaptive.schedule import ARRANGEMENTS, AbxTrial, dimensions_of, schedule

SESSION = st.tuples(
    st.integers(0, 5),
    st.integers(0, 50),
    st.integers(2, 7),
    st.integers(1, 6),
    st.integers(1, 12),
    st.integers(0, 9),
)


def made(seed: int, slot: int, dimensions: int, images: int, each: int, practice: int) -> list[AbxTrial]:
    return schedule(seed, slot, tuple(range(dimensions)), images, each, practice=practice)


@settings(max_examples=150, deadline=None)
@given(SESSION)
def test_no_dimension_comes_twice_running(session: tuple[int, ...]) -> None:
    trials = made(*session)
    if session[2] >= 3:  # with two, a catch trial stands between one of each
        assert all(one.dimension != two.dimension for one, two in pairwise(trials))
    main = [trial for trial in trials if trial.kind == "main"]
    assert all(one.dimension != two.dimension for one, two in pairwise(main))


@settings(max_examples=150, deadline=None)
@given(SESSION)
def test_dimensions_images_and_arrangements_are_balanced(session: tuple[int, ...]) -> None:
    _, _, dimensions, images, each, practice = session
    trials = made(*session)
    main = [trial for trial in trials if trial.kind == "main"]
    assert Counter(trial.dimension for trial in main) == dict.fromkeys(range(dimensions), each)
    for number in range(dimensions):
        of_one = [trial for trial in main if trial.dimension == number]
        for start in range(0, len(of_one) - 3, 4):
            four = of_one[start : start + 4]
            assert sorted((t.changed_first, t.x_changed) for t in four) == sorted(ARRANGEMENTS)
        shown = Counter(trial.image for trial in of_one)
        assert max(shown.values()) - min(shown.get(image, 0) for image in range(images)) <= 1
    kinds = Counter(trial.kind for trial in trials)
    assert kinds["practice"] == practice and all(t.kind == "practice" for t in trials[:practice])
    assert kinds["catch"] == round(0.05 * len(main))


def test_the_right_answer_names_the_interval_that_x_repeats() -> None:
    rights = [AbxTrial("main", 0, 0, *arrangement).right_answer for arrangement in ARRANGEMENTS]
    assert dict(zip(ARRANGEMENTS, rights, strict=True)) == {
        (True, True): "first",
        (True, False): "second",
        (False, True): "second",
        (False, False): "first",
    }


def test_a_schedule_depends_on_seed_and_slot_alone() -> None:
    assert made(3, 4, 5, 3, 8, 4) == made(3, 4, 5, 3, 8, 4)
    assert made(3, 4, 5, 3, 8, 4) != made(3, 5, 5, 3, 8, 4)
    assert made(3, 4, 5, 3, 8, 4) != made(4, 4, 5, 3, 8, 4)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3), st.integers(2, 12), st.integers(2, 8), st.integers(1, 40))
def test_more_dimensions_than_a_session_holds_are_shared_evenly(
    seed: int, dimensions: int, per_session: int, participants: int
) -> None:
    control = dimensions
    counts: Counter[int] = Counter()
    for slot in range(participants):
        shown = dimensions_of(seed, slot, dimensions + 1, per_session, always=(control,))
        assert len(set(shown)) == len(shown) == min(per_session, dimensions + 1)
        counts.update(shown)
    assert counts[control] == participants
    others = [counts[number] for number in range(dimensions)]
    assert max(others) - min(others) <= 1


@pytest.mark.parametrize(("dimensions", "images", "each"), [((0,), 1, 1), ((0, 1), 0, 1), ((0, 1), 1, 0)])
def test_a_session_of_nothing_is_refused(dimensions: tuple[int, ...], images: int, each: int) -> None:
    with pytest.raises(ValueError, match="at least two dimensions, one image and one trial"):
        schedule(0, 0, dimensions, images, each)
