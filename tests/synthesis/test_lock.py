"""One run at a time into a bundle, in a local folder and at remote addresses."""

import json
import os
import signal
import socket
import time
from uuid import uuid4

import pytest

from synthesis.common.errors import UserError
from synthesis.common.files import place, read
from synthesis.process import lock
from synthesis.process.lock import exclusive
from tests.synthesis.processes import complete, start, wait_until


@pytest.fixture(params=["folder", "memory", "s3"])
def root(request, tmp_path):
    if request.param == "folder":
        return place(tmp_path / "bundle")
    if request.param == "memory":
        return place(f"memory://{uuid4()}")
    return place(f"{request.getfixturevalue('s3')}/{uuid4()}")


def test_a_second_run_is_refused_until_the_first_has_ended(root):
    with exclusive(root):
        with (
            pytest.raises(UserError, match=r"another run \(process \d+ on .+, since .+\) is writing there"),
            exclusive(root),
        ):
            pass
        with pytest.raises(UserError), exclusive(root):  # the refusal took nothing away
            pass
    with exclusive(root):
        pass


def test_a_lock_is_given_back_when_the_run_fails(root):
    with pytest.raises(RuntimeError), exclusive(root):
        raise RuntimeError
    with exclusive(root):
        pass


def leave_a_lease(root, **fields):
    lease = {"run": "x", "host": "elsewhere", "process": 1, "renewed_at": time.time(), **fields}
    (root / "lease.json").write_text(json.dumps(lease))


def test_a_lease_that_nobody_renews_is_stale_after_a_minute(s3):
    root = place(f"{s3}/{uuid4()}")
    leave_a_lease(root, renewed_at=time.time() - lock.STALE_AFTER_S + 20)
    with (
        pytest.raises(UserError, match=r"another run \(process 1 on elsewhere\) is writing"),
        exclusive(root),
    ):
        pass
    leave_a_lease(root, renewed_at=time.time() - lock.STALE_AFTER_S - 1)
    with exclusive(root):
        assert json.loads((root / "lease.json").read_text())["process"] == os.getpid()
    assert not (root / "lease.json").exists()


def test_a_lease_is_renewed_while_the_run_lasts(s3, monkeypatch):
    monkeypatch.setattr(lock, "RENEWED_EVERY_S", 0.05)
    root = place(f"{s3}/{uuid4()}")
    with exclusive(root):
        first = json.loads(read(root / "lease.json"))["renewed_at"]
        wait_until(lambda: json.loads(read(root / "lease.json"))["renewed_at"] > first, "a renewal")


@pytest.mark.parametrize("where", ["folder", "s3"])
def test_two_commands_into_one_bundle(where, spec, tmp_path, request):
    out = str(tmp_path / "out") if where == "folder" else f"{request.getfixturevalue('s3')}/{uuid4()}"
    held = place(out) / ("journal/.holder" if where == "folder" else "lease.json")
    first = start("run", spec, "--out", out)
    wait_until(held.exists, "the first run's beginning")
    first.send_signal(signal.SIGSTOP)
    code, printed, err = complete("run", spec, "--out", out)
    assert (code, printed) == (1, "")
    (line,) = err.strip().splitlines()
    assert line.startswith(f"{out}: another run (process {first.pid} on {socket.gethostname()}, since 20")
    assert line.endswith(") is writing there; wait until it has finished, end it, or give another --out")

    first.kill()
    first.communicate()
    code, printed, err = complete("run", spec, "--out", out)
    assert code == 0, err
    assert json.loads(printed)["items"] == 12
