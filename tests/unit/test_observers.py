"""Networks as observers: their tables, curves and correlations with people; published curves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from app.analysis.matrices.published import published_curve
from app.analysis.measures.observers import correlations, network_curves, of_study, read_answers
from app.core.errors import Invalid

HEADER = (
    "stimulus,condition,generating_model,observer_model,seed,category,"
    "natural_answer_feather,answer_feather,natural_answer_geirhos,answer_geirhos,"
    "natural_answer_1000,answer_1000,blob_sha256"
)
ROWS = [
    "cat1,natural,tiny,net,,cat,cat,cat,cat,dog,1,1,aa",
    "cat2,natural,tiny,net,,cat,dog,dog,dog,cat,1,1,ab",
    "cat1,head,tiny,net,0,cat,cat,cat,cat,cat,1,1,ac",
    "cat2,head,tiny,net,0,cat,dog,cat,dog,cat,1,1,ad",
]
SHOWN = pd.DataFrame(
    [("cat1", "natural", 0), ("cat2", "natural", 0), ("cat1", "head", 0), ("cat2", "head", 0)],
    columns=["stimulus", "layer", "seed"],
).assign(
    generating_model="tiny",
    condition=lambda shown: shown["layer"],
    natural_id=lambda shown: shown["stimulus"],
)


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "answers.csv").write_text("\n".join([header, *rows]) + "\n")
    return folder


def test_answers_by_the_rule_that_is_asked_for(tmp_path: Path) -> None:
    folder = table(tmp_path / "net", *ROWS)
    assert read_answers([folder])["correct"].tolist() == [True, False, True, True]
    assert read_answers([folder], "geirhos")["correct"].tolist() == [False, True, True, True]
    with pytest.raises(Invalid, match="no answers by the rule readout; there are: feather, geirhos, 1000"):
        read_answers([folder], "readout")


def test_a_rule_without_answers_is_passed_over(tmp_path: Path) -> None:
    row = "cat1,head,tiny,net,0,cat,,,cat,cat,1,1,ac"
    assert read_answers([table(tmp_path / "net", row)])["correct"].tolist() == [True]


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([], HEADER, "has a header and no rows"),
        (ROWS, HEADER.replace("category", "kategory"), "no column 'category'"),
        ([ROWS[0], ROWS[0]], HEADER, "net answers cat1 .natural. twice; give each network's table once"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(
    tmp_path: Path, rows: list[str], header: str, message: str
) -> None:
    with pytest.raises(Invalid, match=message):
        read_answers([table(tmp_path / "net", *rows, header=header)])


def test_a_missing_and_an_empty_table(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"nowhere: cannot be read"):
        read_answers([tmp_path / "nowhere"])
    (tmp_path / "empty.csv").touch()
    with pytest.raises(Invalid, match=r"empty.csv: is empty"):
        read_answers([tmp_path / "empty.csv"])


def test_only_pictures_of_the_study_count_with_a_word_for_the_others(tmp_path: Path) -> None:
    rows = [*ROWS, "cat9,head,tiny,net,0,cat,cat,cat,cat,cat,1,1,ae", ROWS[2].replace("tiny", "other")]
    observed = of_study(read_answers([table(tmp_path / "net", *rows[:5])]), SHOWN)
    assert len(observed.answers) == 4
    assert observed.notes == ("1 rows on pictures that the study does not show were passed over",)
    others = of_study(read_answers([table(tmp_path / "net", ROWS[0], rows[5])]), SHOWN)
    assert others.notes == ("1 rows on metamers of other networks were passed over: other",)
    with pytest.raises(Invalid, match="have no picture of this study"):
        of_study(read_answers([table(tmp_path / "net", rows[5])]), SHOWN)


def answers(observer: str, condition: str, marks: str) -> pd.DataFrame:
    rows = [(observer, f"s{n}", condition, mark == "1") for n, mark in enumerate(marks)]
    return pd.DataFrame(rows, columns=["observer", "stimulus", "condition", "correct"])


def test_the_bootstrap_sem_is_that_of_a_proportion() -> None:
    curves = network_curves(answers("net", "head", "1" * 30 + "0" * 70), ["natural", "head"])
    head = curves.set_index("condition").loc["head"]
    assert (head["stimuli"], head["proportion_correct"]) == (100, 0.3)
    # Its expectation is sqrt(p (1 - p) / n) = .0458; 10,000 resamples know it to within 1 %.
    assert head["sem"] == pytest.approx(np.sqrt(0.3 * 0.7 / 100), rel=0.03)
    unseen = curves.set_index("condition").loc["natural"]
    assert unseen["stimuli"] == 0 and unseen["note"] == "not shown to this network"
    again = network_curves(answers("net", "head", "1" * 30 + "0" * 70), ["natural", "head"])
    pd.testing.assert_frame_equal(curves, again)


def test_constant_answers_and_one_stimulus_get_a_word() -> None:
    curves = network_curves(pd.concat([answers("a", "head", "111"), answers("b", "head", "1")]), ["head"])
    assert curves["sem"].tolist()[0] == 0 and "alike" in curves["note"][0]
    assert np.isnan(curves["sem"][1]) and "not defined" in curves["note"][1]


def test_correlations_over_conditions_and_over_pictures() -> None:
    conditions = ["natural", "block2", "head"]
    net = pd.concat(
        [answers("net", name, marks) for name, marks in zip(conditions, ["11", "10", "00"], strict=True)]
    )
    people = pd.DataFrame({"condition": conditions, "proportion_correct": [0.9, 0.5, 0.1]})
    items = pd.DataFrame(
        [
            ("natural", "s0", 1.0), ("natural", "s1", 0.8), ("block2", "s0", 0.7), ("block2", "s1", 0.2),
            ("head", "s0", 0.1), ("head", "s1", 0.1),
        ],
        columns=["condition", "natural_id", "proportion_correct"],
    )  # fmt: skip
    found = correlations(net, network_curves(net, conditions), people, items).set_index("over")
    assert found.loc["conditions", "pearson"] == pytest.approx(1)
    assert found.loc["pictures", "n"] == 6
    by_hand = np.corrcoef([1, 1, 1, 0, 0, 0], [1.0, 0.8, 0.7, 0.2, 0.1, 0.1])[0, 1]
    assert found.loc["pictures", "pearson"] == pytest.approx(by_hand)


def test_a_correlation_that_is_not_defined_says_why() -> None:
    net = answers("net", "natural", "11")
    people = pd.DataFrame({"condition": ["natural"], "proportion_correct": [0.9]})
    items = pd.DataFrame(
        {"condition": ["natural"] * 2, "natural_id": ["s0", "s1"], "proportion_correct": [1.0, 0.5]}
    )
    found = correlations(net, network_curves(net, ["natural"]), people, items)
    assert found["pearson"].isna().all()
    assert found["note"].tolist() == ["fewer than 3 pairs: not defined"] * 2


MATRIX = """experiment,model,participant,stage,condition,observer,proportion_correct
v,vgg,0,0,natural_image,human,0.9
v,vgg,1,0,natural_image,human,0.7
v,vgg,0,1,relu0,human,0.5
v,vgg,1,1,relu0,human,
v,vgg,0,0,natural_image,network,1.0
"""


def test_a_published_curve_is_the_mean_over_its_people(tmp_path: Path) -> None:
    file = tmp_path / "matrix.csv"
    file.write_text(MATRIX)
    curve = published_curve(file, "vgg")
    assert curve["proportion_correct"].tolist() == [pytest.approx(0.8), 0.5]
    assert curve["n"].tolist() == [2, 1]  # the missing cell is left out
    assert curve["sem"][0] == pytest.approx(0.1)
    with pytest.raises(Invalid, match="no people on metamers of 'alexnet'; models: vgg"):
        published_curve(file, "alexnet")
    with pytest.raises(Invalid, match="cannot be read"):
        published_curve(tmp_path / "nowhere.csv", "vgg")
    file.write_text("a,b\n1,2\n")
    with pytest.raises(Invalid, match="no column 'model'"):
        published_curve(file, "vgg")


def test_a_published_curve_with_float_stages_and_semicolons_says_how_it_was_read(tmp_path: Path) -> None:
    file = tmp_path / "matrix.csv"
    rows = MATRIX.replace(",0,", ",0.0,").replace(",1,", ",1.0,").replace(",", ";").replace("0.", "0,")
    file.write_text(rows, encoding="utf-16")
    curve = published_curve(file, "vgg")
    assert curve["proportion_correct"].tolist() == [pytest.approx(0.8), 0.5]
    assert curve["stage"].tolist() == [0, 1]
    assert "was read as UTF-16, separated by semicolons, with decimal commas" in curve.attrs["note"]
