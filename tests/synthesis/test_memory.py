"""Out of memory: the batch is halved and the work goes on; with one picture it is one line."""

import json
import os
import subprocess
import sys

import pytest
import torch

from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.process.memory import smaller_batch
from tests.synthesis.processes import ENVIRONMENT

SPEC = "model: wide\nlayers: [features]\nstimuli: stimuli\nrecipe: feather2023\nmax_steps: 3\n"
# So that freed memory is given back at once, and the limit means what it says.
ALLOCATION = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1000000"}


def run_with_little_memory(room_mib, spec, out):
    spec.write_text(SPEC)
    return subprocess.run(
        [sys.executable, "-m", "tests.synthesis.small_memory", "run", spec, "--out", out, "--workers", "1"],
        env={**os.environ, **ENVIRONMENT, **ALLOCATION, "ROOM_MIB": str(room_mib)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_batch_that_does_not_fit_is_halved_and_the_run_says_so(spec, tmp_path):
    """A step takes about 65 MiB a picture: there is room for two, not for four."""
    done = run_with_little_memory(150, spec, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "layer features: out of memory; going on with 2 at a time\n" in done.stderr
    assert json.loads(done.stdout)["items"] == 6
    steps = [item.provenance.steps for item in BundleStore(tmp_path / "out").read_manifest().items]
    assert steps == [3] * 6, "begun again, not in the middle"


def test_one_picture_that_does_not_fit_is_one_line(spec, tmp_path):
    done = run_with_little_memory(20, spec, tmp_path / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "there is not enough memory for one stimulus (" in done.stderr.splitlines()[-1]


def test_sizes_are_halved_down_to_one():
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    assert [smaller_batch(error, size, "layer x") for size in (4, 3, 2)] == [2, 1, 1]
    with pytest.raises(UserError, match=r"layer x: there is not enough memory for one stimulus \(CUDA out"):
        smaller_batch(error, 1, "layer x")


def test_another_error_stays_what_it_is():
    error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    with pytest.raises(RuntimeError) as raised:
        smaller_batch(error, 4, "layer x")
    assert raised.value is error
