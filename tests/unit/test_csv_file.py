"""CSV: what is written runs in no spreadsheet and comes back exactly; what is read is read in any shape."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis.common.csv_file import neutralised, read_table, restored, table_csv
from synthesis.common.errors import UserError
from synthesis.common.frames import frame_csv
from synthesis.vocabulary.words import read_vocabulary

FORMULAS = [
    "=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tx", "  =1", "\u00a0=1", "\u200b=1",
    "\ufeff=1", "＝1+1", "＋1", "－1", "＠SUM", "  ＝1", "﹦1", "⁼1", "'=1", "''=1", "' =1", "−1",
]  # fmt: skip
HARMLESS = ["", "cat", "a=1", "'", "'cat", "don't", "1.5", " x", "constructor", "ä", "😀"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_in_any_disguise_gets_an_apostrophe(cell: str) -> None:
    assert neutralised(cell) == f"'{cell}"
    assert restored(neutralised(cell)) == cell


@pytest.mark.parametrize("cell", [*HARMLESS, -1, -0.5, None, True])
def test_what_is_no_formula_stays(cell: object) -> None:
    assert neutralised(cell) == cell


@given(st.text())
def test_what_was_neutralised_comes_back(cell: str) -> None:
    assert restored(neutralised(cell)) == cell


def test_headers_and_cells_of_lists_and_frames_are_neutralised() -> None:
    rows = [["=a", -1.0], [None, 2.0]]
    of_list = table_csv(["＝x", "y"], rows)
    of_frame = frame_csv(pd.DataFrame(rows, columns=["＝x", "y"]))
    for data in (of_list, of_frame):
        header, *cells = csv.reader(io.StringIO(data.decode()))
        assert (header, cells) == (["'＝x", "y"], [["'=a", "-1.0"], ["", "2.0"]])


def read(folder: Path, data: bytes, *needed: str, numbers: tuple[str, ...] = ()) -> list[dict[str, str]]:
    (folder / "t.csv").write_bytes(data)
    return [row for _line, row in read_table(folder / "t.csv", needed, numbers).rows]


def test_what_was_written_is_read_exactly(tmp_path: Path) -> None:
    texts = [text.strip() for text in FORMULAS + HARMLESS if text.strip()] + ["a,b", 'a"b', "a;b", "a\nb"]
    rows = read(tmp_path, table_csv(["text", "n"], [[text, 1] for text in texts]), "text")
    assert [row["text"] for row in rows] == texts


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Name,Rt\nx,0.5\n", ""),
        (b"\xef\xbb\xbfname,rt\r\nx,0.5\r\n", ""),
        (b"name;rt\nx;0,5\n", " was read as separated by semicolons, with decimal commas"),
        (b"name\trt\nx\t0.5\n", " was read as separated by tabs"),
        (b"sep=;\nname;rt\nx;0.5\n", " was read as separated by semicolons"),
        ("name,rt\nx,0.5\n".encode("utf-16"), " was read as UTF-16"),
        (b"\xfe\xff" + "name;rt\nx;0,5\n".encode("utf-16-be"),
         " was read as UTF-16, separated by semicolons, with decimal commas"),
        ("name,rt\nx,0.5\n".encode("utf-32"), " was read as UTF-32"),
    ],
)  # fmt: skip
def test_however_it_is_written_the_same_is_read_and_it_says_how(
    tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    table = read_table(tmp_path / "t.csv", ("name", "rt"), ("rt",))
    assert [row for _line, row in table.rows] == [{"name": "x", "rt": "0.5"}]
    assert table.note == (f"{tmp_path / 't.csv'}{said}" if said else "")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "t.csv: is empty; the first line must name the columns name, rt"),
        (b"name,rt\n\n", "t.csv: has a header and no rows"),
        (b"name|rt\nx|1\n", r"t.csv:1: no column 'name', 'rt'; .*commas, semicolons or tabs separate"),
        (b"name,rt,NAME\nx,1,y\n", "t.csv:1: the column name is there twice"),
        (b"name,rt\n\nx,1\ny\n", "t.csv:4: 1 cells, but the header has 2"),
        (b"sep=;\nname;rt\nx\n", "t.csv:3: 1 cells"),
        ("name,rt\nx,1\né,1\n".encode("cp1252"), r"t.csv:3: .*not UTF-8 .*Windows-1252 \(cp1252\).*iconv"),
        ("name,rt\nx,1\n".encode("utf-16-le"), "holds NUL characters; it may be UTF-16 without a byte-order"),
        (b"\xff\xfen", "begins with the mark of UTF-16, but is damaged"),
        (b"name,rt\n" + b"x" * 200_000 + b",1\n", "t.csv:2: is not CSV"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        read(tmp_path, data, "name", "rt")
    assert len(str(error.value).splitlines()) == 1


def test_a_comma_that_separates_is_no_decimal_comma(tmp_path: Path) -> None:
    rows = read(tmp_path, b'name,rt\nx,"0,5"\n', "name", numbers=("rt",))
    assert rows == [{"name": "x", "rt": "0,5"}]  # left for the caller to refuse: it may be thousands


def test_letters_are_composed(tmp_path: Path) -> None:
    assert read(tmp_path, "name\nVo\u0308gel\n".encode(), "name") == [{"name": "Vögel"}]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_vocabulary_is_the_first_column_whatever_separates(tmp_path: Path, separator: str) -> None:
    words = ["kiwi", "Vo\u0308gel", "tree", "house"]
    lines = "".join(f"{word}{separator}7\n" for word in words)
    (tmp_path / "w.csv").write_text(f"word{separator}frequency\n{lines}", encoding="utf-16")
    assert read_vocabulary(tmp_path / "w.csv") == ("kiwi", "vögel", "tree", "house")
