"""The participant x stage x observer matrix: published values, missing cells, and bad files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.analysis.matrices.matrix import Record, human_stage, model_by_stage, observer_by_stage
from app.analysis.matrices.matrix_file import read_matrix
from app.core.errors import Invalid

PUBLISHED = Path(__file__).parents[3] / "shared/data/feather2023/participant_matrix_experiment1.csv"
HEADER = "experiment,model,participant,stage,condition,observer,proportion_correct"
# The small example of test_anova.py; F are 2, 2 and 8, each with (1, 2) degrees of freedom.
SMALL = """e,m,0,0,natural,human,0.2
e,m,0,1,layer1,human,0.6
e,m,1,0,natural,human,0.4
e,m,1,1,layer1,human,0.6
e,m,0,0,natural,network,0.5
e,m,0,1,layer1,network,0.5
e,m,1,0,natural,network,0.7
e,m,1,1,layer1,network,0.5"""


def analysed(tmp_path: Path, rows: str, header: str = HEADER) -> dict[str, Record]:
    """Records of the only table in a file of these rows, by effect."""
    path = tmp_path / "matrix.csv"
    path.write_text(f"{header}\n{rows}\n")
    (table,) = read_matrix(path)
    return {record.effect: record for record in observer_by_stage(table, permutations=200)}


def without(*lines: int) -> str:
    """The small example without some of its lines, counted from 0."""
    return "\n".join(line for number, line in enumerate(SMALL.splitlines()) if number not in lines)


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published matrix is not here")
@pytest.mark.parametrize(
    ("experiment", "model", "effect", "ratio", "df1", "df2"),
    [
        ("audio1", "kell2018", "observer", 551.93, 1, 38),
        ("audio1", "kell2018", "stage", 198.70, 9, 342),
        ("audio1", "kell2018", "interaction", 189.17, 9, 342),
        ("audio1", "cochresnet50", "observer", 467.84, 1, 38),
        ("audio1", "cochresnet50", "stage", 230.10, 8, 304),
        ("audio1", "cochresnet50", "interaction", 227.44, 8, 304),
        ("vision1", "vgg_19", "observer", 1612.08, 1, 42),
        ("vision1", "vgg_19", "interaction", 268.38, 9, 378),
        ("vision1", "resnet50", "observer", 554.92, 1, 42),
        ("vision1", "resnet50", "interaction", 290.21, 7, 294),
    ],
)
def test_published_values_are_reproduced(
    experiment: str, model: str, effect: str, ratio: float, df1: int, df2: int
) -> None:
    """Feather et al. 2023, Results."""
    (table,) = (
        each for each in read_matrix(PUBLISHED) if (each.experiment, each.model) == (experiment, model)
    )
    (record,) = (each for each in observer_by_stage(table, permutations=20) if each.effect == effect)
    assert pytest.approx(ratio, abs=0.01) == record.F
    assert (record.df1, record.df2) == (df1, df2)
    assert record.p_perm == pytest.approx(1 / 21)
    assert record.note == (
        "" if effect != "observer" else "1 degree of freedom: there is no sphericity to correct for"
    )


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the published matrix is not here")
def test_models_with_the_same_stages_are_compared() -> None:
    records = model_by_stage(read_matrix(PUBLISHED), permutations=50)
    assert {record.model for record in records} == {"resnet101 and resnet50"}
    assert [(record.effect, record.df1, record.df2) for record in records] == [
        ("model", 1, 21), ("stage", 7, 147), ("interaction", 7, 147),
    ]  # fmt: skip


def test_the_small_example(tmp_path: Path) -> None:
    records = analysed(tmp_path, SMALL)
    assert list(records) == ["observer", "stage", "interaction"]
    assert [record.F for record in records.values()] == pytest.approx([2, 2, 8])
    assert {(record.df1, record.df2) for record in records.values()} == {(1, 2)}
    assert {(record.humans, record.networks, record.stages) for record in records.values()} == {(2, 2, 2)}


def test_the_order_of_columns_and_rows_and_the_case_of_names_do_not_matter(tmp_path: Path) -> None:
    rows = [",".join(reversed(line.split(","))).replace("human", " Human ") for line in SMALL.splitlines()]
    header = "Proportion_Correct,OBSERVER,Condition,Stage,PARTICIPANT,Model,Experiment"
    records = analysed(tmp_path, "\n".join(reversed(rows)) + "\n\n", "\ufeff" + header)
    assert [record.F for record in records.values()] == pytest.approx([2, 2, 8])


@pytest.mark.parametrize("missing", ["", "NaN", "na"])
def test_a_participant_with_a_missing_cell_is_left_out_with_a_word(tmp_path: Path, missing: str) -> None:
    added = f"e,m,2,0,natural,human,0.9\ne,m,2,1,layer1,human,{missing}"
    for rows in (f"{SMALL}\n{added}", f"{SMALL}\n{added.splitlines()[0]}"):
        records = analysed(tmp_path, rows)
        assert [record.F for record in records.values()] == pytest.approx([2, 2, 8])
        for record in records.values():
            assert "1 of 5 participants left out for missing cells: human 2" in record.note


def test_unequal_numbers_are_said_where_they_matter(tmp_path: Path) -> None:
    records = analysed(tmp_path, f"{SMALL}\ne,m,2,0,natural,human,0.1\ne,m,2,1,layer1,human,0.4")
    weighed = "3 humans and 2 networks weigh the same (type III sums of squares)"
    assert weighed in records["stage"].note
    assert weighed not in records["interaction"].note + records["observer"].note
    assert pytest.approx(3.6) == records["stage"].F  # worked out in test_anova.py


def test_a_stage_that_one_observer_lacks_is_left_out_with_a_word(tmp_path: Path) -> None:
    added = "e,m,0,2,layer2,human,0.3\ne,m,1,2,layer2,human,0.4"
    records = analysed(tmp_path, f"{SMALL}\n{added}")
    assert [record.F for record in records.values()] == pytest.approx([2, 2, 8])
    assert "stage 2 (layer2) left out: no network has it" in records["stage"].note


def test_many_who_are_left_out_are_counted_and_some_are_named(tmp_path: Path) -> None:
    added = "\n".join(f"e,m,{who},0,natural,human,0.9" for who in range(2, 9))
    note = analysed(tmp_path, f"{SMALL}\n{added}")["stage"].note
    assert note.endswith(
        "7 of 11 participants left out for missing cells: human 2, human 3, human 4 and 4 more"
    )


def test_one_participant_of_each_observer_is_too_few(tmp_path: Path) -> None:
    records = analysed(tmp_path, without(2, 3, 6, 7))
    assert len(records) == 3
    for record in records.values():
        assert (record.F, record.df1, record.p, record.p_perm) == (None,) * 4
        assert "1 human and 1 network without missing cells: too few" in record.note


def test_one_observer_alone_has_a_stage_effect_only(tmp_path: Path) -> None:
    records = analysed(tmp_path, without(4, 5, 6, 7))
    assert records["observer"].F is None
    assert "only human participants" in records["interaction"].note
    # Differences .4 and .2: t(1) = .3 / (.1 / ...) = 3, and F = t^2.
    assert pytest.approx(9) == records["stage"].F
    assert (records["stage"].df1, records["stage"].df2) == (1, 1)


def test_constant_answers_get_a_word_instead_of_a_number(tmp_path: Path) -> None:
    rows = [",".join([*line.split(",")[:-1], "1.0"]) for line in SMALL.splitlines()]
    for record in analysed(tmp_path, "\n".join(rows)).values():
        assert (record.F, record.p, record.p_perm, record.eta_p2) == (None,) * 4
        assert "do not vary" in record.note


def test_one_stage_is_nothing_to_compare(tmp_path: Path) -> None:
    assert "1 stage with data" in analysed(tmp_path, without(1, 3, 5, 7))["stage"].note


def test_a_repeated_line_counts_once_with_a_word(tmp_path: Path) -> None:
    records = analysed(tmp_path, f"{SMALL}\n{SMALL.splitlines()[0]}")
    assert [record.F for record in records.values()] == pytest.approx([2, 2, 8])
    assert "line 10 repeats line 2" in records["stage"].note


def test_humans_alone_and_two_models(tmp_path: Path) -> None:
    path = tmp_path / "matrix.csv"
    other = SMALL.replace("e,m,", "e,other,").replace("0.6", "0.5")
    path.write_text(f"{HEADER}\n{SMALL}\n{other}\n")
    tables = read_matrix(path)
    assert pytest.approx(9) == human_stage(tables[0], permutations=50).F
    # Means over stages: .4 .5 and .35 .45; the models differ by .05 for both, so there is no error.
    model, _, interaction = model_by_stage(tables, permutations=50)
    assert model.F is None
    assert "do not vary" in model.note
    assert interaction.model == "m and other"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "matrix.csv: is empty; the first line must name the columns experiment, model"),
        (HEADER, "matrix.csv: has a header and no rows"),
        ("experiment,model\n", "matrix.csv:1: no column 'participant', 'stage'"),
        (f"{HEADER},Model\n", "the column model is there twice"),
        (
            f"{HEADER}\n{SMALL.replace('network', 'robot')}",
            "matrix.csv:6: observer is 'robot'; it can be human or",
        ),
        (
            f"{HEADER}\n{SMALL.replace('0.7', '70')}",
            "matrix.csv:8: proportion_correct is 70; it must be between",
        ),
        (f"{HEADER}\n{SMALL.replace('0.7', 'half')}", "matrix.csv:8: proportion_correct is 'half'"),
        (f"{HEADER}\n{SMALL.replace('1,layer1', 'last,layer1')}", "matrix.csv:3: stage is 'last'"),
        (
            f"{HEADER}\n{SMALL}\ne,m,5,1,natural,human,0.2",
            "matrix.csv:10: stage 1 is natural here and layer1",
        ),
        (
            f"{HEADER}\n{SMALL}\ne,m,0,0,natural,human,0.3",
            "matrix.csv:10: another proportion for the cell of line 2",
        ),
        (f"{HEADER}\n{SMALL}\ne,m,0,0", "matrix.csv:10: 4 cells, but the header has 7"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text(text)
    with pytest.raises(Invalid) as refused:
        read_matrix(path)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "matrix.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    with pytest.raises(Invalid, match=r"matrix.csv:1: cannot be read: is not UTF-8"):
        read_matrix(path)


@pytest.mark.parametrize(
    ("change", "encoding", "note"),
    [
        (lambda text: text.replace(",0,", ",0.0,").replace(",1,", ",1.0,"), "utf-8", ""),
        (
            lambda text: text.replace(",", ";").replace("0.", "0,"),
            "utf-8",
            "by semicolons, with decimal commas",
        ),
        (lambda text: text.replace(",", "\t"), "utf-8", "was read as separated by tabs"),
        (lambda text: text, "utf-8-sig", ""),
        (lambda text: text, "utf-16", "was read as UTF-16"),
    ],
)
def test_however_it_is_written_the_same_is_found(
    tmp_path: Path, change: Callable[[str], str], encoding: str, note: str
) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text(change(f"{HEADER}\n{SMALL}\n"), encoding=encoding)
    (table,) = read_matrix(path)
    assert table.stages() == [0, 1]
    records = observer_by_stage(table, permutations=20)
    assert [record.F for record in records] == pytest.approx([2, 2, 8])
    assert all(note in record.note for record in records)


@pytest.mark.parametrize("stage", ["1.5", "inf", "nan", "1e999", "", "1,0"])
def test_a_stage_is_a_whole_number(tmp_path: Path, stage: str) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text(f'{HEADER}\ne,m,0,"{stage}",natural,human,0.5\n')
    with pytest.raises(Invalid, match=r"matrix.csv:2: stage is '.*'; it must be a whole number"):
        read_matrix(path)


def test_another_encoding_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text(f"{HEADER}\n{SMALL}".replace("e,m", "e,réseau"), encoding="cp1252")
    with pytest.raises(Invalid, match=r"matrix.csv:2: .*not UTF-8.*Windows-1252 \(cp1252\).*iconv"):
        read_matrix(path)
