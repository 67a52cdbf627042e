"""Shares and their bootstrap SEM against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from synthesis.recognition.scores import bootstrap_shares, score_table

# stimulus, condition, category, the observer's answer, its answer to the natural
SHOWN = (
    ("dog/1", "natural", "dog", "dog", "dog"),
    ("cat/1", "natural", "cat", "bear", "bear"),
    ("owl/1", "natural", "owl", "bird", "bird"),
    ("dog/1", "block2", "dog", "dog", "dog"),
    ("dog/1", "block2", "dog", "cat", "dog"),
    ("cat/1", "block2", "cat", "cat", "bear"),
    ("owl/1", "block2", "owl", "bird", "bird"),
    ("dog/1", "head", "dog", "dog", "dog"),
)


def table(rule="feather", categories=("bear", "bird", "cat", "dog"), layers=("block2", "head")):
    columns = ["stimulus", "condition", "category", f"answer_{rule}", f"natural_answer_{rule}"]
    answers = pd.DataFrame(SHOWN, columns=columns)
    return score_table(answers, layers, {rule: categories}, seed=0)


def row(scores, condition, score):
    (found,) = scores[(scores["condition"] == condition) & (scores["score"] == score)].to_dict("records")
    return found


def test_shares_by_hand():
    scores = table()
    assert list(dict.fromkeys(scores["condition"])) == ["natural", "block2", "head"]
    # dog 1 of 2, cat 0 of 1, owl 1 of 1: 2 of 4 pictures have the label of their natural.
    own = row(scores, "block2", "natural_label")
    assert (own["share"], own["stimuli"], own["shown"]) == (0.5, 3, 4)
    # The rule cannot answer "owl", so it is left out: dog 1 of 2, cat 1 of 1.
    true = row(scores, "block2", "true_label")
    assert (true["share"], true["stimuli"], true["shown"]) == (2 / 3, 2, 3)
    assert row(scores, "natural", "natural_label")["share"] == 1
    assert row(scores, "natural", "true_label")["share"] == 0.5


def test_ilsvrc_classes_have_no_true_label():
    assert set(table("1000", None)["score"]) == {"natural_label"}


def test_one_stimulus_has_no_sem_and_none_has_no_share():
    scores = table(layers=("block2", "head", "logits"))
    assert row(scores, "head", "natural_label")["share"] == 1
    assert np.isnan([row(scores, "head", "natural_label")[name] for name in ("sem", "low", "high")]).all()
    empty = row(scores, "logits", "true_label")
    assert (empty["stimuli"], empty["shown"]) == (0, 0)
    assert np.isnan(empty["share"])


@pytest.mark.parametrize(
    ("right", "shown", "sem"),
    [
        # Two stimuli, one recognised: resampled shares 0, 1/2, 1 with probabilities 1/4, 1/2, 1/4.
        ((1, 0), (1, 1), np.sqrt(1 / 8)),
        # 2 of 2 and 0 of 1: shares 1, 2/3, 0; mean 7/12, mean square 17/36.
        ((2, 0), (2, 1), np.sqrt(17 / 36 - 49 / 144)),
        # Four stimuli, one recognised: binomial, sqrt(1/4 * 3/4 / 4). With five pictures each as with one.
        ((1, 0, 0, 0), (1, 1, 1, 1), np.sqrt(3 / 64)),
        ((5, 0, 0, 0), (5, 5, 5, 5), np.sqrt(3 / 64)),
        ((3, 3, 3), (3, 3, 3), 0),
    ],
)
def test_the_sem_by_hand(right, shown, sem):
    right, shown = np.array(right, float), np.array(shown, float)
    estimates = [bootstrap_shares(right, shown, seed).std(ddof=1) for seed in range(20)]
    # 20,000 resamples: the standard error of an SD is about SD / sqrt(2 * 20,000) = 0.5 %.
    assert np.mean(estimates) == pytest.approx(sem, rel=0.02)
    assert bootstrap_shares(right, shown, 3).std(ddof=1) == estimates[3], "a seed gives the same number again"


def test_the_interval_of_half_of_48_stimuli_is_that_of_the_binomial():
    hits = np.arange(48) % 2 == 0
    answers = pd.DataFrame(
        {
            "stimulus": [f"clip{number}" for number in range(48)],
            "condition": "head",
            "category": "cat",
            "answer_geirhos": np.where(hits, "cat", "dog"),
            "natural_answer_geirhos": "cat",
        }
    )
    found = row(score_table(answers, ["head"], {"geirhos": None}, 0), "head", "natural_label")
    # A thousand resamples find a quantile to one clip.
    assert (found["low"], found["high"]) == pytest.approx(
        binom.ppf([0.025, 0.975], 48, 0.5) / 48, abs=1.1 / 48
    )
