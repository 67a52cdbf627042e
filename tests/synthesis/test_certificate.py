import math

import numpy as np
import pytest
from scipy import stats

from synthesis.bundle.manifest import Histogram, LayerNull, NullSummary
from synthesis.certify.certificate import SNR_LIMIT_DB, Match, certify, measure
from synthesis.certify.null import layer_null


def null(spearman=0.5, pearson_r2=0.4, snr_db=3.0):
    def summary(value):
        histogram = Histogram(edges=[0, value], counts=[36])
        return NullSummary(maximum=value, percentile_99=value / 2, histogram=histogram)

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


def test_an_all_zero_activation_has_correlation_zero():
    signal, zeros = relu_noise(1), np.zeros(400, np.float32)
    for match in (measure(signal, zeros), measure(zeros, signal)):
        assert match.spearman == 0
        assert match.pearson_r2 == 0
    assert measure(signal, zeros).snr_db == pytest.approx(0)
    assert measure(zeros, signal).snr_db == -SNR_LIMIT_DB
    assert measure(signal, signal).snr_db == SNR_LIMIT_DB


def test_a_certificate_needs_the_same_answer_and_all_three_statistics():
    good = Match(spearman=0.9, pearson_r2=0.8, snr_db=10, relative_error=0.3)
    assert certify(good, "cat", "cat", null()).passed
    assert not certify(good, "cat", "dog", null()).passed
    assert not certify(good, "cat", "cat", null(spearman=0.95)).passed
    assert not certify(good, "cat", "cat", null(pearson_r2=0.85)).passed
    assert not certify(good, "cat", "cat", null(snr_db=11)).passed
    assert not certify(good, "cat", "cat", null(spearman=0.9)).passed, "the maximum itself is inside"


@pytest.mark.parametrize(("features_at_once", "passes"), [(400, 1), (399, 2), (64, 7)])
def test_the_null_equals_a_loop_over_all_pairs(features_at_once, passes):
    activations = [relu_noise(seed).reshape(4, 10, 10) for seed in range(6)]
    activations.append(np.zeros((4, 10, 10), np.float32))
    calls = []

    def pass_through():
        calls.append(1)
        yield from activations

    result = layer_null("x", pass_through, 7, chunk_bytes=features_at_once * 7 * 2 * 4)
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
    histogram = layer_null("x", lambda: same, 2).spearman.histogram
    assert histogram.counts[0] == sum(histogram.counts) == 1


def test_more_stimuli_than_1415_give_a_million_random_pairs():
    rng = np.random.default_rng(0)
    activations = rng.normal(size=(1_420, 3)).astype(np.float32)
    result = layer_null("x", lambda: activations, 1_420)
    assert result.pairs == 1_000_000
    assert result.spearman.maximum == pytest.approx(1)


def test_a_null_needs_two_stimuli():
    with pytest.raises(ValueError, match="2 or more"):
        layer_null("x", lambda: [relu_noise(1)], 1)
