"""Standard errors and intervals of means: against values worked out by hand."""

import math

import numpy as np
import pytest

from app.analysis.statistics.bootstrap import Method, intervals
from app.analysis.statistics.summary import summarise, within_errors

METHODS: tuple[Method, ...] = ("logit_t", "t", "percentile", "bca")
# Student's t, 97.5 %, 2 degrees of freedom (table).
T2 = 4.302653


def test_standard_errors_are_those_worked_out_by_hand() -> None:
    """Proportions .2 .4 .9: mean .5, squared deviations .09 + .01 + .16 = .26."""
    found = summarise(np.array([0.2, 0.4, 0.9]))
    assert found.sem == pytest.approx(math.sqrt(0.26 / 2 / 3))
    assert found.sem_ddof0 == pytest.approx(math.sqrt(0.26 / 3 / 3))


def test_the_within_participant_sem_leaves_out_how_able_a_participant_is() -> None:
    """By hand. Rows less their means: -.1 .1 | -.2 .2 | -.3 .3; variance .01, times 2 (Morey), over 3."""
    found = within_errors([[0.1, 0.3], [0.5, 0.9], [0.2, 0.8]])
    assert found.sem == pytest.approx([math.sqrt(0.01 * 2 / 3)] * 2)
    assert found.note == ""
    same_profile = within_errors([[0.1, 0.3], [0.5, 0.7], [0.2, 0.4]])
    assert same_profile.sem == pytest.approx([0, 0], abs=1e-9)


def test_the_within_participant_sem_takes_participants_with_all_conditions_that_anybody_saw() -> None:
    found = within_errors([[0.2, 0.1, math.nan], [0.4, 0.6, math.nan], [0.9, math.nan, math.nan]])
    assert found.sem[:2] == pytest.approx([math.sqrt(2 * 0.01125 / 2)] * 2)
    assert found.sem[2] is None
    assert found.note == "within-participant SEM is of the 2 participants with all conditions"


@pytest.mark.parametrize(
    ("table", "needed"),
    [
        ([[0.2], [0.4]], "two conditions"),
        ([[0.2, 0.4]], "two participants with all conditions"),
        ([[0.2, math.nan], [math.nan, 0.4]], "two participants with all conditions"),
    ],
)
def test_a_within_participant_sem_that_is_not_defined_says_what_it_needs(
    table: list[list[float]], needed: str
) -> None:
    found = within_errors(table)
    assert set(found.sem) == {None}
    assert found.note == f"within-participant SEM is not defined: it needs {needed}"


def test_missing_cells_are_left_out_of_their_condition_only() -> None:
    with_gap, without = intervals([[0.2, 0.1], [0.4, 0.6], [math.nan, 0.9]]), intervals([[0.2], [0.4]])
    assert with_gap[0] == without[0]
    assert with_gap[1] == intervals([[0.1], [0.6], [0.9]])[0]


def test_closed_intervals_are_those_worked_out_by_hand() -> None:
    sem = math.sqrt(0.26 / 2 / 3)
    (on_logits,) = intervals([[0.2], [0.4], [0.9]])
    reach = T2 * sem / 0.25  # at mean .5 the logit is 0 and its derivative 4
    assert on_logits.low == pytest.approx(1 / (1 + math.exp(reach)), abs=1e-6)
    assert on_logits.high == pytest.approx(1 / (1 + math.exp(-reach)), abs=1e-6)
    (plain,) = intervals([[0.45], [0.5], [0.55]], "t")
    assert plain.low == pytest.approx(0.5 - T2 * 0.05 / math.sqrt(3), abs=1e-6)
    (cut,) = intervals([[0.2], [0.4], [0.9]], "t")
    assert (cut.low, cut.high) == (0, 1)


def test_the_percentile_interval_holds_the_quantiles_of_all_resamples() -> None:
    """All 27 ways to draw three of 0, .3, .9 are equally likely: 1 of them has mean 0, 1 has mean .9."""
    values = [0.0, 0.3, 0.9]
    means = [np.mean([a, b, c]) for a in values for b in values for c in values]
    (found,) = intervals([[value] for value in values], "percentile", level=0.8, resamples=20_000)
    low, high = np.quantile(means, [0.1, 0.9])
    assert found.low == pytest.approx(low, abs=1e-9)
    assert found.high == pytest.approx(high, abs=1e-9)


def test_bca_agrees_with_percentile_for_symmetric_data_and_moves_for_skewed() -> None:
    symmetric = [[value] for value in np.linspace(0.3, 0.7, 15)]
    (plain,), (corrected,) = (intervals(symmetric, method) for method in ("percentile", "bca"))
    assert corrected.low == pytest.approx(plain.low, abs=0.004)
    skewed = [[value] for value in (*[0.9] * 12, 0.5, 0.3, 0.1)]
    (plain,), (corrected,) = (intervals(skewed, method) for method in ("percentile", "bca"))
    assert corrected.low is not None and plain.low is not None
    assert corrected.low < plain.low - 0.01  # the long tail is below


@pytest.mark.parametrize("method", METHODS)
def test_intervals_are_ordered_in_range_and_repeatable(method: Method) -> None:
    values = np.random.default_rng(2).binomial(10, [0.95, 0.5, 0.06], (16, 3)) / 10
    found = intervals(values, method, seed=4)
    for interval, mean in zip(found, values.mean(axis=0), strict=True):
        assert interval.low is not None and interval.high is not None
        assert 0 <= interval.low < mean < interval.high <= 1
    assert found == intervals(values, method, seed=4)
    wider = intervals(values, method, level=0.99, seed=4)
    assert all(wide.low <= usual.low for wide, usual in zip(wider, found, strict=True))  # type: ignore[operator]


@pytest.mark.parametrize("method", METHODS)
def test_too_little_data_gets_a_word_instead_of_a_number(method: Method) -> None:
    table = [[0.5, 1.0, math.nan], [math.nan, 1.0, math.nan], [math.nan, 1.0, math.nan]]
    found = intervals(table, method)
    assert [entry.note.split(":")[0] for entry in found] == [
        "one participant", "all participants alike", "no participant",
    ]  # fmt: skip
    assert all((entry.low, entry.high) == (None, None) for entry in found)


def test_a_level_outside_0_and_1_is_refused() -> None:
    with pytest.raises(ValueError, match="level: 95"):
        intervals([[0.1], [0.2]], level=95)
