"""Files of the model-vs-human format that once gave wrong numbers in silence, with the right ones."""

from pathlib import Path

import pytest

from app.exports.mvh import SourceIs, accuracy_table, consistency_table, read_files

HEADER = "subj,session,trial,rt,object_response,category,condition,imagename"
CATEGORIES = ("cat", "boat", "car", "dog")
# Who was right (1) on which of 40 pictures. Both are right on 22 and both wrong on 3: .625; 31 and 28 right
# of 40 are expected to agree on .775 x .7 + .225 x .3 = .61; kappa is (.625 - .61) / .39 = .038.
ANN = "1001101111111111101100111010111111111011"
BOB = "1101011111101011110011011000111110101111"


def write(folder: Path, name: str, rows: list[str], header: str = HEADER) -> Path:
    (folder / name).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder / name


def answers(subject: str, right: str, picture: str) -> list[str]:
    """A row per picture, whose name is `picture` filled with number, category and subject."""
    rows = []
    for number, is_right in enumerate(right):
        category = CATEGORIES[number % 4]
        answer = category if is_right == "1" else CATEGORIES[(number + 1) % 4]
        name = picture.format(trial=number + 1, category=category, subject=subject, instance=number // 4)
        rows.append(f"{subject},1,{number + 1},0.8,{answer},{category},c0,{name}")
    return rows


@pytest.mark.parametrize(
    ("picture", "shortened"),
    [
        ("img{trial:04d}-{category}.png", False),
        ("{trial:04d}_{category}.png", False),  # the trial's number is all that tells these apart
        ("{trial:04d}_exp_{subject}_c0_{category}_00_{category}_{instance:02d}b.jpg", True),
        ("{trial:04d}_exp_{subject}_c0_{category}_00_n02951358_{trial}.JPEG", True),
        ("{trial:04d}_my_picture_of_a_{category}_{instance}.png", False),
    ],
)
def test_kappa_is_that_of_40_pictures_however_they_are_named(
    tmp_path: Path, picture: str, shortened: bool
) -> None:
    files = [write(tmp_path, f"{who}.csv", answers(who, right, picture)) for who, right in
             (("s01", ANN), ("s02", BOB))]  # fmt: skip
    imported = read_files(files)
    (pair,) = consistency_table(imported).to_dict("records")
    assert (pair["stimuli"], pair["kappa"]) == (40, pytest.approx(0.015 / 0.39))
    assert any("the picture is what follows TRIAL_" in note for note in imported.notes) == shortened


@pytest.mark.parametrize(
    "rows",
    [
        # One picture's name in two experiments, and one shown twice under two numbers.
        ["0001_exp_s01_c0_dog_00_a.jpg", "0002_other_s01_c0_dog_00_a.jpg"],
        ["0001_exp_s01_c0_dog_00_a.jpg", "0002_exp_s01_c0_dog_01_a.jpg"],
        ["0001_exp_s01_c0_dog_00_a.jpg", "0002_exp_s01_c0_dog_00_a.jpg"],
        ["0001_exp_s01_c0_dog_00_a.jpg", "a.jpg"],
    ],
)
def test_no_two_names_of_one_person_collapse(tmp_path: Path, rows: list[str]) -> None:
    lines = [f"s01,1,{number},0.8,dog,dog,c0,{name}" for number, name in enumerate(rows)]
    imported = read_files([write(tmp_path, "a.csv", lines)])
    assert imported.answers["image"].tolist() == rows
    (note,) = imported.notes
    assert "told apart by their whole names" in note
    assert f"such as {rows[0]} and {rows[1]}" in note


def test_one_picture_in_two_conditions_is_one_picture(tmp_path: Path) -> None:
    lines = [f"s01,1,{trial},0.8,dog,dog,{c},000{trial}_exp_s01_{c}_dog_00_a.jpg" for trial, c in
             ((1, "c0"), (2, "c1"))]  # fmt: skip
    assert read_files([write(tmp_path, "a.csv", lines)]).answers["image"].tolist() == ["a.jpg", "a.jpg"]


def labelled(folder: Path, name: str, label: str, trials: range) -> Path:
    folder.mkdir(exist_ok=True)
    return write(folder, name, [f"{label},1,{t},0.6,dog,dog,natural,n{t:03d}" for t in trials])


@pytest.mark.parametrize("first_trial", [1, 1001])
def test_one_label_of_two_laboratories_is_two_people(tmp_path: Path, first_trial: int) -> None:
    ours = [labelled(tmp_path, f"our-{n}.csv", f"subject-{n:02d}", range(1, 15)) for n in (1, 2, 3)]
    theirs = labelled(tmp_path, "theirs.csv", "subject-01", range(first_trial, first_trial + 12))
    imported = read_files([*ours, theirs])
    accuracy = accuracy_table(imported).set_index("subj")["trials"]
    assert accuracy.to_dict() == {
        "subject-01 (our-1.csv)": 14, "subject-02": 14, "subject-03": 14, "subject-01 (theirs.csv)": 12,
    }  # fmt: skip
    assert "subject-01: a label in more than one source, another person in each" in imported.notes[0]


@pytest.mark.parametrize(("source", "people"), [("file", 3), ("folder", 2), ("one", 1)])
def test_what_makes_another_person_can_be_said(tmp_path: Path, source: SourceIs, people: int) -> None:
    files = [
        labelled(tmp_path / "ours", "1.csv", "s1", range(1, 5)),
        labelled(tmp_path / "ours", "2.csv", "s1", range(5, 9)),
        labelled(tmp_path / "theirs", "1.csv", "s1", range(9, 13)),
    ]
    imported = read_files(files, source)
    assert len(accuracy_table(imported)) == people
    assert len(imported.answers) == 12


def test_a_column_says_whose_a_label_is(tmp_path: Path) -> None:
    rows = [f"s1,1,{t},0.6,dog,dog,natural,n{t},{lab}" for lab in ("York", "Bonn") for t in range(3)]
    imported = read_files([write(tmp_path, "a.csv", rows, f"{HEADER},Source")])
    assert accuracy_table(imported)["subj"].tolist() == ["s1 (York)", "s1 (Bonn)"]


def test_a_file_given_under_two_names_is_noticed(tmp_path: Path) -> None:
    files = [labelled(tmp_path, f"{name}.csv", "s1", range(5)) for name in "ab"]
    assert "s1: two sources have the same trials of this label" in read_files(files).notes[1]


def test_decomposed_letters_are_the_same_letters(tmp_path: Path) -> None:
    rows = [f"s1,1,{t},0.5,V\u00f6gel,Vo\u0308gel,c0,p{t}.png" for t in range(8)]
    imported = read_files([write(tmp_path, "a.csv", rows)])
    assert accuracy_table(imported)["correct"].tolist() == [8]
    assert imported.notes == ()


def times(folder: Path, *given: str, answer: str = "dog") -> tuple[list[float], tuple[str, ...]]:
    rows = [f"s1,1,{n},{rt},{answer},dog,c0,p{n}.png" for n, rt in enumerate(given)]
    imported = read_files([write(folder, "a.csv", rows)])
    found = imported.answers["rt_s"]
    return found[found.notna()].tolist(), imported.notes


def test_impossible_response_times_are_missing_and_counted(tmp_path: Path) -> None:
    kept, notes = times(tmp_path, "0.5", "-0.2", "0", "inf", "-inf", "0.7", "812", "NaN", "na")
    assert kept == [0.5, 0.7]
    reasons = {note.split(" response times are ")[1].split(" and count")[0]: note[0] for note in notes}
    assert reasons == {
        "no number (NaN) for an answer that was given, from people with others": "2",
        "infinite": "2",
        "not above 0": "2",
        "above 60 s, or of somebody whose median is (milliseconds? the format has seconds)": "1",
    }
    assert f"the first is {tmp_path}/a.csv:3" in notes[2]


def test_milliseconds_are_no_seconds(tmp_path: Path) -> None:
    kept, (note,) = times(tmp_path, "812", "733.5", "45", "1204")
    assert kept == []
    assert note.startswith("4 response times are above 60 s, or of somebody whose median is (milliseconds?")


def test_nobody_s_times_and_no_answer_s_time_need_no_caveat(tmp_path: Path) -> None:
    assert times(tmp_path, "NaN", "na", "") == ([], ())
    assert times(tmp_path, "0.5", "NaN", answer="na") == ([0.5], ())


def test_semicolons_and_decimal_commas_are_said(tmp_path: Path) -> None:
    rows = ["s1;1;1;0,5;dog;dog;c0;p.png"]
    imported = read_files([write(tmp_path, "a.csv", rows, HEADER.replace(",", ";"))])
    assert imported.answers["rt_s"].tolist() == [0.5]
    assert "was read as separated by semicolons, with decimal commas" in imported.notes[0]
