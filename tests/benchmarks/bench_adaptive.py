"""How well and how fast adaptive procedures measure known thresholds.

    python tests/benchmarks/bench_adaptive.py [--repeats N]

18 dimensions with thresholds from .35 to 2.8, 40 trials each, 12 levels from .1 to 6.4, slope 2.2, lapses
.02, N times over. Prints JSON lines and writes them to var/bench/adaptive.jsonl:

- adaptive.rmse_octaves: error of the estimated threshold. Control: the published staircase.
- adaptive.bias_octaves: its mean. Control: the same.
- adaptive.coverage: share of 95 % intervals that hold the truth. Control: the nominal share.
- adaptive.choose_ms: median time of one choice, all answers read anew. Control: psi written out.
"""

import argparse
import json
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.adaptive.estimate import COVERAGE, estimate  # noqa: E402
from app.adaptive.procedure import Answer  # noqa: E402
from app.adaptive.psychometric import Psychometric  # noqa: E402
from app.adaptive.registry import PROCEDURES, USUAL  # noqa: E402

LEVELS = tuple(float(level) for level in np.geomspace(0.1, 6.4, 12))
THRESHOLDS = np.geomspace(0.35, 2.8, 18)
TRIALS = 40
CONTROLS = {"rmse_octaves": "two-down-one-up", "bias_octaves": "two-down-one-up", "choose_ms": "psi"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    found = {name: measured(name, repeats) for name in (USUAL, *CONTROLS.values())}
    lines = [line(name, value, found, repeats) for name, value in found[USUAL].items()]
    kept = ROOT / "var" / "bench" / "adaptive.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    written = [json.dumps({**one, "machine": platform.machine()}) for one in lines]
    kept.write_text("".join(f"{one}\n" for one in written))
    print(*written, sep="\n")


def measured(name: str, repeats: int) -> dict[str, float]:
    procedure, random = PROCEDURES[name], np.random.default_rng(1)
    errors, covered, times_ms = [], [], []
    for truth in np.tile(THRESHOLDS, repeats):
        observer, answers = Psychometric(float(truth)), list[Answer]()
        for _ in range(TRIALS):
            started = time.perf_counter()
            level = LEVELS[procedure.choose(answers, LEVELS)]
            times_ms.append(1000 * (time.perf_counter() - started))
            answers.append(Answer(level, bool(random.random() < observer(level))))
        found = estimate(answers, LEVELS)
        errors.append(float(np.log2(found.threshold / truth)))
        covered.append(found.low <= truth <= found.high)
    return {
        "rmse_octaves": float(np.sqrt(np.mean(np.square(errors)))),
        "bias_octaves": float(np.mean(errors)),
        "coverage": float(np.mean(covered)),
        "choose_ms": statistics.median(times_ms),
    }


def line(name: str, value: float, found: dict[str, dict[str, float]], repeats: int) -> dict[str, Any]:
    control = CONTROLS.get(name)
    unit = {"coverage": "share", "choose_ms": "ms"}.get(name, "octaves")
    return {
        "name": f"adaptive.{name}",
        "value": round(value, 4),
        "unit": unit,
        "n": repeats * len(THRESHOLDS) * (TRIALS if name == "choose_ms" else 1),
        "control": round(found[control][name], 4) if control else COVERAGE,
    }


if __name__ == "__main__":
    main()
