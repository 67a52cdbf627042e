"""`simulate`, `analyze` and `admin setup`, run as a user runs them, on both databases."""

import json
import re
import uuid
from pathlib import Path

import httpx
import pandas as pd
import pytest

from app.cli.background_server import background_server
from app.core.config import Settings
from app.db.migrate import upgrade
from app.tasks.observer import accuracies
from synthesis.bundle.store import BundleStore
from tests.accounts import PASSWORD
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)
from tests.support import CATEGORIES, LAYERS

SVG_NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


@pytest.fixture
def site(cli: Cli, study_file: Path, plans_by_seed: None) -> Cli:  # noqa: F811
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
    code, out, err = site("analyze", "tiny", "--out", folder, "--audience", "simulated", "--json")
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
    effect = pd.read_csv(folder / "stage_effect.csv").iloc[0]
    assert effect["F"] == pytest.approx(analysed["stage_effect"]["F"])
    assert (effect["df1"], effect["df2"], analysed["stopping"]) == (3, 12, None)
    odds = pd.read_csv(folder / "mixed_model.csv")
    assert odds["condition"].tolist() == ["natural", *LAYERS]
    fitted = analysed["mixed_model"]["model"]
    assert odds["trials"].sum() == analysed["trials"]
    assert odds["odds_ratio"].iloc[-1] == pytest.approx(fitted["conditions"][-1]["odds_ratio"])
    assert len(pd.read_csv(folder / "detection.csv")) == 5 * len(CATEGORIES)
    code, out, err = site(
        "analyze", "tiny", "--out", folder, "--audience", "simulated", "--mixed-model-trials", 10
    )
    assert f"not fitted, since {analysed['trials']} trials would take long" in out
    assert "not fitted" in (folder / "mixed_model.csv").read_text()


def test_power_from_answers_and_from_given_numbers(site: Cli) -> None:
    given = ("power", "--accuracy", 0.9, "--accuracy", 0.5, "--trials", 20, "--sd", 0.06)
    found = json.loads(site(*given, "--sem", 0.03, "--json")[1])
    # The condition at .5 has the variance .0036 + (.25 - .0036) / 20 = .0159: 17.7 participants on average.
    assert 18 <= found["participants"] <= 26
    assert (
        f"{found['participants']} participants: SEM at most 0.03 in every" in site(*given, "--sem", 0.03)[1]
    )
    site("simulate", "tiny", "-n", 4)
    known = json.loads(site("power", "tiny", "--audience", "simulated", "--json")[1])
    assert len(known["accuracies"]) == 1 + len(LAYERS)
    replaced = site("power", "tiny", "--audience", "simulated", "--trials", 77, "--json")[1]
    assert json.loads(replaced)["trials_per_condition"] == 77


def test_a_stopping_rule_of_the_study_is_reported(
    cli: Cli,  # noqa: F811
    study_file: Path,
    tmp_path: Path,
) -> None:
    study_file.write_text(study_file.read_text() + "stop_when_sem: 0.4\n")
    for words in (("db", "upgrade"), ("study", "create", study_file), ("study", "open", "tiny")):
        assert cli(*words)[0] == 0
    cli("simulate", "tiny", "-n", 2)
    words = ("analyze", "tiny", "--out", tmp_path / "out", "--audience", "simulated")
    assert "SEM at most 0.4 in every condition: not yet; 2 participants in the condition" in cli(*words)[1]
    rule = json.loads(cli(*words, "--json")[1])["stopping"]
    assert (rule["stop"], rule["participants"], rule["target_sem"]) == (False, 2, 0.4)


def test_the_same_seed_gives_the_same_answers_in_whatever_order_participants_come(
    site: Cli, study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four take part at once, so their order is by chance; their answers belong to their plans."""
    site("simulate", "tiny", "-n", 5, "--seed", 4)
    site("analyze", "tiny", "--out", tmp_path / "first", "--audience", "simulated")
    url = f"sqlite+aiosqlite:///{tmp_path / f'{uuid.uuid4().hex}.db'}"
    monkeypatch.setenv("METAMERLAB_DATABASE_URL", url)
    upgrade(url)
    site("study", "create", study_file)
    site("study", "open", "tiny")
    site("simulate", "tiny", "-n", 5, "--seed", 4)
    site("analyze", "tiny", "--out", tmp_path / "second", "--audience", "simulated")
    columns = ["slot", "trial_index", "natural_id", "condition", "answer", "rt_ms"]
    first, second = (
        pd.read_csv(tmp_path / name / "trials.csv")[columns].sort_values(["slot", "trial_index"])
        for name in ("first", "second")
    )
    assert len(first) > 50
    pd.testing.assert_frame_equal(first.reset_index(drop=True), second.reset_index(drop=True))


def write_answers(folder: Path, bundle: Path) -> Path:
    """What a network that is always right would leave, as `python -m synthesis recognize` writes it."""
    manifest = BundleStore(bundle).read_manifest()
    categories = {natural.id: natural.category for natural in manifest.naturals}
    rows = [(natural.id, "natural", "", natural.category) for natural in manifest.naturals]
    rows += [(item.stimulus, item.layer, "0", categories[item.stimulus]) for item in manifest.items]
    head = "stimulus,condition,generating_model,observer_model,seed,category,answer_feather"
    lines = [f"{name},{layer},tiny,perfect,{seed},{right},{right}" for name, layer, seed, right in rows]
    folder.mkdir()
    (folder / "answers.csv").write_text("\n".join([head, *lines]) + "\n")
    return folder


def test_networks_stand_beside_people(site: Cli, tmp_path: Path, tiny_bundle: Path) -> None:
    site("simulate", "tiny", "-n", 3)
    network = write_answers(tmp_path / "perfect", tiny_bundle)
    words = ("analyze", "tiny", "--out", tmp_path / "out", "--audience", "simulated", "--observers", network)
    code, out, err = site(*words, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert [row["proportion_correct"] for row in result["observers"]] == [1.0] * 4
    assert result["notes"] == ["2 rows on pictures that the study does not show were passed over"]
    assert {row["note"] for row in result["correlations"]} == {"one side is constant: not defined"}
    assert (tmp_path / "out" / "observers.svg").read_text().count(">perfect<") == 1
    assert "perfect and people over 4 conditions: Pearson -" in site(*words)[1]
    first = result["consistency"][0]  # natural: who is always right has no kappa with such a network
    assert (first["observer"], first["condition"]) == ("perfect", "natural")
    effects = pd.read_csv(tmp_path / "out" / "observer_by_stage.csv")
    assert effects["effect"].tolist() == ["observer", "stage", "interaction"]
    assert (effects["humans"].tolist(), effects["networks"].tolist()) == ([3] * 3, [3] * 3)
    assert effects["note"].str.contains("on the pictures that one person saw").all()
    assert len(pd.read_csv(tmp_path / "out" / "consistency.csv")) == 4
    page = tmp_path / "r.html"
    assert site("report", "tiny", "--audience", "simulated", "--observers", network, "--out", page)[0] == 0
    assert "Networks on the same pictures" in page.read_text()
    code, _out, err = site(*words[:-1], tmp_path)
    assert (code, err) == (
        1,
        f"error: {tmp_path / 'answers.csv'}: cannot be read (No such file or directory)\n",
    )


def test_export_in_every_format(site: Cli, tmp_path: Path) -> None:
    simulated = json.loads(site("simulate", "tiny", "-n", 2, "--json")[1])
    trials = simulated["trials"] - 2 * 4
    for form in ("csv", "parquet", "mvh", "matrix", "psych-ds", "bids", "jspsych"):
        words = ("export", "tiny", "--audience", "simulated", "--format", form, "--out", tmp_path / form)
        code, out, err = site(*words, "--json")
        assert code == 0, err
        assert json.loads(out)["trials"] == trials
    csv = pd.read_csv(tmp_path / "csv" / "trials.csv")
    parquet = pd.read_parquet(tmp_path / "parquet" / "trials.parquet")
    assert list(csv.columns) == list(parquet.columns)
    assert csv["rt_ms"].tolist() == parquet["rt_ms"].tolist()
    files = sorted((tmp_path / "mvh").glob("tiny_subject-*_session-1.csv"))
    assert len(files) == 2
    code, out, err = site("import-mvh", *files, "--out", tmp_path / "read", "--json")
    assert (code, err) == (0, "")
    read = json.loads(out)
    assert read["trials"] == trials
    right = csv[csv["participant_id"] == 1]["correct"].sum()
    assert sum(row["correct"] for row in read["accuracy"] if row["subj"] == "subject-01") == right
    assert {path.name for path in (tmp_path / "read").iterdir()} == {
        "accuracy.csv",
        "consistency.csv",
        "confusion.csv",
    }
    assert "kappa" in site("import-mvh", *files)[1]


def test_the_report_needs_nothing_else(site: Cli, tmp_path: Path) -> None:
    site("simulate", "tiny", "-n", 2)
    code, out, err = site("report", "tiny", "--audience", "simulated", "--out", tmp_path / "r", "--json")
    assert code == 0, err
    assert json.loads(out)["files"] == [str(tmp_path / "r.html"), str(tmp_path / "r.pdf")]
    html = (tmp_path / "r.html").read_text()
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    for name in ("one.pdf", "one.html"):
        alone = tmp_path / name
        alone.mkdir()
        assert site("report", "tiny", "--audience", "simulated", "--out", alone / name)[0] == 0
        assert [path.name for path in alone.iterdir()] == [name]
    for text in (
        "at 3 layers: block 2, block 10, head",
        "The largest centre square of each source picture was resized to that size",
        "over 1,000,405 pairs of natural pictures (drawn blocks)",
        "58 of 60 metamers passed (not: 2 at head: inside the null)",
        "a picture was shown for 300 ms and masked by noise for 300 ms",
        "100.0% of",
        "2 simulated participants consented.",
        "The participants of this report are simulated",
        "Chance is 1/16",
        "vl-convert-python",
    ):
        assert text in html, text
    assert html.count("<svg") == 7
    assert "Effect of stage: repeated-measures ANOVA" in html
    assert "Logistic mixed model of being right" in html
    assert "Sensitivity (d′) and criterion" in html
    # Nothing is fetched: no address but the names of SVG's own vocabularies.
    assert not re.findall(r'(?:src|href)="(?!#)', html)
    assert set(re.findall(r'"(https?://[^"]+)"', html)) <= SVG_NAMESPACES
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")


def test_analysis_in_words(site: Cli, tmp_path: Path) -> None:
    site("simulate", "tiny", "-n", 1)
    _code, out, _err = site("analyze", "tiny", "--out", tmp_path, "--audience", "simulated")
    assert "tiny: 1 simulated participant," in out
    assert "block 10" in out
    assert out.count("SEM and interval are not defined") == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("analyze", "tinny", "--out", "out"), "no study 'tinny'"),
        (("analyze", "tiny", "--out", "out"), "no live participant of tiny has finished; finished: 0 live"),
        (("simulate", "tinny"), "no study 'tinny'"),
        (("report", "tiny", "--out", "out/r.html"), "no live participant of tiny has finished"),
        (("export", "tiny", "--out", "out"), "no live participant of tiny has answered a main trial"),
        (("import-mvh", "nothing.csv", "--out", "out"), "nothing.csv: cannot be read"),
        (("power", "--trials", "20"), "without a STUDY, --accuracy, --sd must be given"),
        (("power", "--accuracy", "2", "--trials", "9", "--sd", "0"), "are not proportions between 0 and 1"),
        (("power", "tiny"), "no pilot participant of tiny has finished"),
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


def test_the_first_account_is_made_by_a_link_that_works_once(site: Cli) -> None:
    address = json.loads(site("admin", "setup", "--json")[1])["address"]
    page, _, token = address.partition("#")
    assert page == "http://127.0.0.1:8000/admin/welcome"
    form = {
        "token": token,
        "email": "ada@example.org",
        "name": "Ada",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    with background_server(Settings()) as url, httpx.Client(base_url=url) as browser:
        assert browser.post("/admin/welcome", data=form).headers["location"] == "/admin"
        assert "tiny" in browser.get("/admin").text
        assert browser.post("/admin/welcome", data=form).status_code == 410
    code, _, err = site("admin", "setup")
    assert (code, "metamerlab admin reset EMAIL" in err) == (1, True)
    assert "ada@example.org (owner), Ada" in site("admin", "list")[1]
    assert site("admin", "reset", "nobody@example.org")[0] == 1
    reset = json.loads(site("admin", "reset", "ADA@example.org", "--json")[1])
    assert reset["address"].startswith("http://127.0.0.1:8000/admin/welcome#")
    verified = json.loads(site("audit", "verify", "--json")[1])
    assert verified["rows"] >= 4
    assert site("audit", "verify", "--head", verified["head"])[0] == 0
    assert "rows are missing at its end" in site("audit", "verify", "--head", "0" * 64)[2]


def test_an_unknown_format_is_one_line(site: Cli, tmp_path: Path) -> None:
    code, out, err = site("export", "tiny", "--format", "xlsx", "--out", tmp_path / "never")
    assert (code, out) == (1, "")
    known = "csv, parquet, matrix, mvh, psych-ds, bids, jspsych"
    assert err == f"error: there is no format 'xlsx'; there are {known}\n"
    assert not (tmp_path / "never").exists()
