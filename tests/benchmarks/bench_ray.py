"""How much faster two Ray workers are than one, each with one thread, on the same items.

    python tests/benchmarks/bench_ray.py [--steps 10] [--tasks 8] [--rounds 2]

Prints the JSON line `synthesis.ray_scaling_2` and writes it to var/bench/ray.jsonl: tasks per second of two
workers over those of one, median over rounds, the two in turns. The tasks are alike: four pictures of 1/f
noise, one attempt each, whatever its certificate. Timed is the steady state: from each worker's first
finished task, which includes its start, to the last task. The control is the same ratio of the local engine's
processes. Goal: 1.7 on two cores, with nothing else running.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch, and for the processes that Ray starts
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from synthesis.bundle.manifest import Natural  # noqa: E402
from synthesis.bundle.nulls import Growth, Histogram, LayerNull, NullSummary  # noqa: E402
from synthesis.bundle.spec import SynthesisSpec  # noqa: E402
from synthesis.bundle.store import BundleStore  # noqa: E402
from synthesis.media.pictures import encode_png  # noqa: E402
from synthesis.networks.registry import load_network  # noqa: E402
from synthesis.process.device import cores  # noqa: E402
from synthesis.runs.engines import RunEngine  # noqa: E402
from synthesis.runs.engines.local import Processes  # noqa: E402
from synthesis.runs.engines.ray import RayEngine  # noqa: E402
from synthesis.runs.items import BATCH_SIZE, Job  # noqa: E402
from synthesis.runs.tasks import Setup, Task  # noqa: E402
from tests.synthesis.networks import smooth_picture  # noqa: E402

MODEL, LAYER = "efficientnet_lite0", "block4"


class Stopwatch:
    """When each item was done, in seconds."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def advance(self) -> None:
        self.times.append(time.perf_counter())

    def skip(self) -> None:
        raise AssertionError("a new bundle has nothing to skip")

    def say(self, message: str) -> None:
        sys.stderr.write(message + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--tasks", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    rates: dict[str, list[float]] = {}
    for _ in range(arguments.rounds):
        for workers in (1, 2):
            for name, engine in engines(workers).items():
                rate = tasks_per_s(engine, workers, arguments.tasks, arguments.steps)
                rates.setdefault(f"{name}{workers}", []).append(rate)
    middle = {name: statistics.median(values) for name, values in rates.items()}
    line = {
        "name": "synthesis.ray_scaling_2",
        "value": round(middle["ray2"] / middle["ray1"], 3),
        "unit": "1",
        "n": arguments.rounds,
        "statistic": "ratio of medians",
        "control": round(middle["local2"] / middle["local1"], 3),
        "tasks_per_s": {name: round(value, 3) for name, value in middle.items()},
        "goal": 1.7,
        "model": MODEL,
        "layer": LAYER,
        "tasks": arguments.tasks,
        "machine": platform.machine(),
        "cores": cores(),
        "load": round(os.getloadavg()[0], 1),
        "torch": torch.__version__,
    }
    path = ROOT / "var" / "bench" / "ray.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    print(json.dumps(line))
    path.write_text(json.dumps(line) + "\n")


def engines(workers: int) -> dict[str, RunEngine]:
    return {
        "ray": RayEngine("cpu", workers, address=None),
        "local": Processes([torch.device("cpu")], workers),
    }


def tasks_per_s(engine: RunEngine, workers: int, count: int, steps: int) -> float:
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        engine.perform(*work(BundleStore(folder), count, steps), watch)
    ends = watch.times[BATCH_SIZE - 1 :: BATCH_SIZE]
    return (count - workers) / (ends[-1] - ends[workers - 1])


def work(store: BundleStore, count: int, steps: int) -> tuple[Setup, list[Task]]:
    spec = SynthesisSpec(
        model=MODEL,
        layers=[LAYER],
        stimuli=Path(),
        recipe="feather2023",
        max_steps=steps,
        attempts=1,
    )
    null = NullSummary(
        maximum=1.0,
        percentile_99=1.0,
        histogram=Histogram(edges=[0, 1], counts=[1]),
        best=("a", "b"),
        growth=[Growth(pairs=1, median=1.0, low=1.0, high=1.0)],
    )
    layer_null = LayerNull(layer=LAYER, stimuli=2, pairs=1, spearman=null, pearson_r2=null, snr_db=null)
    setup = Setup(spec.model_dump_json(), None, str(store.root))
    size_px = load_network(MODEL).pictures.size_px
    jobs = [Job(natural(store, seed, size_px), LAYER, 0) for seed in range(count * BATCH_SIZE)]
    parts = [tuple(jobs[start : start + BATCH_SIZE]) for start in range(0, len(jobs), BATCH_SIZE)]
    return setup, [Task(LAYER, part, layer_null) for part in parts]


def natural(store: BundleStore, seed: int, size_px: int) -> Natural:
    blob = store.put_blob(encode_png(smooth_picture(seed, size_px)), "image/png")
    return Natural(id=str(seed), category="none", blob=blob, source_sha256=blob.sha256, answer="none")


if __name__ == "__main__":
    main()
