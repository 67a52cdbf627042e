"""Decision rules against hand-made network outputs."""

import csv
from collections import Counter
from pathlib import Path

import pytest
import torch

from synthesis.certify.decision import (
    FeatherRule,
    GeirhosRule,
    OwnRule,
    ReadoutRule,
    WordsRule,
    check_categories,
    decision_rule,
)
from synthesis.certify.imagenet16 import CATEGORIES, CLASSES
from synthesis.certify.readout.readout import Readout
from synthesis.common.errors import UserError
from synthesis.networks.registry import Network

SHARED_TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "imagenet_to_16.csv"
NO_FEATURES = torch.zeros(1, 1280)
NETWORK = Network("some_network", torch.nn.Identity(), weights_sha256="a" * 64)


def logits(**scores: float) -> torch.Tensor:
    """One item of 1,000 logits, all 0 but those given as `c404=2.5`."""
    row = torch.zeros(1, 1000)
    for name, score in scores.items():
        row[0, int(name.removeprefix("c"))] = score
    return row


def small_readout(**changes: object) -> Readout:
    parts: dict[str, object] = {
        "weight": torch.tensor([[1.0, 0.0], [0.0, 2.0]]),
        "bias": torch.tensor([0.5, 0.0]),
        "categories": ("cat", "dog"),
        "network": NETWORK.name,
        "weights_sha256": NETWORK.weights_sha256,
    }
    return Readout(**{**parts, **changes})  # type: ignore[arg-type]


def test_the_table_has_the_published_number_of_classes_per_category() -> None:
    published = {
        "airplane": 1,
        "bear": 4,
        "bicycle": 2,
        "bird": 49,
        "boat": 5,
        "bottle": 7,
        "car": 3,
        "cat": 6,
    }
    published |= {"chair": 4, "clock": 3, "dog": 109, "elephant": 2, "keyboard": 2, "knife": 1, "oven": 1}
    published |= {"truck": 8}
    assert {name: len(indices) for name, indices in CLASSES.items()} == published
    every = [index for indices in CLASSES.values() for index in indices]
    assert len(every) == len(set(every)) == 207
    assert list(CATEGORIES) == sorted(published)


def test_the_table_is_the_published_one() -> None:
    if not SHARED_TABLE.is_file():
        pytest.skip("the shared data (imagenet_to_16.csv) is not on this machine")
    with SHARED_TABLE.open() as file:
        rows = {(row["category"], int(row["ilsvrc2012_index"])) for row in csv.DictReader(file)}
    assert rows == {(name, index) for name, indices in CLASSES.items() for index in indices}


def test_feather_takes_the_highest_ranked_class_of_the_16() -> None:
    # Class 999 belongs to none of the 16 and is passed over; 766 is oven, 499 knife.
    assert FeatherRule().answers(logits(c999=9.0, c766=3.0, c499=2.0), NO_FEATURES) == ["oven"]


def test_the_two_published_rules_differ_where_many_classes_share_the_evidence() -> None:
    # One of 109 dog classes is ranked first. Its share of the dogs' mean is e^3.1 + 108 over 109 = 1.20,
    # below the one class of airplane with e^3 = 20.1.
    item = logits(c152=3.1, c404=3.0)
    assert FeatherRule().answers(item, NO_FEATURES) == ["dog"]
    assert GeirhosRule().answers(item, NO_FEATURES) == ["airplane"]


def test_geirhos_averages_probabilities_and_not_logits() -> None:
    # elephant (385, 386): mean logit 2, mean e^x = (e^4 + 1) / 2 = 27.8; knife (499): logit 3, e^x = 20.1.
    assert GeirhosRule().answers(logits(c385=4.0, c499=3.0), NO_FEATURES) == ["elephant"]


@pytest.mark.parametrize("rule", [FeatherRule(), GeirhosRule()])
def test_ties_go_to_the_first_category(rule: FeatherRule | GeirhosRule) -> None:
    assert rule.answers(logits(c499=5.0, c766=5.0), NO_FEATURES) == ["knife"]
    assert rule.answers(torch.zeros(2, 1000), NO_FEATURES.repeat(2, 1)) == ["airplane", "airplane"]


@pytest.mark.parametrize("rule", [FeatherRule(), GeirhosRule()])
def test_each_item_gets_its_own_answer(rule: FeatherRule | GeirhosRule) -> None:
    batch = torch.cat([logits(**{f"c{CLASSES[name][0]}": 20.0}) for name in CATEGORIES])
    assert rule.answers(batch, NO_FEATURES) == list(CATEGORIES)


def test_published_rules_refuse_other_classes() -> None:
    with pytest.raises(UserError, match="need the 1000 ILSVRC-2012 classes, the network gives \\(10,\\)"):
        FeatherRule().answers(torch.zeros(1, 10), NO_FEATURES)


def test_readout_adds_weight_and_bias() -> None:
    rule = ReadoutRule(small_readout())
    features = torch.tensor([[1.0, 0.5], [1.0, 1.0]])
    assert rule.scores(features).tolist() == [[1.5, 1.0], [1.5, 2.0]]
    assert rule.answers(torch.zeros(2, 1000), features) == ["cat", "dog"]
    with pytest.raises(UserError, match="takes 2 features, the network gives \\(1280,\\)"):
        rule.answers(torch.zeros(1, 1000), NO_FEATURES)


def test_a_rule_is_found_by_its_name() -> None:
    names = {
        name: decision_rule(name, small_readout().to_bytes(), NETWORK).name
        for name in ("feather", "geirhos", "readout")
    }
    assert names == {name: name for name in names}
    assert Counter(decision_rule("readout", small_readout().to_bytes(), NETWORK).categories) == Counter(
        ["cat", "dog"]
    )


@pytest.mark.parametrize(
    ("rule", "readout", "message"),
    [
        ("guess", None, "known rules: feather, geirhos, readout, words, own"),
        ("readout", None, "give `readout: FILE` or `readout: starter`"),
        ("readout", b"not safetensors", "not a readout file"),
        ("readout", small_readout(network="other").to_bytes(), "a readout of other, not of some_network"),
        ("readout", small_readout(weights_sha256="b" * 64).to_bytes(), "with other weights"),
        ("readout", small_readout(categories=("cat",)).to_bytes(), "1 categories, but weight \\(2, 2\\)"),
    ],
)
def test_what_cannot_decide_is_refused_in_one_line(rule: str, readout: bytes | None, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        decision_rule(rule, readout, NETWORK)
    assert "\n" not in str(caught.value)


def test_stimuli_that_a_rule_cannot_name_are_refused() -> None:
    check_categories(FeatherRule(), ["dog", "cat", "dog"], "pictures")
    with pytest.raises(UserError, match="pictures: the rule feather cannot answer sofa, wolf"):
        check_categories(FeatherRule(), ["wolf", "dog", "sofa"], "pictures")


def test_own_answers_need_not_name_the_stimuli() -> None:
    own, words = OwnRule(("rain", "", "wind")), WordsRule(("rain", "", "wind"))
    check_categories(own, ["about"], "clips")
    with pytest.raises(UserError, match=r"cannot answer about; .* say `decision: own`"):
        check_categories(words, ["about"], "clips")
    logits = torch.tensor([[1.0, 9.0, 2.0]])
    assert own.answers(logits, NO_FEATURES) == words.answers(logits, NO_FEATURES) == ["wind"]
