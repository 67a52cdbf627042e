"""How long after SIGTERM a command has ended, on a machine that is busy with four other processes.

    python tests/benchmarks/bench_stop.py [run] [train] [corpus] [loading]

Prints JSON lines and writes them to var/bench/stop.jsonl: `stop.seconds.COMMAND` is the median of ten stops,
each at a random moment of the work (loading: while it loads its libraries), beside the longest. Control: the
same of a process that sleeps, on the same busy machine.
"""

import argparse
import json
import platform
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
SLEEP = "import time; time.sleep(60)"
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[*COMMANDS, []], metavar="|".join(COMMANDS))
    names = parser.parse_args().names or list(COMMANDS)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    lines = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name in names:
                lines.append(_line(name, Path(folder)))
                print(lines[-1], flush=True)
    finally:
        for process in busy:
            process.kill()
    kept = ROOT / "var" / "bench" / "stop.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("".join(f"{line}\n" for line in lines))


def _line(name: str, folder: Path) -> str:
    stops, sleeps = [], []
    for number in range(TIMES):
        command, at_work = COMMANDS[name](folder, folder / f"{name}-{number}")
        call = [sys.executable, "-m", "synthesis", *map(str, command)]
        stops.append(_seconds_to_end(call, at_work, number))
        sleeps.append(_seconds_to_end([sys.executable, "-c", SLEEP], _after(1), number))
    values = {
        "name": f"stop.seconds.{name}",
        "value": round(statistics.median(stops), 2),
        "unit": "s",
        "n": TIMES,
        "control": round(statistics.median(sleeps), 2),
        "longest": round(max(stops), 2),
        "machine": platform.machine(),
    }
    return json.dumps(values)


def _seconds_to_end(call: list[str], at_work: Callable[[], bool], number: int) -> float:
    with subprocess.Popen(call, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not at_work():
            time.sleep(0.05)
        time.sleep(random.Random(number).uniform(0, 3))
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        code = process.wait()
        ended = time.monotonic() - asked
    assert code in (143, -signal.SIGTERM), f"{call} had ended with {code}"
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
    main()
