"""`metamerlab analyze-matrix`, run as a user runs it; it needs no database."""

import csv
import json
from pathlib import Path

import pytest

from app.analysis.matrices.matrix import Record
from tests.integration.test_cli import Cli
from tests.unit.test_matrix import HEADER, SMALL


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(monkeypatch, capsys)


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    path = tmp_path / "matrix.csv"
    path.write_text(f"{HEADER}\n{SMALL}\n{SMALL.replace('e,m,', 'e,other,')}\n")
    return path


def test_json_is_a_list_with_a_record_per_model_and_effect(cli: Cli, matrix: Path) -> None:
    code, out, err = cli("analyze-matrix", matrix, "--json", "--permutations", 99)
    records = json.loads(out, parse_constant=pytest.fail)  # no NaN
    assert (code, err) == (0, "")
    assert [(record["model"], record["effect"]) for record in records] == [
        (model, effect) for model in ("m", "other") for effect in ("observer", "stage", "interaction")
    ]
    assert [record["F"] for record in records] == pytest.approx([2, 2, 8] * 2)
    assert {"experiment", "df1", "df2", "p", "p_gg", "p_hf", "p_perm", "eta_p2", "note"} <= set(records[0])
    assert cli("analyze-matrix", matrix, "--json", "--permutations", 99)[1] == out


def test_tables_are_written_and_shown(cli: Cli, matrix: Path, tmp_path: Path) -> None:
    code, out, _ = cli("analyze-matrix", matrix, "--out", tmp_path / "out", "--permutations", 9)
    assert code == 0
    assert out.splitlines()[3].split()[:4] == ["e", "m", "interaction", "8.00"]
    names = {"effects.csv": 6, "human_stage.csv": 2, "model_comparisons.csv": 3}
    for name, rows in names.items():
        with (tmp_path / "out" / name).open() as file:
            read = list(csv.DictReader(file))
        assert len(read) == rows
        assert list(read[0]) == list(Record.__dataclass_fields__)
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(names)


def test_what_was_left_out_is_said(cli: Cli, matrix: Path) -> None:
    matrix.write_text(f"{HEADER}\n{SMALL}\ne,m,7,0,natural,human,0.9\n")
    _, out, err = cli("analyze-matrix", matrix, "--json", "--permutations", 9)
    assert err == "note: e m: 1 of 5 participants left out for missing cells: human 7\n"
    assert all("human 7" in record["note"] for record in json.loads(out))


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.csv", "none.csv: cannot be read (No such file"), ("", "Is a directory")],
)
def test_errors_are_one_line_and_leave_nothing(cli: Cli, tmp_path: Path, name: str, message: str) -> None:
    code, out, err = cli("analyze-matrix", tmp_path / name, "--out", tmp_path / "out")
    assert (code, out) == (1, "")
    assert err.startswith("error: ") and message in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()
