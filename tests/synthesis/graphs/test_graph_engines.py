"""Both engines make what one process makes, whoever is killed on the way."""

import json
import os
import signal
from pathlib import Path

import pytest

from synthesis.bundle.graphs import GraphManifest
from synthesis.bundle.store import BundleStore
from tests.synthesis.processes import complete, start, wait_until

SPEC = """\
graphs: karate
networks: [dense-gcn, mlp]
seeds: 2
epochs: 30
restarts: 4
max_steps: 150
layers: [logits]
"""
ENGINES = {"local": ("--workers", 2), "ray": ("--engine", "ray", "--workers", 2)}


def records(out: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (out / "journal").glob("*.json")}


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "spec.yaml"
    path.write_text(SPEC)
    return path


@pytest.fixture(scope="module")
def alone(spec: Path) -> GraphManifest:
    code, _, err = complete("graphs", "run", spec, "--out", spec.parent / "alone", "--workers", 1)
    assert code == 0, err
    return BundleStore(spec.parent / "alone").read_sealed(GraphManifest)


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_and_continued_it_is_the_same_bundle(
    engine: str, spec: Path, alone: GraphManifest, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = start("run", spec, "--out", out, *ENGINES[engine])
    wait_until(lambda: len(records(out)) >= 10, "networks, nulls and metamers")
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    kept = records(out)
    assert not BundleStore(out).finished
    code, printed, err = complete("run", spec, "--out", out, *ENGINES[engine])
    assert code == 0, err
    assert json.loads(printed)["items"] == 16
    now = records(out)
    assert {path: now[path] for path in kept if path in now} == kept, "what was finished was made again"
    manifest = BundleStore(out).read_sealed(GraphManifest)
    assert [item.blob for item in manifest.items] == [item.blob for item in alone.items]
    assert [one.weights for one in manifest.networks] == [one.weights for one in alone.networks]
    assert manifest.nulls == alone.nulls
    code, _, err = complete("graphs", "verify", out)
    assert code == 0, err


def test_the_command_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("graphs: karate\nnetworks: [mlp]\nlayer: [logits]\n")
    code, printed, err = complete("run", tmp_path / "spec.yaml", "--out", tmp_path / "out")
    assert (code, printed) == (1, "")
    assert err.strip().endswith("spec.yaml:3: unknown field layer; did you mean layers?")
    assert not (tmp_path / "out").exists()
