import math

import numpy as np
import pytest
from scipy import stats

from synthesis.bundle.nulls import Growth, Histogram, LayerNull, NullSummary
from synthesis.certify.certificate import (
    SNR_LIMIT_DB,
    Match,
    average_ranks,
    certify,
    fault_of,
    measure,
)
from synthesis.certify.null import layer_null
from synthesis.certify.null_summary import pairs_of, stimuli_for

NAMES = tuple("abcdefgh")


def null(spearman=0.5, pearson_r2=0.4, snr_db=3.0):
    def summary(value):
        histogram = Histogram(edges=[0, value], counts=[36])
        growth = [Growth(pairs=36, median=value, low=value, high=value)]
        return NullSummary(
            maximum=value, percentile_99=value / 2, histogram=histogram, best=("a", "b"), growth=growth
        )

    return LayerNull(
        layer="x",
        stimuli=9,
        pairs=36,
        spearman=summary(spearman),
        pearson_r2=summary(pearson_r2),
        snr_db=summary(snr_db),
    )


def relu_noise(seed, size=400):
    """float32 activations with many ties at 0, as after a ReLU."""
    return np.maximum(np.random.default_rng(seed).normal(size=size), 0).astype(np.float32)


def test_hand_made_values():
    # |t|^2 = 25, |t - m|^2 = 1
    match = measure(np.array([3, 4], np.float32), np.array([3, 3], np.float32))
    assert match.snr_db == pytest.approx(10 * math.log10(25))
    assert match.relative_error == pytest.approx(1 / 5)
    # Ranks 1 2.5 2.5 4 and 1 2 3 4: covariance 4.5, variances 4.5 and 5.
    match = measure(np.array([0, 1, 1, 2], np.float32), np.array([0, 1, 2, 3], np.float32))
    assert match.spearman == pytest.approx(4.5 / math.sqrt(4.5 * 5))
    # Deviations -1 0 0 1 and -1.5 -.5 .5 1.5: covariance 3, variances 2 and 5.
    assert match.pearson_r2 == pytest.approx(9 / 10)


def test_agrees_with_scipy_in_the_presence_of_ties():
    a, b = relu_noise(1), relu_noise(1) + relu_noise(2)
    match = measure(a, b)
    assert match.spearman == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-12)
    assert match.pearson_r2 == pytest.approx(
        stats.pearsonr(a.astype(float), b.astype(float)).statistic ** 2, abs=1e-12
    )


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0.0, 0.0],
        [-0.0, 0.0, 1.0],
        [3.0, 1.0, 2.0],
        [-1.0, 0.0, 2.0, -1.0, 0.0, 2.0, 5.0],
        [6.0, 0.0, 6.0, 0.0, 1e-45, np.inf, -np.inf],
        relu_noise(3).tolist(),
        (relu_noise(4) - relu_noise(5)).round(1).tolist(),
    ],
)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_ranks_are_scipy_s_where_values_are_equal_zero_or_negative(values, kind):
    vector = np.array(values, kind)
    np.testing.assert_array_equal(average_ranks(vector), stats.rankdata(vector))


def test_one_nan_makes_all_ranks_nan():
    assert np.isnan(average_ranks(np.array([0, np.nan, 1], np.float32))).all()


def test_an_all_zero_activation_has_correlation_zero():
    signal, zeros = relu_noise(1), np.zeros(400, np.float32)
    for match in (measure(signal, zeros), measure(zeros, signal)):
        assert match.spearman == 0
        assert match.pearson_r2 == 0
    assert measure(signal, zeros).snr_db == pytest.approx(0)
    assert measure(zeros, signal).snr_db == -SNR_LIMIT_DB
    assert measure(signal, signal).snr_db == SNR_LIMIT_DB


@pytest.mark.parametrize(
    ("answer", "limits", "least_pairs", "fault"),
    [
        ("cat", {}, 36, ""),
        ("dog", {}, 36, "another answer"),
        ("cat", {"spearman": 0.95}, 36, "inside the null"),
        ("cat", {"pearson_r2": 0.85}, 36, "inside the null"),
        ("cat", {"snr_db": 11}, 36, "inside the null"),
        ("cat", {"spearman": 0.9}, 36, "inside the null"),  # the maximum itself is inside
        ("cat", {}, 37, "null too small"),
        ("dog", {}, 37, "another answer"),
    ],
)
def test_a_certificate_needs_the_same_answer_all_three_statistics_and_enough_pairs(
    answer, limits, least_pairs, fault
):
    good = Match(spearman=0.9, pearson_r2=0.8, snr_db=10, relative_error=0.3)
    certificate = certify(good, "cat", answer, null(**limits), least_pairs)
    assert certificate.fault == fault
    assert certificate.passed == (not fault)
    assert fault_of(certificate, null(**limits), least_pairs) == fault


@pytest.mark.parametrize(("features_at_once", "passes"), [(400, 1), (399, 2), (64, 7)])
def test_the_null_equals_a_loop_over_all_pairs(features_at_once, passes):
    activations = [relu_noise(seed).reshape(4, 10, 10) for seed in range(6)]
    activations.append(np.zeros((4, 10, 10), np.float32))
    calls = []

    def pass_through():
        calls.append(1)
        yield from activations

    result = layer_null("x", pass_through, NAMES[:7], chunk_bytes=features_at_once * 7 * 2 * 4)
    assert len(calls) == passes, "only what does not fit into memory is computed again"
    matches = {
        (i, j): measure(a, b) for i, a in enumerate(activations) for j, b in enumerate(activations) if i != j
    }
    unordered = [match for (i, j), match in matches.items() if i < j]
    assert (result.stimuli, result.pairs) == (7, 21)
    check(result.spearman, [match.spearman for match in unordered])
    check(result.pearson_r2, [match.pearson_r2 for match in unordered])
    check(result.snr_db, [match.snr_db for match in matches.values()])


def check(summary, values):
    assert summary.maximum == pytest.approx(max(values), abs=1e-4)
    assert summary.percentile_99 == pytest.approx(np.percentile(values, 99), abs=1e-4)
    counts, edges = summary.histogram.counts, summary.histogram.edges
    assert sum(counts) == len(values)
    assert (edges[0], edges[-1]) == pytest.approx((min(values), max(values)), abs=1e-4)
    below = np.searchsorted(np.sort(values), edges[30])
    assert abs(sum(counts[:30]) - below) <= 1, "one value may lie on the edge"


def test_equal_values_have_a_histogram_too():
    same = [np.ones((2, 3), np.float32), np.ones((2, 3), np.float32)]
    histogram = layer_null("x", lambda: same, NAMES[:2]).spearman.histogram
    assert histogram.counts[0] == sum(histogram.counts) == 1


def test_the_pair_that_makes_the_maximum_is_named():
    rng = np.random.default_rng(0)
    activations = [rng.normal(size=50).astype(np.float32) for _ in range(6)]
    activations[4] = activations[1] + np.float32(0.05) * activations[4]
    result = layer_null("x", lambda: activations, NAMES[:6])
    assert {summary.best for summary in (result.spearman, result.pearson_r2, result.snr_db)} == {("b", "e")}


def test_the_maximum_grows_with_the_pairs_up_to_that_of_all():
    rng = np.random.default_rng(0)
    activations = rng.normal(size=(200, 30)).astype(np.float32)
    result = layer_null("x", lambda: activations, [str(number) for number in range(200)])
    growth = result.spearman.growth
    assert [point.pairs for point in growth] == [10, 105, 1_035, 10_011, 19_900]
    assert [point.median for point in growth] == sorted(point.median for point in growth)
    assert growth[-1].low == growth[-1].high == result.spearman.maximum
    assert all(point.low <= point.median <= point.high <= result.spearman.maximum for point in growth)


@pytest.mark.parametrize(("pairs", "stimuli"), [(1, 2), (3, 3), (4, 4), (100_000, 448), (1_000_000, 1_415)])
def test_the_fewest_stimuli_that_make_so_many_pairs(pairs, stimuli):
    assert stimuli_for(pairs) == stimuli
    assert pairs_of(stimuli) >= pairs > pairs_of(stimuli - 1)


def test_a_null_needs_two_stimuli():
    with pytest.raises(ValueError, match="2 or more"):
        layer_null("x", lambda: [relu_noise(1)], NAMES[:1])
