"""A study's ANOVAs: the same numbers as from a matrix file, and networks that take part once per person."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.matrices.stage_effect import network_participants, people_and_network, people_by_stage
from app.analysis.statistics.anova import mixed_anova, one_way_within

CONDITIONS = ["natural", "stem", "head"]


def proportions(participants: int, seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).binomial(10, [0.9, 0.6, 0.2], (participants, 3)) / 10
    return pd.DataFrame(values, columns=CONDITIONS)


def test_the_effect_of_stage_is_that_of_the_anova() -> None:
    people = proportions(8)
    record, expected = people_by_stage("tiny", "net", people), one_way_within(people.to_numpy())
    assert (record.F, record.df1, record.df2, record.p_gg) == (expected.F, 2, 14, expected.p_gg)
    assert record.p_perm == pytest.approx(1 / 10_001)
    assert (record.experiment, record.model, record.effect, record.note) == ("tiny", "net", "stage", "")


def test_a_condition_that_nobody_saw_and_who_lacks_a_cell_are_left_out_in_words() -> None:
    people = proportions(8).assign(tail=np.nan)
    people.loc[3, "stem"] = np.nan
    record = people_by_stage("tiny", "net", people)
    assert (record.humans, record.stages) == (7, 3)
    assert "nobody saw tail" in record.note
    assert "1 of 8 participants left out for missing cells: human 3" in record.note


def test_one_person_gives_no_number_and_a_word() -> None:
    record = people_by_stage("tiny", "net", proportions(1))
    assert (record.F, record.p_perm) == (None, None)
    assert "too few participants" in record.note


def test_a_network_takes_part_once_per_person_on_the_same_pictures() -> None:
    """By hand: at natural it is right on a and wrong on b; at stem right on one of two seeds of a."""
    people = pd.DataFrame(
        [(1, "natural", "a"), (1, "natural", "b"), (1, "stem", "c"), (2, "natural", "b"), (2, "stem", "a")],
        columns=["participant_id", "condition", "natural_id"],
    )
    answers = pd.DataFrame(
        [("net", "natural", "a", True), ("net", "natural", "b", False), ("net", "stem", "a", True),
         ("net", "stem", "a", False)],
        columns=["observer", "condition", "stimulus", "correct"],
    )  # fmt: skip
    (table,) = network_participants(people, answers).values()
    assert table["natural"].tolist() == [0.5, 0.0]
    assert table["stem"].tolist() == [pytest.approx(np.nan, nan_ok=True), 0.5]


def test_observer_by_stage_is_the_mixed_anova() -> None:
    people, network = proportions(8), proportions(8, seed=1)
    records = people_and_network("tiny", "net", people, network)
    expected = mixed_anova(np.vstack([people, network]), ["human"] * 8 + ["network"] * 8)
    assert [record.effect for record in records] == ["observer", "stage", "interaction"]
    assert [record.F for record in records] == pytest.approx([effect.F for effect in expected])
    assert all("on the pictures that one person saw" in record.note for record in records)
