"""A disk that fills up: one line, nothing half-written, and the same command continues when there is room."""

import json
import resource
import shutil
import subprocess
import sys

import pytest

from synthesis.common.errors import StorageError
from synthesis.common.files import write_atomically
from tests.synthesis.networks import tiny_weights
from tests.synthesis.processes import ENVIRONMENT, complete

ENGINES = {
    "in process": (),
    "local": ("--workers", "2"),
    "ray": ("--engine", "ray", "--workers", "2"),
}
# Room for the natural pictures and the nulls, but not for all metamers; then room for all.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=100k tmpfs "$OUT" || exit 77
"$@"; echo "exit code $?"
find "$OUT" -name '*.tmp'
mount -o remount,size=8m "$OUT"
exec "$@"
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_disk_is_one_line_and_the_run_continues_when_there_is_room(spec, tmp_path, engine):
    out = tmp_path / "out"
    out.mkdir()
    run = [sys.executable, "-m", "tests.synthesis.tiny_program", "run", spec, "--out", out, *ENGINES[engine]]
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", ON_A_SMALL_DISK, "sh", *map(str, run)],
        env={**ENVIRONMENT, "OUT": str(out), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare:" in done.stderr:
        pytest.skip("this system lets users mount no disk of their own")
    assert done.returncode == 0, done.stderr
    failed, summary = done.stdout.splitlines()
    assert failed == "exit code 1"
    assert json.loads(summary)["items"] == 12
    (reason,) = [line for line in done.stderr.splitlines() if str(out) in line]
    assert "cannot be written (No space left on device); free some space and run the same" in reason
    assert "Traceback" not in done.stderr


def test_a_limit_on_file_size_is_met_by_the_manifest_and_all_else_is_kept(
    spec, tmp_path, finished_bundle, monkeypatch
):
    """The largest file is the manifest; its writing fails as on a full disk or a used-up quota."""
    out = shutil.copytree(finished_bundle, tmp_path / "out")
    (out / "manifest.json").unlink()
    # Weights are written on demand otherwise, and are larger than the limit.
    monkeypatch.setenv("METAMERLAB_WEIGHTS", str(tiny_weights().parent))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, resource.RLIM_INFINITY))

    code, printed, err = complete("run", spec, "--out", out, preexec_fn=limit)
    assert (code, printed) == (1, "")
    assert "manifest.json: cannot be written (File too large); free some space" in err.splitlines()[-1]
    assert not (out / "manifest.json").exists()
    assert list(out.rglob("*.tmp")) == []
    kept = {path: path.stat().st_mtime_ns for path in out.rglob("*.json")}
    assert len(kept) >= 14
    code, printed, err = complete("run", spec, "--out", out)
    assert code == 0, err
    assert json.loads(printed)["items"] == 12
    assert all(path.stat().st_mtime_ns == written for path, written in kept.items())


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    write_atomically(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match=r"file: cannot be written \(File too large\)"):
            write_atomically(path, bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_where_nothing_can_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot be written \(File exists\); mend that"):
        write_atomically(tmp_path / "file" / "inside", b"1")
