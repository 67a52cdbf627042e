"""The commands, run as a user runs them, on both databases."""

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.cli import main
from tests.support import study_yaml

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
NEWEST = max(path.name[:4] for path in VERSIONS.glob("0*.py"))


class Cli:
    """Runs commands and keeps what they printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.argv", ["metamerlab", *map(str, words)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err


@pytest.fixture
def cli(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    empty_database_url: str,
    tmp_path: Path,
) -> Cli:
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", empty_database_url)
    monkeypatch.chdir(tmp_path)
    return Cli(monkeypatch, capsys)


def test_a_study_from_an_empty_database_to_its_close(cli: Cli, study_file: Path, tiny_bundle: Path) -> None:
    assert json.loads(cli("db", "upgrade", "--json")[1]) == {"revision": NEWEST}
    bundle = json.loads(cli("stimuli", "ingest", tiny_bundle, "--json")[1])
    assert (bundle["naturals"], bundle["metamers"], bundle["not_certified"]) == (20, 60, 2)
    checked = json.loads(cli("study", "validate", study_file, "--json")[1])
    assert checked["conditions"] == ["natural", "block2", "block10", "head"]
    assert json.loads(cli("study", "list", "--json")[1]) == []

    code, out, err = cli("study", "create", study_file, "--json")
    created = json.loads(out)
    assert (code, err) == (0, "")
    assert (created["name"], created["status"]) == ("tiny", "draft")
    assert set(created["links"]) == {"live", "pilot", "simulated"}
    assert created["links"]["live"].startswith("http://127.0.0.1:8000/s/")
    assert json.loads(cli("study", "open", "tiny", "--json")[1])["status"] == "open"
    assert json.loads(cli("study", "close", "tiny", "--json")[1])["status"] == "closed"
    (listed,) = json.loads(cli("study", "list", "--json")[1])
    assert (listed["status"], listed["links"]) == ("closed", created["links"])


def test_people_get_words_instead_of_json(cli: Cli, study_file: Path, tiny_bundle: Path) -> None:
    assert cli("db", "upgrade")[1] == f"The database is at schema {NEWEST}.\n"
    assert "20 natural pictures, 60 metamers at block2" in cli("stimuli", "ingest", tiny_bundle)[1]
    assert "good. About" in cli("study", "validate", study_file)[1]
    assert "There are no studies yet" in cli("study", "list")[1]
    assert "is stored as a draft" in cli("study", "create", study_file)[1]
    assert "Study tiny is open." in cli("study", "open", "tiny")[1]
    assert "Study tiny is closed." in cli("study", "close", "tiny")[1]
    assert "tiny (closed)" in cli("study", "list")[1]


def test_errors_are_one_line_on_stderr(cli: Cli, tmp_path: Path, tiny_bundle: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(study_yaml(tiny_bundle, sede=1))
    cli("db", "upgrade")
    for words, message in (
        (("study", "create", file), f"error: {file}:10: unknown field sede; did you mean seed?"),
        (("study", "create", tmp_path / "none.yaml"), f"error: {tmp_path}/none.yaml: cannot be read"),
        (("study", "open", "tiny"), "error: there is no study 'tiny'"),
        (("stimuli", "ingest", tmp_path / "nowhere"), f"error: {tmp_path}/nowhere: no such folder"),
    ):
        code, out, err = cli(*words)
        assert (code, out) == (1, "")
        assert err.startswith(message)
        assert err.count("\n") == 1
    assert cli("study", "list", "--json")[1] == "[]\n"


def test_a_database_that_is_not_ready_is_one_clear_line(cli: Cli, empty_database_url: str) -> None:
    file = make_url(empty_database_url).database
    expected = {
        "sqlite": f"error: there is no database {file}; run `metamerlab db upgrade`\n",
        "postgresql": "error: the database is not at the newest schema; run `metamerlab db upgrade`\n",
    }[make_url(empty_database_url).get_backend_name()]
    for words in (("study", "list"), ("serve",)):
        assert cli(*words) == (1, "", expected)


def test_a_database_that_cannot_be_reached_is_one_clear_line(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/none")
    code, out, err = cli("study", "list")
    assert (code, out) == (1, "")
    assert err.startswith("error: the database cannot be used: connection failed")
    assert err.count("\n") == 1
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", "sqlite+aiosqlite:////proc/nowhere/x.db")
    assert cli("db", "upgrade") == (1, "", "error: /proc/nowhere: No such file or directory\n")


def test_settings_that_cannot_be_used_are_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", "mysql://host/db")
    code, _out, err = cli("study", "list")
    assert code == 1
    assert err.startswith("error: METAMERLAB_DATABASE_URL: 'mysql' is not supported; begin the address with")
