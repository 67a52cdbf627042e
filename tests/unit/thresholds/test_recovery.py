"""Known thresholds are found again through the tables of an adaptive study."""

import numpy as np
import pandas as pd

from app.adaptive.psychometric import Psychometric
from app.analysis.thresholds.fits import threshold_table
from app.analysis.thresholds.groups import contrast_table, group_table
from tests.unit.thresholds.observing import dimension, observed

THRESHOLDS = np.geomspace(0.35, 2.8, 18)
MANY = tuple(dimension("layer", number) for number in range(1, 19))
EARLY = (dimension("early", 1), dimension("early", 2))
LATE = (dimension("late", 1), dimension("late", 2))


def test_thresholds_are_recovered_and_their_intervals_cover_them() -> None:
    truth = {one.id: float(value) for one, value in zip(MANY, THRESHOLDS, strict=True)}
    people = {who: {name: Psychometric(value) for name, value in truth.items()} for who in range(1, 7)}
    table = threshold_table(observed(people, MANY, seed=5), MANY)
    true = table["dimension"].map(truth).to_numpy(float)
    errors = np.log2(table["threshold"] / true)
    assert len(table) == 6 * 18
    assert np.sqrt(np.mean(errors**2)) <= 0.40
    assert abs(errors.mean()) <= 0.10
    assert 0.90 <= np.mean((table["ci_low"] <= true) & (true <= table["ci_high"])) <= 0.99


def two_layers(ratio: float, seed: int, people: int = 8) -> pd.DataFrame:
    """The contrast of a late and an early layer whose thresholds are `ratio` apart, in both scales."""
    random = np.random.default_rng(seed)
    able = 0.6 * 2.0 ** random.normal(0, 0.4, people)
    truths = {
        who: {
            one.id: Psychometric(float(own * (ratio if one.layer == "late" else 1)))
            for one in (*EARLY, *LATE)
        }
        for who, own in enumerate(able, start=1)
    }
    dimensions = (*LATE, *EARLY)
    table = threshold_table(observed(truths, dimensions, seed=seed), dimensions)
    contrasts = contrast_table(table, dimensions)
    return contrasts[contrasts["between"].eq("layers")].set_index("scale")


def test_two_layers_three_apart_are_found_so() -> None:
    for seed in (1, 2):
        found = two_layers(3, seed).loc["coordinate"]
        assert (found["a"], found["b"]) == ("late", "early")
        assert 2 <= found["ratio"] <= 4.5
        assert found["ratio_low"] <= 3 <= found["ratio_high"]
        assert found["p_holm"] < 0.05
        assert found["ci_low_octaves"] > 0


def test_equal_layers_are_not_told_apart() -> None:
    found = [two_layers(1, seed).loc["coordinate"] for seed in range(10, 16)]
    assert sum(one["p_holm"] < 0.05 for one in found) <= 1
    assert sum(one["ratio_low"] <= 1 <= one["ratio_high"] for one in found) >= 5


def test_the_group_mean_is_that_of_the_participants() -> None:
    """RMS grows as level^0.8, so a threshold of 1.2 is .02 * 1.2^.8."""
    truths = {who: {EARLY[0].id: Psychometric(1.2)} for who in range(1, 13)}
    dimensions = EARLY[:1]
    table = group_table(threshold_table(observed(truths, dimensions, seed=4), dimensions), dimensions)
    row = table[table["of"].eq("dimension")].set_index("scale")
    assert row.loc["coordinate", "ci_low"] <= 1.2 <= row.loc["coordinate", "ci_high"]
    assert row.loc["rms", "ci_low"] <= 0.02 * 1.2**0.8 <= row.loc["rms", "ci_high"]
    assert row.loc["coordinate", "sem_octaves"] < 0.2
