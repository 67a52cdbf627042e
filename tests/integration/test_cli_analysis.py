"""`simulate`, `analyze` and `admin token`, run as a user runs them, on both databases."""

import json
import uuid
from pathlib import Path

import httpx
import pandas as pd
import pytest

from app.cli.background_server import background_server
from app.core.config import Settings
from app.db.migrate import upgrade
from app.trials.simulate import accuracies
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)
from tests.support import CATEGORIES, LAYERS


@pytest.fixture
def site(cli: Cli, study_file: Path) -> Cli:  # noqa: F811
    """The commands, on a database with one open study."""
    for words in (("db", "upgrade"), ("study", "create", study_file), ("study", "open", "tiny")):
        assert cli(*words)[0] == 0
    return cli


def test_simulated_participants_are_analysed(site: Cli, tmp_path: Path) -> None:
    code, out, err = site("simulate", "tiny", "-n", 5, "--seed", 4, "--json")
    assert code == 0, err
    simulated = json.loads(out)
    assert simulated["participants"] == 5
    assert simulated["accuracy"] == pytest.approx(accuracies(["natural", *LAYERS], len(CATEGORIES)))
    assert "5/5" in err  # progress

    folder = tmp_path / "out"
    code, out, err = site("analyze", "tiny", "--out", folder, "--kind", "simulated", "--json")
    assert (code, err) == (0, "")
    analysed = json.loads(out)
    assert analysed["participants"] == 5
    assert analysed["trials"] == simulated["trials"] - 5 * 4  # without practice
    assert {Path(name).name for name in analysed["files"]} == {path.name for path in folder.iterdir()}
    table = pd.read_csv(folder / "recognition.csv")
    assert table["condition"].tolist() == ["natural", *LAYERS]
    assert table["proportion_correct"].tolist() == [
        point["proportion_correct"] for point in analysed["conditions"]
    ]
    assert len(pd.read_csv(folder / "trials.csv")) == analysed["trials"]


def test_the_same_seed_gives_the_same_answers_in_whatever_order_participants_come(
    site: Cli, study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four take part at once, so their order is by chance; their answers belong to their plans."""
    site("simulate", "tiny", "-n", 5, "--seed", 4)
    site("analyze", "tiny", "--out", tmp_path / "first", "--kind", "simulated")
    url = f"sqlite+aiosqlite:///{tmp_path / f'{uuid.uuid4().hex}.db'}"
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", url)
    upgrade(url)
    site("study", "create", study_file)
    site("study", "open", "tiny")
    site("simulate", "tiny", "-n", 5, "--seed", 4)
    site("analyze", "tiny", "--out", tmp_path / "second", "--kind", "simulated")
    columns = ["slot", "trial_index", "natural_id", "condition", "answer", "rt_ms"]
    first, second = (
        pd.read_csv(tmp_path / name / "trials.csv")[columns].sort_values(["slot", "trial_index"])
        for name in ("first", "second")
    )
    assert len(first) > 50
    pd.testing.assert_frame_equal(first.reset_index(drop=True), second.reset_index(drop=True))


def test_analysis_in_words(site: Cli, tmp_path: Path) -> None:
    site("simulate", "tiny", "-n", 1)
    _code, out, _err = site("analyze", "tiny", "--out", tmp_path, "--kind", "simulated")
    assert "tiny: 1 simulated participant," in out
    assert "block 10" in out
    assert out.count("SEM and interval are not defined") == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("analyze", "tinny", "--out", "out"), "no study 'tinny'"),
        (("analyze", "tiny", "--out", "out"), "no live participant of tiny has finished; finished: 0 live"),
        (("simulate", "tinny"), "no study 'tinny'"),
        (("simulate", "tiny", "--url", "http://127.0.0.1:9"), "no answer from http://127.0.0.1:9"),
    ],
)
def test_errors_are_one_line_and_leave_nothing(site: Cli, words: tuple[str, ...], message: str) -> None:
    code, out, err = site(*words)
    assert (code, out) == (1, "")
    assert message in err
    assert [line for line in err.splitlines() if line.startswith("error: ")] == [err.splitlines()[-1]]
    assert not Path("out").exists()


def test_a_study_that_is_not_open_is_not_simulated(site: Cli) -> None:
    site("study", "close", "tiny")
    code, _out, err = site("simulate", "tiny")
    assert (code, err) == (1, "error: the study 'tiny' is closed; run `metamerlab study open tiny`\n")


@pytest.mark.parametrize("words", [("-n", 0), ("--seed", -1), ("-n", "many")])
def test_malformed_numbers_are_refused(site: Cli, words: tuple[object, ...]) -> None:
    assert site("simulate", "tiny", *words)[0] == 2


def test_the_token_signs_in(site: Cli) -> None:
    issued = json.loads(site("admin", "token", "--json")[1])
    assert issued["sign_in"] == "http://127.0.0.1:8000/admin/sign-in"
    with background_server(Settings()) as url, httpx.Client(base_url=url) as browser:
        answer = browser.post("/admin/sign-in", data={"token": issued["token"]})
        assert answer.headers["location"] == "/admin"
        assert "tiny" in browser.get("/admin").text
