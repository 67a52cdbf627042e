"""A run on a processor: one process per core with one thread each, against one process with all threads.

    python tests/benchmarks/bench_processes.py [--steps 60] [--pictures 16] [--busy 0 1 3]

Whole runs of `python -m synthesis run`, start included, at one layer of EfficientNet-Lite0, alone and beside
so many other processes that only compute. Prints JSON lines `synthesis.processes_s.busyN` (seconds of a run
as it is by default; the control is one process with all threads) and writes them to
var/bench/processes.jsonl. The certificates are of no interest here; each picture is tried once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from synthesis.certify.imagenet16 import CATEGORIES  # noqa: E402
from synthesis.common.command_line import PROGRAM  # noqa: E402
from synthesis.process.device import cores  # noqa: E402
from tests.synthesis.networks import smooth_picture  # noqa: E402

LAYER, SIZE_PX = "block10", 224
ALL_THREADS = (sys.executable, "-m", "tests.benchmarks.synthesis.all_threads")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--pictures", type=int, default=16)
    parser.add_argument("--busy", type=int, nargs="*", default=[0, 1, 3])
    arguments = parser.parse_args()
    lines = [_measured(number, arguments.steps, arguments.pictures) for number in arguments.busy]
    path = ROOT / "var" / "bench" / "processes.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def _measured(others: int, steps: int, pictures: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        spec = _spec(Path(folder), steps, pictures)
        with _busy(others):
            seconds = [
                _run_s([*program, "run", str(spec), "--out", f"{folder}/{name}", *options])
                for name, program, options in (
                    ("default", PROGRAM, ()),
                    ("threads", ALL_THREADS, ("--workers", "1")),
                )
            ]
    result = {
        "name": f"synthesis.processes_s.busy{others}",
        "value": round(seconds[0], 1),
        "unit": "s",
        "n": 1,
        "control": round(seconds[1], 1),
        "layer": LAYER,
        "pictures": pictures,
        "steps": steps,
        "cores": cores(),
        "load": round(os.getloadavg()[0], 1),
    }
    line = json.dumps(result)
    print(line, flush=True)
    return line


def _spec(folder: Path, steps: int, pictures: int) -> Path:
    for number in range(pictures):
        file = folder / "stimuli" / CATEGORIES[number % len(CATEGORIES)] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(smooth_picture(number, SIZE_PX)).save(file)
    spec = folder / "spec.yaml"
    spec.write_text(
        f"model: efficientnet_lite0\nlayers: [{LAYER}]\nstimuli: stimuli\nnull_file: reference\n"
        f"max_steps: {steps}\nattempts: 1\n"
    )
    return spec


def _run_s(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - start


@contextmanager
def _busy(number: int) -> Iterator[None]:
    """So many processes that compute and nothing else."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


if __name__ == "__main__":
    main()
