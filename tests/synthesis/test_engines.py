"""Both engines: the same bundle as one process makes, whoever is killed on the way."""

import json
import os
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from synthesis.bundle.store import BundleStore
from synthesis.runs.engines import shared_task_size
from tests.synthesis.processes import alive, complete, start, wait_until, workers

ENGINES = {"local": ("--workers", 2), "ray": ("--engine", "ray", "--workers", 2)}
# 24 items in each of two layers, two nulls.
LONG = "model: tiny\nlayers: [relu1, relu6]\nstimuli: stimuli\nrecipe: feather2023\nmax_steps: 120\n"


@pytest.fixture(params=ENGINES)
def engine(request) -> tuple[object, ...]:
    return ENGINES[request.param]


@pytest.fixture
def long_spec(spec) -> Path:
    spec.write_text(LONG + "seeds_per_stimulus: 4\n")
    return spec


def journal(out: Path) -> dict[Path, int]:
    """The records that are there, and when each was written."""
    return {path: path.stat().st_mtime_ns for path in (out / "journal").glob("*.json")}


def test_whoever_is_killed_the_same_command_finishes_and_nothing_is_made_twice(engine, long_spec, tmp_path):
    out = tmp_path / "out"
    run = start("run", long_spec, "--out", out, *engine)
    wait_until(lambda: len(journal(out)) >= 4, "the first metamers")
    victim = min(workers(run.pid))
    os.kill(victim, signal.SIGKILL)
    kept = journal(out)
    wait_until(lambda: len(journal(out)) >= len(kept) + 8 and workers(run.pid), "more after a worker's death")
    assert run.poll() is None
    left = workers(run.pid)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    wait_until(lambda: not any(map(alive, left)), "the workers' end after the driver's")
    kept = journal(out)
    assert len(kept) >= 12
    assert not BundleStore(out).finished

    code, printed, err = complete("run", long_spec, "--out", out, *engine)
    assert code == 0, err
    assert json.loads(printed)["items"] == 48
    now = journal(out)
    assert {path: now[path] for path in kept} == kept, "what was finished was made again"
    assert [path.name for path in out.rglob("*.tmp")] == []
    code, _, err = complete("verify", out)
    assert code == 0, err


def test_ctrl_c_at_the_terminal_ends_a_run_with_all_its_workers(engine, long_spec, tmp_path):
    out = tmp_path / "out"
    run = start("run", long_spec, "--out", out, *engine, start_new_session=True)
    wait_until(lambda: len(journal(out)) >= 3, "the first metamer")
    left = workers(run.pid)
    os.killpg(run.pid, signal.SIGINT)  # a terminal sends it to every process of the command
    _, err = run.communicate()
    assert run.returncode == 130
    assert err.splitlines()[-1] == "interrupted; run the same command to continue"
    assert "Traceback" not in err
    wait_until(lambda: not any(map(alive, left)), "the workers' end after the driver's")


def test_a_pool_makes_what_one_process_makes(engine, spec, tmp_path, finished_bundle):
    code, _, err = complete("run", spec, "--out", tmp_path / "out", *engine)
    assert code == 0, err
    several, one = (BundleStore(folder).read_manifest() for folder in (tmp_path / "out", finished_bundle))
    assert several.nulls == one.nulls
    assert [item.id for item in several.items] == [item.id for item in one.items]
    for here, there in zip(several.items, one.items, strict=True):
        assert here.provenance.noise_seed == there.provenance.noise_seed
        assert abs(here.certificate.spearman - there.certificate.spearman) < 0.02


def test_a_task_whose_processes_die_again_and_again_ends_the_run(spec, tmp_path):
    out = tmp_path / "out"
    code, _, err = complete("run", spec, "--out", out, "--workers", 2, program="deadly_program")
    assert code == 1
    assert "layer relu1, airplane/0.png and 2 more: its process was killed 3 times" in err.splitlines()[-1]
    assert "Traceback" not in err


def test_a_device_that_is_not_here_and_options_of_the_other_engine_are_one_line(cli, spec, tmp_path):
    wrong = {
        ("--device", "mps"): "--device mps: torch finds no such device here; give --device cpu, or auto",
        ("--ray-address", "auto"): "--ray-address goes with --engine ray",
        ("--engine", "ray", "--device", "mps"): "Ray knows no such device",
    }
    for options, message in wrong.items():
        code, _, err = cli("run", spec, "--out", tmp_path / "out", *options)
        assert code == 1
        assert message in err.strip()
        assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_ray_address_where_nobody_answers_is_one_line(spec, tmp_path):
    out = tmp_path / "out"
    code, _, err = complete("run", spec, "--out", out, "--engine", "ray", "--ray-address", "127.0.0.1:9")
    assert code == 1
    assert "--ray-address 127.0.0.1:9: no Ray cluster answers there" in err.splitlines()[-1]


def test_ray_workers_write_to_s3(s3, spec):
    address = f"{s3}/{uuid4()}"
    code, _, err = complete("run", spec, "--out", address, *ENGINES["ray"])
    assert code == 0, err
    assert len(BundleStore(address).read_manifest().items) == 12
    code, _, err = complete("verify", address)
    assert code == 0, err
    code, printed, err = complete("run", spec, "--out", address, *ENGINES["ray"])
    assert "already finished" in err
    assert json.loads(printed)["items"] == 12


@pytest.mark.parametrize(
    ("items", "workers", "size"),
    [(0, 2, 0), (1, 2, 1), (6, 2, 3), (12, 2, 3), (16, 2, 4), (32, 2, 4), (33, 2, 5), (1000, 2, 125)],
)
def test_every_worker_gets_as_many_tasks_about_four(items, workers, size):
    assert shared_task_size(items, workers, batch_size=4) == size
