"""Small examples whose numbers were worked out by hand."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.analysis.statistics.abx import abx_proportion_right
from app.analysis.statistics.bootstrap import bootstrap_means
from app.analysis.thresholds.dimensions import MeasuredDimension, ServedLevel, groups_of
from app.analysis.thresholds.fits import FIT_COLUMNS, threshold_table
from app.analysis.thresholds.groups import contrast_table, group_table
from app.analysis.thresholds.levels import BELOW_CHANCE, level_table, pooled_fits
from app.analysis.thresholds.observers import observer_table, warnings


def level(original: str, value: float, rms: float) -> ServedLevel:
    return ServedLevel(original, value, value, rms)


# Of "a" the RMS is .01 per sd; of "b" it grows with the square root: .02 at 1, .04 at 4.
SERVED = (level("a", 1, 0.01), level("a", 4, 0.04), level("b", 1, 0.02), level("b", 4, 0.04))
ONE = MeasuredDimension("block2-1+", "block2", 1, "+", "sd", (1.0, 2.0, 4.0), SERVED)
OTHER = replace(ONE, id="block2-2-", component=2, direction="-")
DEEP = replace(ONE, id="block10-1+", layer="block10")
CONTROL = replace(ONE, id="control", layer="", component=0, direction="", unit="rms")


def test_rms_is_interpolated_in_logarithms_over_images() -> None:
    assert ONE.rms_of(1) == pytest.approx(math.sqrt(0.01 * 0.02))
    assert ONE.rms_of(2) == pytest.approx(math.sqrt(0.02 * 0.02 * math.sqrt(2)))
    assert ONE.within(1) and ONE.within(4)


def test_beyond_the_levels_the_last_line_goes_on() -> None:
    assert ONE.rms_of(16) == pytest.approx(math.sqrt(0.16 * 0.08))
    assert ONE.rms_of(0.25) == pytest.approx(math.sqrt(0.0025 * 0.01))
    assert not ONE.within(16) and not ONE.within(0.25)


def test_without_two_levels_of_an_image_there_is_no_rms() -> None:
    assert replace(ONE, served=SERVED[:1]).rms_of(2) is None
    assert replace(ONE, served=(SERVED[0], level("a", 4, 0.0))).rms_of(2) is None
    assert replace(ONE, served=SERVED[:3]).rms_of(2) == pytest.approx(0.02)  # "b" has one level: passed over


def test_names_and_groups() -> None:
    assert [one.name for one in (ONE, OTHER, CONTROL)] == ["block 2: 1 +", "block 2: 2 −", "noise (control)"]
    assert list(groups_of([CONTROL, ONE, DEEP, OTHER])) == ["block2", "block10", "control"]
    assert ONE.nearest(2.7) == 1 and ONE.nearest(2.9) == 2 and ONE.nearest(0.1) == 0


def fits(values: Mapping[int, Mapping[str, float]], excluded: tuple[int, ...] = ()) -> pd.DataFrame:
    """A table of thresholds, in RMS a hundredth of them."""
    rows = [
        {
            "participant_id": who,
            "participant_excluded": "unfinished" if who in excluded else "",
            "dimension": name,
            "threshold": value,
            "threshold_rms": value / 100,
            "doubts": "",
        }
        for who, own in values.items()
        for name, value in own.items()
    ]
    return pd.DataFrame(rows, columns=list(FIT_COLUMNS)).astype(FIT_COLUMNS)


def test_the_mean_is_geometric_and_leaves_out_whom_the_rules_leave_out() -> None:
    table = fits({1: {ONE.id: 1.0}, 2: {ONE.id: 4.0}, 3: {ONE.id: 64.0}}, excluded=(3,))
    row = group_table(table, [ONE]).set_index(["scale", "of"]).loc[("coordinate", "dimension")]
    assert row["participants"] == 2
    assert (row["threshold"], row["mean_octaves"], row["sem_octaves"]) == pytest.approx((2.0, 1.0, 1.0))
    assert (row["sem_low"], row["sem_high"]) == pytest.approx((1.0, 4.0))
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((1.0, 4.0))


def test_one_participant_has_a_mean_without_an_interval() -> None:
    row = group_table(fits({1: {ONE.id: 3.0}}), [ONE]).iloc[0]
    assert row["threshold"] == pytest.approx(3.0) and pd.isna(row["ci_low"])
    assert row["note"] == "one participant: SEM and interval are not defined"


def test_a_contrast_is_paired_and_in_octaves() -> None:
    """Differences of 1, 2 and 3 octaves: mean 2, SD 1, t = 2 sqrt(3) with 2 df, p = .0742."""
    table = fits(
        {1: {ONE.id: 2.0, DEEP.id: 1.0}, 2: {ONE.id: 1.0, DEEP.id: 0.25}, 3: {ONE.id: 8.0, DEEP.id: 1.0}}
    )
    row = contrast_table(table, [ONE, DEEP]).set_index(["scale", "between"]).loc[("rms", "layers")]
    assert (row["a"], row["b"], row["participants"]) == ("block 2", "block 10", 3)
    assert (row["difference_octaves"], row["ratio"]) == pytest.approx((2.0, 4.0))
    assert row["sem_octaves"] == pytest.approx(1 / math.sqrt(3))
    assert (row["t"], row["df"], row["p"]) == pytest.approx((2 * math.sqrt(3), 2, 0.07418), rel=1e-3)


def test_a_layer_is_the_mean_of_its_dimensions_and_holm_corrects_those_of_a_kind() -> None:
    people = {
        who: {ONE.id: 1.0 * shift, OTHER.id: 4.0 / shift, DEEP.id: 8.0 * shift}
        for who, shift in ((1, 1.0), (2, 1.1), (3, 0.8))
    }
    groups = group_table(fits(people), [ONE, OTHER, DEEP]).set_index(["scale", "of", "name"])
    assert groups.loc[("coordinate", "layer", "block 2"), "threshold"] == pytest.approx(2.0)
    table = contrast_table(fits(people), [ONE, OTHER, DEEP])
    own = table[table["scale"].eq("coordinate") & table["between"].eq("dimensions")]
    alike = own["a"].eq("block 2: 1 +") & own["b"].eq("block 10: 1 +")  # 3 octaves in everybody
    assert own.loc[alike, "note"].item() == "all participants differ by the same: t is not defined"
    assert own["p"].isna().sum() == 1
    assert own["p_holm"].min() == pytest.approx(2 * own["p"].min())


def test_the_control_is_compared_in_rms_alone() -> None:
    people = {1: {ONE.id: 1.0, CONTROL.id: 2.0}, 2: {ONE.id: 2.0, CONTROL.id: 3.0}}
    table = contrast_table(fits(people), [ONE, CONTROL])
    assert set(table["scale"]) == {"rms"}


def trials(answers: list[tuple[float, bool]], **fields: object) -> pd.DataFrame:
    """Main trials of participant 1 along `ONE`."""
    return pd.DataFrame(
        {
            "participant_id": 1,
            "participant_excluded": "",
            "trial_excluded": "",
            "phase": "main",
            "dimension": ONE.id,
            "level": [value for value, _ in answers],
            "rms": [value / 100 for value, _ in answers],
            "fell_back": False,
            "answer": "first",
            "correct": pd.array([right for _, right in answers], dtype="boolean"),
            **fields,
        }
    )


def test_answers_are_pooled_at_the_nearest_level() -> None:
    """2.2 and 1.9 belong to level 2; 3 of 4 right is Wilson's .30 to .95, 1 of 3 is below chance."""
    table = level_table(
        trials([(2.2, True), (1.9, True), (2.0, True), (2.0, False)] + [(1.0, False)] * 2 + [(1.0, True)]),
        [ONE],
    )
    low, high = table.to_dict("records")
    assert (high["target"], high["trials"], high["right"], high["proportion_right"]) == (2.0, 4, 3, 0.75)
    assert high["level"] == pytest.approx((2.2 * 1.9 * 2 * 2) ** 0.25)
    assert (high["ci_low"], high["ci_high"]) == pytest.approx((0.3006, 0.9544), abs=1e-4)
    assert low["note"] == BELOW_CHANCE and pd.isna(low["d_prime_independent"])


@pytest.mark.parametrize("model", ["differencing", "independent"])
def test_d_prime_is_that_of_simulated_observers(model: str) -> None:
    """Observers with d' = 1.5, 20,000 trials: the table gives it back."""
    random = np.random.default_rng(2)
    right = random.random(20_000) < abx_proportion_right(1.5, model)  # type: ignore[arg-type]
    table = level_table(trials([(2.0, bool(one)) for one in right]), [ONE])
    assert table[f"d_prime_{model}"].iloc[0] == pytest.approx(1.5, abs=0.05)


def test_only_answered_main_trials_that_are_not_dropped_count() -> None:
    told = [
        trials([(2.0, True)]),
        trials([(2.0, False)], phase="catch"),
        trials([(2.0, False)], phase="practice"),
        trials([(2.0, False)], trial_excluded="rt_outside"),
        trials([(2.0, False)]).assign(correct=pd.array([None], dtype="boolean"), answer=""),
    ]
    table = threshold_table(pd.concat(told, ignore_index=True), [ONE])
    assert (table["trials"].iloc[0], table["right"].iloc[0]) == (1, 1)
    assert threshold_table(told[1], [ONE]).empty


def test_nothing_answered_is_no_error() -> None:
    empty = trials([])
    assert threshold_table(empty, [ONE]).empty and level_table(empty, [ONE]).empty
    assert group_table(threshold_table(empty, [ONE]), [ONE]).empty
    assert contrast_table(threshold_table(empty, [ONE]), [ONE]).empty
    assert observer_table(empty, [ONE]).empty and pooled_fits(empty, [ONE]) == {}
    assert warnings(observer_table(empty, [ONE]), threshold_table(empty, [ONE])) == ()


def test_who_guesses_or_answers_one_side_is_named() -> None:
    random = np.random.default_rng(1)
    able = trials([(4.0, True)] * 30 + [(1.0, bool(one)) for one in random.random(30) < 0.5])
    able["answer"] = ["first", "second"] * 30
    guesser = trials([(4.0, bool(one)) for one in random.random(60) < 0.5], participant_id=2)
    guesser["answer"] = ["first", "second"] * 30
    sided = trials([(4.0, number % 2 == 0) for number in range(60)], participant_id=3)
    both = pd.concat([able, guesser, sided], ignore_index=True)
    observers = observer_table(both, [ONE])
    assert list(observers["guesses"]) == [False, True, True]
    assert list(observers["one_sided"]) == [False, False, True]
    told = warnings(observers, threshold_table(both, [ONE]))
    assert any(line.startswith("Participant 2 may have guessed: ") for line in told)
    assert "Participant 3 prefers one answer: “first” in 60 of 60 trials, where it was right in half." in told
    assert not any("Participant 1" in line for line in told)
    assert any(line.startswith("Dimension block2-1+ is not measured well in ") for line in told)


def test_pictures_that_were_late_are_counted() -> None:
    late = trials([(2.0, True), (2.0, True), (2.0, False), (2.0, True)]).assign(
        fell_back=[True, False, False, False]
    )
    told = warnings(observer_table(late, [ONE]), threshold_table(late, [ONE]))
    assert "In 1 of 4 trials (25.0%) the picture that was asked for was not there in time" in " ".join(told)


def test_bootstrap_intervals_of_a_mean_cover_it() -> None:
    """3,000 groups of 8 with the mean 0."""
    values = np.random.default_rng(8).standard_normal((3000, 8))
    low, high = bootstrap_means(values.T, resamples=1000)
    assert 0.93 <= np.mean((low <= 0) & (high >= 0)) <= 0.96
    low, high = bootstrap_means(np.array([[1.0]]))
    assert np.isnan(low).all() and np.isnan(high).all()
