"""Conditions of several networks, their natural stimuli, and the statistics that compare networks."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

from app.analysis.matrices.networks import network_contrasts, networks_by_stage
from app.analysis.statistics.anova import two_way_within
from app.analysis.stimulus_names import StimulusNames, other_names
from app.analysis.wording import readable
from app.core.errors import Invalid
from app.experiments.conditions import Condition, Conditions, Network, chosen_layers, default_network
from app.experiments.naturals import shared_naturals
from app.simulation.accuracies import study_accuracies
from app.stimuli.schemas import Candidate
from app.tasks.observer import accuracies
from synthesis.bundle.manifest import NATURAL

TWO = (Network("vgg19", ("conv1", "fc8")), Network("net", ("stem", "head", "logits")))


def test_conditions_are_named_by_network_and_layer() -> None:
    conditions = Conditions(TWO, named=True)
    assert conditions.names == (
        NATURAL, "vgg19/conv1", "vgg19/fc8", "net/stem", "net/head", "net/logits",
    )  # fmt: skip
    assert conditions["net/head"] == Condition("net/head", "net", "head")
    assert conditions[NATURAL] == Condition(NATURAL)
    assert conditions.of_network(TWO[0]) == (NATURAL, "vgg19/conv1", "vgg19/fc8")
    assert conditions.several


def test_the_conditions_of_a_study_that_names_no_network_keep_their_names() -> None:
    conditions = Conditions((Network("tiny", ("block2", "head")),), named=False)
    assert conditions.names == (NATURAL, "block2", "head")
    assert conditions["head"] == Condition("head", "tiny", "head")
    assert not conditions.several


def test_layers_come_in_depth_order_and_unknown_ones_are_named() -> None:
    assert chosen_layers(["a", "b", "c"], ["c", "a"], "all") == ("a", "c")
    assert chosen_layers(["a", "b"], ["all"], "all") == ("a", "b")
    with pytest.raises(ValueError, match="no layer 'd'; it has a, b"):
        chosen_layers(["a", "b"], ["d"], "all")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("torchvision/vgg19", "vgg19"),
        ("efficientnet_lite0", "efficientnet_lite0"),
        ("nets/mine.py:make net", "make_net"),
        ("::", "network"),
    ],
)
def test_a_network_is_called_after_its_model(model: str, name: str) -> None:
    assert default_network(model) == name


def test_conditions_are_read_as_network_and_layer() -> None:
    assert readable("vgg19/fc8") == "vgg19: fc 8"
    assert readable("natural") == "Natural"
    assert readable("block10") == "block 10"


def naturals(*rows: tuple[str, str, str]) -> list[Candidate]:
    return [Candidate(None, name, category, NATURAL, 0, True, source) for name, category, source in rows]


def test_natural_stimuli_are_known_by_their_sources() -> None:
    first = naturals(("b", "bear", "s1"), ("a", "cat", "s2"))
    other = naturals(("z2", "cat", "s2"), ("z1", "bear", "s1"))
    shared = shared_naturals([("one", first), ("two", other)])
    assert [natural.ids for natural in shared] == [("a", "z2"), ("b", "z1")]
    assert [natural.category for natural in shared] == ["cat", "bear"]
    # A bundle alone tells its stimuli apart by name, as ever.
    twins = naturals(("a", "cat", "s"), ("b", "cat", "s"))
    assert [natural.ids for natural in shared_naturals([("one", twins)])] == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ([("a", "cat", "s1")], "only one has the natural stimulus 'b', two has not"),
        ([("a", "cat", "s1"), ("b", "bear", "s2"), ("c", "cat", "s3"), ("d", "cat", "s4")],
         "only two has the natural stimulus 'c' and 1 more, one has not"),
        ([("a", "dog", "s1"), ("b", "bear", "s2")], "'a' is of 'cat' in one and of 'dog' in two"),
        ([("a", "cat", "s1"), ("x", "cat", "s1")], "two: 'a' and 'x' are the same natural stimulus"),
    ],
)  # fmt: skip
def test_bundles_of_other_natural_stimuli_are_refused(
    second: list[tuple[str, str, str]], message: str
) -> None:
    first = naturals(("a", "cat", "s1"), ("b", "bear", "s2"))
    with pytest.raises(Invalid, match=message):
        shared_naturals([("one", first), ("two", naturals(*second))])


def test_the_first_bundle_names_the_natural_stimuli() -> None:
    others = other_names(7, [(7, "a", "s1"), (7, "b", "s2"), (8, "a", "s1"), (8, "z", "s2")])
    assert others == {(8, "z"): "b"}
    names = StimulusNames(Conditions(TWO, named=True), {7: "vgg19", 8: "net"}, others)
    assert names.natural_id(8, "z") == "b" == names.natural_id(7, "b")
    assert names.condition(8, "head") == "net/head"
    assert names.place(7, NATURAL) == Condition(NATURAL)


def test_simulated_observers_have_a_curve_for_each_network() -> None:
    conditions = Conditions(TWO, named=True)
    found = study_accuracies(conditions, 16)
    assert tuple(found) == conditions.names
    alone = accuracies([NATURAL, "vgg19/conv1", "vgg19/fc8"], 16)
    assert {name: found[name] for name in alone} == alone
    assert found["net/stem"] < accuracies(["natural", "a", "b", "c"], 16)["a"]
    assert found["net/logits"] == pytest.approx(1 / 16)


def curves(participants: int, layers: tuple[int, int]) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(5)
    return {
        name: pd.DataFrame(
            random.random((participants, 1 + count)) * 0.3 + 0.2 * number,
            columns=[NATURAL, *(f"{name}/l{layer}" for layer in range(count))],
        )
        for number, (name, count) in enumerate(zip(("a", "b"), layers, strict=True))
    }


def test_network_by_stage_leaves_the_natural_condition_out() -> None:
    two = curves(9, (4, 4))
    records = networks_by_stage("study", two)
    values = np.stack([curve.iloc[:, 1:].to_numpy() for curve in two.values()], axis=1)
    assert [record.effect for record in records] == ["model", "stage", "interaction"]
    for record, effect in zip(records, two_way_within(values), strict=True):
        assert (record.F, record.df1, record.df2) == (effect.F, effect.df1, effect.df2)
        assert (record.model, record.humans, record.stages) == ("a and b", 9, 4)
    assert records[0].p_perm is not None and records[0].p_perm < 0.01


def test_participants_with_a_missing_cell_are_left_out_with_a_note() -> None:
    two = curves(6, (3, 3))
    two["a"].iloc[2, 1] = np.nan
    stage = networks_by_stage("study", two)[1]
    assert stage.humans == 5
    assert stage.note == "1 of 6 participants left out for missing cells"
    assert network_contrasts(two)["participants"].tolist() == [5, 6, 6]


def test_networks_of_different_depth_are_not_crossed() -> None:
    (record,) = networks_by_stage("study", curves(6, (3, 2)))
    assert record.F is None
    assert record.note.startswith("networks have different numbers of layers (a 3, b 2)")


def test_contrasts_are_paired_t_tests_with_holms_correction() -> None:
    two = curves(8, (3, 2))
    table = network_contrasts(two)
    assert list(table["stage"]) == [1, 2]  # both have them
    assert list(table["layer_a"]) == ["l0", "l1"]
    expected = [ttest_rel(two["a"].iloc[:, stage], two["b"].iloc[:, stage]) for stage in (1, 2)]
    assert table["t"].tolist() == pytest.approx([test.statistic for test in expected])
    p = [test.pvalue for test in expected]
    smaller, larger = sorted(p)
    holm = {smaller: min(1, 2 * smaller), larger: min(1, max(2 * smaller, larger))}
    assert table["p_holm"].tolist() == pytest.approx([holm[value] for value in p])
    assert table["difference"].tolist() == pytest.approx(
        [(two["a"].iloc[:, stage] - two["b"].iloc[:, stage]).mean() for stage in (1, 2)]
    )


def test_a_contrast_without_variance_or_participants_says_so() -> None:
    same = {"a": pd.DataFrame({NATURAL: [1.0, 1], "a/l": [0.5, 0.7]})}
    same["b"] = same["a"].rename(columns={"a/l": "b/l"})
    (row,) = network_contrasts(same).to_dict("records")
    assert row["difference"] == 0 and np.isnan(row["p"]) and "t is not defined" in row["note"]
    (alone,) = network_contrasts({name: curve.iloc[:1] for name, curve in same.items()}).to_dict("records")
    assert alone["participants"] == 1 and np.isnan(alone["t"]) and alone["note"]
