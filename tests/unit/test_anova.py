"""Analysis of variance: against values worked out by hand, and against pingouin."""

import numpy as np
import pandas as pd
import pingouin
import pytest

from app.analysis.statistics.anova import mixed_anova, one_way_within, two_way_within
from app.analysis.statistics.contrasts import epsilons

# By hand. Means of participants .4 .5 | .5 .6, of groups .45 | .55; differences between stages .4 .2 | 0 -.2.
# Observer: SS 2 (4 x .05^2) = .02, error 2 (4 x .05^2) = .02 with 2 df. Stage: SS 4 (.1^2) / 2 = .02.
# Interaction: SS 4 (.2^2) / 2 = .08. Error of both: 4 (.1^2) / 2 = .02 with 2 df.
SMALL = [[0.2, 0.6], [0.4, 0.6], [0.5, 0.5], [0.7, 0.5]]
GROUPS = ["human", "human", "network", "network"]

# pingouin 0.7.0 uses what pandas 3.1 calls deprecated.
pingouin_warns = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def some_table(participants: int, stages: int, seed: int = 3) -> np.ndarray:
    """Proportions with unequal variances and correlated stages, so that sphericity does not hold."""
    random = np.random.default_rng(seed)
    ability = random.normal(0, 1, (participants, 1))
    noise = random.normal(0, 1, (participants, stages)).cumsum(axis=1)
    return 1 / (1 + np.exp(-(ability + noise * np.linspace(0.2, 1, stages))))


def long_table(table: np.ndarray, **columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(table).assign(participant=range(len(table)), **columns)
    return frame.melt(["participant", *columns], var_name="stage", value_name="value")


def test_a_small_mixed_anova_is_the_one_worked_out_by_hand() -> None:
    observer, stage, interaction = mixed_anova(SMALL, GROUPS)
    assert [effect.effect for effect in (observer, stage, interaction)] == [
        "observer", "stage", "interaction",
    ]  # fmt: skip
    ratios = [effect.F for effect in (observer, stage, interaction)]
    assert ratios == pytest.approx([2, 2, 8])
    assert {(effect.df1, effect.df2) for effect in (observer, stage, interaction)} == {(1, 2)}
    assert [effect.eta_p2 for effect in (observer, stage, interaction)] == pytest.approx([0.5, 0.5, 0.8])
    # F(1, 2) is the square of t(2), whose p is 1 - t / sqrt(t^2 + 2).
    assert observer.p == pytest.approx(1 - 0.5**0.5)
    assert interaction.p == pytest.approx(1 - 0.8**0.5)
    assert observer.p_gg is None
    assert "no sphericity" in observer.note


def test_groups_of_unequal_size_weigh_the_same() -> None:
    """By hand: differences .4 .2 .3 | 0 -.2; mean of group means .1, error .04 with 3 df."""
    table = [[0.2, 0.6], [0.4, 0.6], [0.1, 0.4], [0.5, 0.5], [0.7, 0.5]]
    _, stage, _ = mixed_anova(table, ["human"] * 3 + ["network"] * 2)
    assert pytest.approx(0.1**2 / (0.04 / 3 / 4 * (1 / 3 + 1 / 2))) == stage.F
    assert pytest.approx(3.6) == stage.F


@pingouin_warns
def test_mixed_anova_agrees_with_pingouin() -> None:
    table, groups = some_table(14, 6), ["human"] * 7 + ["network"] * 7
    expected = pingouin.mixed_anova(
        long_table(table, group=groups),
        dv="value", within="stage", subject="participant", between="group", correction=True,
    )  # fmt: skip
    found = mixed_anova(table, groups)
    assert [effect.F for effect in found] == pytest.approx(expected["F"].tolist())
    assert [(effect.df1, effect.df2) for effect in found] == list(
        zip(expected["DF1"], expected["DF2"], strict=True)
    )
    assert [effect.p for effect in found] == pytest.approx(expected["p_unc"].tolist())
    assert [effect.eta_p2 for effect in found] == pytest.approx(expected["np2"].tolist())
    assert [effect.epsilon_gg for effect in found[1:]] == pytest.approx(expected["eps"].tolist()[1:])
    assert [effect.p_gg for effect in found[1:]] == pytest.approx(expected["p_GG_corr"].tolist()[1:])


@pingouin_warns
def test_one_way_agrees_with_pingouin() -> None:
    table = some_table(9, 5)
    expected = pingouin.rm_anova(
        long_table(table), dv="value", within="stage", subject="participant", correction=True, effsize="np2"
    ).iloc[0]
    found = one_way_within(table)
    assert pytest.approx(expected["F"]) == found.F
    assert (found.df1, found.df2) == (4, 32)
    assert found.p == pytest.approx(expected["p_unc"])
    assert found.p_gg == pytest.approx(expected["p_GG_corr"])
    assert found.eta_p2 == pytest.approx(expected["np2"])
    assert found.epsilon_hf == pytest.approx(pingouin.epsilon(pd.DataFrame(table), correction="hf"))
    assert found.p is not None and found.p_gg is not None and found.p_hf is not None
    assert found.p < found.p_hf < found.p_gg


@pingouin_warns
def test_model_by_stage_agrees_with_pingouin() -> None:
    table = some_table(9, 10).reshape(9, 2, 5)
    rows = [
        {"participant": who, "model": model, "stage": stage, "value": table[who, model, stage]}
        for who, model, stage in np.ndindex(table.shape)
    ]
    expected = pingouin.rm_anova(
        pd.DataFrame(rows), dv="value", within=["model", "stage"], subject="participant", effsize="np2"
    )
    found = two_way_within(table)
    assert [effect.effect for effect in found] == ["model", "stage", "interaction"]
    assert [effect.F for effect in found] == pytest.approx(expected["F"].tolist())
    assert [effect.p for effect in found] == pytest.approx(expected["p_unc"].tolist())
    assert [effect.eta_p2 for effect in found] == pytest.approx(expected["np2"].tolist())
    assert [effect.epsilon_gg for effect in found[1:]] == pytest.approx(expected["eps"].tolist()[1:])


def test_epsilon_is_pooled_within_groups() -> None:
    """Moving a whole group's curve changes the interaction, and not the sphericity."""
    table, groups = some_table(12, 5), ["a"] * 6 + ["b"] * 6
    moved = table + np.array([[0, 9, 2, 5, 7]]) * (np.arange(12)[:, None] < 6)
    epsilon = mixed_anova(table, groups)[1].epsilon_gg
    assert mixed_anova(moved, groups)[1].epsilon_gg == pytest.approx(epsilon)


def test_epsilon_has_its_bounds() -> None:
    """All variation in one of four contrasts, 9 df of error: GG is 1/4, HF (10 x 1 - 2) / (4 x 8), too."""
    scores = np.zeros((10, 4))
    scores[:, 2] = np.arange(10)
    assert epsilons(scores, np.ones((1, 10))) == pytest.approx((0.25, 0.25))
    square = np.vstack([np.eye(4), -np.eye(4)])  # equal variances and no correlation
    assert epsilons(square, np.ones((1, 8))) == pytest.approx((1, 1))


@pytest.mark.parametrize("participants", [3, 4, 5])
@pytest.mark.parametrize("stages", [2, 3, 10])
def test_the_smallest_designs_have_numbers(participants: int, stages: int) -> None:
    table = np.random.default_rng(participants).random((participants, stages))
    effects = [*mixed_anova(table, ["a", *["b"] * (participants - 1)]), one_way_within(table[:2])]
    for effect in effects:
        ps = [effect.p] if effect.df1 == 1 else [effect.p, effect.p_gg, effect.p_hf]
        assert all(p is not None and 0 < p < 1 for p in ps), effect


@pytest.mark.parametrize("constant", [0.0, 0.7, 1.0])
def test_answers_without_any_variance_have_no_f_and_a_word(constant: float) -> None:
    effects = [
        *mixed_anova(np.full((6, 4), constant), ["a"] * 3 + ["b"] * 3),
        one_way_within(np.full((6, 4), constant)),
        *two_way_within(np.full((6, 2, 4), constant)),
    ]
    for effect in effects:
        assert (effect.F, effect.p, effect.p_gg, effect.p_hf, effect.eta_p2) == (None,) * 5
        assert "do not vary" in effect.note


def test_participants_who_differ_in_nothing_but_the_stage_have_no_f() -> None:
    effect = one_way_within(np.tile([0.9, 0.5, 0.1], (5, 1)))
    assert (effect.F, effect.df1, effect.df2) == (None, 2, 8)
    assert "do not vary" in effect.note


def test_what_cannot_be_tested_is_refused() -> None:
    for values, groups, message in (
        ([[0.1, np.nan], [0.2, 0.3], [0.1, 0.2]], ["a", "a", "b"], "a cell is missing"),
        ([[0.1, 0.2]], ["a"], "two or more"),
        ([[0.1], [0.2], [0.3]], ["a", "a", "b"], "two or more"),
        ([[0.1, 0.2], [0.2, 0.3]], ["a", "a"], "all participants are of one"),
        ([[0.1, 0.2], [0.2, 0.3]], ["a", "b"], "more participants than groups"),
        ([[0.1, 0.2], [0.2, 0.3]], ["a"], "give each one group"),
    ):
        with pytest.raises(ValueError, match=message):
            mixed_anova(values, groups)
