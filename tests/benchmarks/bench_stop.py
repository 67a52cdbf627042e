"""How long after SIGTERM a command has ended, on a machine that is busy with four other processes.

    python tests/benchmarks/bench_stop.py [run] [train] [corpus] [loading]

Each is stopped ten times, at a random moment of its work (loading: while it loads its libraries).
"""

import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

TIMES = 10
BUSY = 4
ROOT = Path(__file__).parents[2]
RUN = "model: efficientnet_lite0\nlayers: [block4]\nstimuli: stimuli\ndecision: feather\nrecipe: fast\n"
CORPUS = "voices: [{engine: hibari, voice: heart, takes: 50}]\n"
TRAIN = """
corpora: [spoken]
network: {}
backgrounds: {per_class: 1}
examples: 100000
batch: 32
validate_every: 64
validation_clips: 64
"""


def main(names: list[str]) -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name in names or ["run", "train", "corpus", "loading"]:
                _report(name, [_seconds_to_end(name, Path(folder), number) for number in range(TIMES)])
    finally:
        for process in busy:
            process.kill()


def _report(name: str, seconds: list[float]) -> None:
    print(f"{name:8} median {statistics.median(seconds):5.2f} s, max {max(seconds):5.2f} s", flush=True)


def _seconds_to_end(name: str, folder: Path, number: int) -> float:
    out = folder / f"{name}-{number}"
    command, at_work = COMMANDS[name](folder, out)
    call = [sys.executable, "-m", "synthesis", *map(str, command)]
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not at_work():
            time.sleep(0.05)
        time.sleep(random.Random(number).uniform(0, 3))
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        code = process.wait()
        ended = time.monotonic() - asked
    assert code in (143, -signal.SIGTERM), f"{name} had ended with {code}"
    return ended


def _run(folder: Path, out: Path) -> tuple[list[object], Callable[[], bool]]:
    for index, name in enumerate(("dog", "cat", "bear", "airplane")):
        picture = folder / "stimuli" / name / "0.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(index).integers(0, 255, (224, 224, 3), np.uint8)
        Image.fromarray(noise).save(picture)
    (folder / "run.yaml").write_text(RUN)
    at_work = lambda: len(list(out.glob("journal/*.json"))) >= 1  # noqa: E731 - the null
    return ["run", folder / "run.yaml", "--out", out], at_work


def _corpus(folder: Path, out: Path) -> tuple[list[object], Callable[[], bool]]:
    (folder / "corpus.yaml").write_text(CORPUS)
    return ["corpus", folder / "corpus.yaml", "--out", out], _after(15)


def _train(folder: Path, out: Path) -> tuple[list[object], Callable[[], bool]]:
    from tests.synthesis.trainings import tone_folder

    if not (folder / "spoken").exists():
        tone_folder(folder)
        (folder / "corpus").rename(folder / "spoken")
    (folder / "train.yaml").write_text(TRAIN)
    return ["train", folder / "train.yaml", "--out", out], _after(20)


def _loading(folder: Path, out: Path) -> tuple[list[object], Callable[[], bool]]:
    return _run(folder, out)[0], _after(0.5)


def _after(seconds: float) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() > deadline


COMMANDS = {"run": _run, "train": _train, "corpus": _corpus, "loading": _loading}

if __name__ == "__main__":
    main(sys.argv[1:])
