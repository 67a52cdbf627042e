"""`metamerlab synthesis` and `metamerlab worker`, run as a user runs them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from synthesis.bundle.store import BundleStore
from tests.integration.test_cli import Cli, cli  # noqa: F401  (a fixture)
from tests.synthesis.networks import write_pictures

ON_SQLITE = pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
SPEC = "model: efficientnet_lite0\nlayers: [stem]\nstimuli: stimuli\nmax_steps: 2\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec with two pictures, beside which its paths are meant."""
    folder = tmp_path / "specs"
    folder.mkdir()
    write_pictures(folder / "stimuli", ("bear", "dog"))
    (folder / "My spec.yaml").write_text(SPEC)
    return folder / "My spec.yaml"


@pytest.fixture
def site(cli: Cli) -> Cli:  # noqa: F811
    """The commands, on a database of the newest schema."""
    assert cli("db", "upgrade")[0] == 0
    return cli


def result(printed: tuple[int, str, str]) -> object:
    code, out, err = printed
    assert code == 0, err
    return json.loads(out)


def test_a_run_is_queued_cancelled_and_queued_again(site: Cli, spec: Path) -> None:
    assert "There are no runs yet" in site("synthesis", "list")[1]
    queued = result(site("synthesis", "queue", spec, "--json"))
    assert isinstance(queued, dict)
    assert (queued["id"], queued["name"], queued["state"]) == (1, "my-spec", "queued")
    assert site("synthesis", "queue", spec, "--name", "other")[1] == "Run 2 (other) is queued.\n"
    assert site("synthesis", "cancel", 1)[1] == "Run 1 (my-spec) is cancelled.\n"
    runs = result(site("synthesis", "list", "--json"))
    assert isinstance(runs, list)
    assert [(run["id"], run["state"]) for run in runs] == [(2, "queued"), (1, "cancelled")]
    assert site("synthesis", "list")[1] == "   2  other  queued\n   1  my-spec  cancelled\n"
    assert site("synthesis", "retry", 1)[1] == "Run 1 (my-spec) is queued again.\n"


def test_errors_are_one_line(site: Cli, spec: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(SPEC + "recipy: fast\n")
    (tmp_path / "binary.yaml").write_bytes(b"\x80\x81")
    site("synthesis", "queue", spec)
    for words, message in (
        (("queue", wrong), f"error: {wrong}:5: unknown field recipy; did you mean recipe?"),
        (("queue", tmp_path / "none.yaml"), f"error: {tmp_path}/none.yaml: cannot be read (No such file"),
        (
            ("queue", tmp_path / "binary.yaml"),
            f"error: {tmp_path}/binary.yaml:1: cannot be read: is not",
        ),
        (("queue", spec), "error: there is a run 'my-spec' already; give another name"),
        (("queue", spec, "--name", "a/b"), "error: name 'a/b': use at most 64 small letters"),
        (("cancel", 9), "error: there is no run 9; `metamerlab synthesis list` shows all"),
        (("retry", 1), "error: run 1 is queued"),
    ):
        code, out, err = site("synthesis", *words)
        assert (code, out) == (1, "")
        assert err.startswith(message)
        assert err.count("\n") == 1


def test_a_worker_without_work(site: Cli) -> None:
    assert result(site("worker", "--once", "--json")) == {"runs": 0}


@ON_SQLITE
def test_a_real_run_from_the_queue_to_a_study(site: Cli, spec: Path, tmp_path: Path) -> None:
    """One layer of EfficientNet-Lite0, two steps for each of two pictures."""
    site("synthesis", "queue", spec, "--name", "real")
    assert result(site("worker", "--once", "--json")) == {"runs": 1}
    (run,) = result(site("synthesis", "list", "--json"))  # type: ignore[misc]
    assert (run["state"], run["error"], run["summary"]["items"]) == ("finished", None, 2)
    bundle = tmp_path / "var" / "bundles" / "real"
    manifest = BundleStore(bundle).read_manifest()
    assert (manifest.model.name, manifest.layers) == ("efficientnet_lite0", ["stem"])
    ingested = result(site("stimuli", "ingest", bundle, "--json"))
    assert isinstance(ingested, dict)
    assert (ingested["digest"], ingested["metamers"]) == (manifest.digest, 2)
    assert "finished" in site("synthesis", "list")[1]


@ON_SQLITE
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_worker_ends_when_it_is_told_to(
    site: Cli, empty_database_url: str, number: signal.Signals
) -> None:
    environment = {**os.environ, "METAMERLAB_DATABASE_URL": empty_database_url}
    command = [sys.executable, "-m", "app.cli", "worker", "--json"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        first_line = process.stderr.readline()
        process.send_signal(number)
        out, err = process.communicate()
    assert "waiting for runs" in first_line
    assert (process.returncode, json.loads(out)) == (128 + number, {"runs": 0})
    assert err == "interrupted\n"
