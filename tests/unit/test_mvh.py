"""The model-vs-human format: a small example by hand, and everything that can be wrong in a file."""

from pathlib import Path

import pandas as pd
import pytest

from app.core.errors import Conflict, Invalid
from app.exports.formats.mvh import PictureNames, of_person
from app.exports.mvh import (
    accuracy_table,
    confusion_table,
    consistency_table,
    read_files,
)

HEADER = "subj,session,trial,rt,object_response,category,condition,imagename"
PEOPLE = f"""{HEADER}
subject-01,1,1,0.8,cat,cat,bw,0001_cl_s01_bw_cat_40_n02951358_5952.JPEG
subject-01,1,2,1.1,dog,cat,bw,0002_cl_s01_bw_cat_40_n02951358_1.JPEG
subject-01,1,3,NaN,na,dog,bw,0003_cl_s01_bw_dog_40_n02084071_7.JPEG
subject-01,1,4,0.5,dog,dog,bw,0004_cl_s01_bw_dog_40_n02084071_8.JPEG
"""
# Another order, another prefix, another case of the header and of the labels.
NETWORK = """Subj,Session,Trial,RT,Object_Response,Category,Condition,ImageName
net,1,1,NaN,Dog,dog,bw,0001_cl_dnn_bw_dog_40_n02084071_8.JPEG
net,1,2,NaN,dog,cat,bw,0002_cl_dnn_bw_cat_40_n02951358_1.JPEG
net,1,3,NaN,cat,cat,bw,0003_cl_dnn_bw_cat_40_n02951358_5952.JPEG
net,1,4,NaN,dog,dog,bw,0004_cl_dnn_bw_dog_40_n02084071_7.JPEG
"""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "network.csv").write_text(NETWORK, encoding="utf-8-sig")
    return [tmp_path / "people.csv", tmp_path / "network.csv"]


def test_accuracy_and_kappa_are_those_worked_out_by_hand(files: list[Path]) -> None:
    imported = read_files(files)
    accuracy = accuracy_table(imported).set_index("subj")
    assert accuracy.loc["subject-01", "proportion_correct"] == 0.5  # na is wrong
    assert accuracy.loc["net", "proportion_correct"] == 0.75
    (pair,) = consistency_table(imported).to_dict("records")
    # Both right on two pictures, both wrong on one: 3 of 4 alike; expected .5 x .75 + .5 x .25 = .5.
    assert (pair["observed"], pair["expected"], pair["kappa"]) == (0.75, 0.5, 0.5)
    assert (pair["stimuli"], pair["condition"]) == (4, "bw")
    assert imported.notes == (
        "in every row the picture is what follows TRIAL_EXPERIMENT_OBSERVER_CONDITION_CATEGORY_NUMBER_ in "
        "its name: 0001_cl_s01_bw_cat_40_n02951358_5952.JPEG is n02951358_5952.JPEG",
    )


def test_confusions_have_a_column_for_no_answer(files: list[Path]) -> None:
    table = confusion_table(read_files(files)).set_index(["category", "answer"])["trials"]
    assert table.to_dict() == {
        ("cat", "cat"): 2, ("cat", "dog"): 2, ("cat", "na"): 0,
        ("dog", "cat"): 0, ("dog", "dog"): 3, ("dog", "na"): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "category", "image"),
    [
        ("0000_cl_s01_bw_boat_40_n02951358_5952.JPEG", "boat", "n02951358_5952.JPEG"),
        ("0012_stylized_dnn_0_cat_00_cat7-bird2.png", "cat", "cat7-bird2.png"),
        ("0001_eid_s02_4-10-10_Clock_10_n04548280_4275.png", "clock", "n04548280_4275.png"),
        ("airplane1-bicycle2.png", "airplane", "airplane1-bicycle2.png"),
        ("my_own_picture_1.png", "cat", "my_own_picture_1.png"),
        ("0001_cat.png", "cat", "0001_cat.png"),
        ("0001_cl_s01_bw_boat_40_a.png", "cat", "0001_cl_s01_bw_boat_40_a.png"),
        ("2023_my_own_nice_cat_picture.png", "cat", "2023_my_own_nice_cat_picture.png"),
    ],
)
def test_the_name_of_the_picture_itself(tmp_path: Path, name: str, category: str, image: str) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER}\nann,1,1,0.5,dog,{category},bw,{name}\n")
    imported = read_files([tmp_path / "a.csv"])
    assert imported.answers["image"].tolist() == [image]
    assert len(imported.notes) == 1 + (image != name)  # dog is no shown category; the rule, if it shortened


def test_repeated_rows_count_once_with_a_word(files: list[Path], tmp_path: Path) -> None:
    imported = read_files([files[0], files[0]])
    assert len(imported.answers) == 4
    assert imported.notes[:1] == (f"4 repeated rows were taken once; the first is {tmp_path}/people.csv:2",)


def test_unknown_labels_count_as_wrong_with_a_word(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"{HEADER}\nann,1,1,0.5,cow,cat,bw,a.png\nann,1,2,0.5,cat,cat,bw,a.png\n")
    imported = read_files([file])
    assert accuracy_table(imported)["proportion_correct"].tolist() == [0.5]
    assert "1 answers name no shown category and count as wrong: cow" in imported.notes[0]
    assert "1 pictures were shown again to the same subject" in imported.notes[1]
    assert "cow" in set(confusion_table(imported)["answer"])


def test_one_subject_has_no_pairs(files: list[Path]) -> None:
    assert consistency_table(read_files(files[:1])).empty


def test_a_condition_called_nan_is_a_condition(tmp_path: Path) -> None:
    file = tmp_path / "edge.csv"
    file.write_text(f"{HEADER}\nnet,1,1,NaN,cat,cat,NaN,cat1.png\n")
    assert read_files([file]).conditions == ["NaN"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.csv: is empty; the first line must name the columns subj, session"),
        (HEADER + "\n", "a.csv: has a header and no rows"),
        (HEADER.replace("rt,", "") + "\nx\n", "a.csv:1: no column 'rt'; there are subj, session"),
        (HEADER + "\nann,1,1,0.5,cat,cat\n", "a.csv:2: 6 cells, but the header has 8"),
        (HEADER + "\nann,1,1,soon,cat,cat,bw,a.png\n", "a.csv:2: rt 'soon' is no number of seconds"),
        (HEADER + "\n,1,1,0.5,cat,cat,bw,a.png\n", "a.csv:2: subj is empty"),
        (
            HEADER + "\nann,1,1,0.5,cat,cat,bw,a.png\nann,1,1,0.5,dog,cat,bw,a.png\n",
            "a.csv:3: another answer to trial 1 of ann, session 1",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    with pytest.raises(Invalid, match=message):
        read_files([file])


def test_a_missing_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("a.csv", "b.csv"):
        with pytest.raises(Invalid, match=f"{name}: cannot be read"):
            read_files([tmp_path / name])


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    columns = ["participant_id", "rt_ms", "answer", "category", "condition", "natural_id"]
    rows = [
        (1, 812.5, "cat", "cat", "natural", "cat/a_1.png"),
        (2, 700.0, "dog", "cat", "head", "cat/a_1.png"),
    ]
    paths = [tmp_path / f"mine_subject-{row[0]:02d}_session-1.csv" for row in rows]
    for path, row in zip(paths, rows, strict=True):
        path.write_bytes(of_person(row[0], pd.DataFrame([row], columns=columns), PictureNames()))
    answers = read_files(paths).answers
    assert answers["subj"].tolist() == ["subject-01", "subject-02"]
    assert answers["rt"].tolist() == ["0.8125", "0.7"]
    assert answers["imagename"].tolist() == ["cat-a-1.png"] * 2
    assert answers["correct"].tolist() == [True, False]


def test_names_that_would_become_one_are_refused() -> None:
    columns = ["participant_id", "rt_ms", "answer", "category", "condition", "natural_id"]
    rows = [(1, 1.0, "cat", "cat", "natural", name) for name in ("a_1", "a-1")]
    with pytest.raises(Conflict, match="differ only by"):
        of_person(1, pd.DataFrame(rows, columns=columns), PictureNames())
