"""How well the analysis finds known thresholds and known ratios between layers.

    python tests/benchmarks/bench_thresholds.py [--studies N]

Observers whose levels are chosen by psi written out, 40 trials a dimension, measured levels up to 8 % off
their targets. Prints JSON lines and writes them to var/bench/thresholds.jsonl:

- thresholds.rmse_octaves, bias_octaves, coverage: 20 participants x 18 dimensions, thresholds .35 to 2.8.
- thresholds.ratio_*: N studies of 8 participants, two layers of two dimensions each, thresholds 3 times apart
  or equal: median ratio, share of studies with p < .05, share of 95 % intervals that hold the ratio.
- thresholds.bootstrap_coverage_N: 20,000 groups of N normal values.
"""

import argparse
import json
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.adaptive.psychometric import Psychometric  # noqa: E402
from app.analysis.statistics.bootstrap import bootstrap_means  # noqa: E402
from app.analysis.thresholds.fits import threshold_table  # noqa: E402
from tests.unit.thresholds.observing import observed  # noqa: E402
from tests.unit.thresholds.test_recovery import MANY, THRESHOLDS, two_layers  # noqa: E402

PEOPLE, GROUPS = 20, 20_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=40)
    studies = parser.parse_args().studies
    lines = [
        {"name": f"thresholds.{name}", "value": round(value, 4), "n": count, "machine": platform.machine()}
        for found in (single(), ratios(3, studies), ratios(1, studies), bootstraps())
        for name, value, count in found
    ]
    kept = ROOT / "var" / "bench" / "thresholds.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    print(kept.read_text(), end="")


def single() -> Iterator[tuple[str, float, int]]:
    truth = {one.id: float(value) for one, value in zip(MANY, THRESHOLDS, strict=True)}
    people = {who: {name: Psychometric(value) for name, value in truth.items()} for who in range(PEOPLE)}
    table = threshold_table(observed(people, MANY, seed=11), MANY)
    true = table["dimension"].map(truth).to_numpy(float)
    errors = np.log2(table["threshold"].to_numpy(float) / true)
    covered = (table["ci_low"].to_numpy() <= true) & (true <= table["ci_high"].to_numpy())
    yield "rmse_octaves", float(np.sqrt(np.mean(errors**2))), len(table)
    yield "bias_octaves", float(errors.mean()), len(table)
    yield "coverage", float(covered.mean()), len(table)


def ratios(ratio: int, studies: int) -> Iterator[tuple[str, float, int]]:
    found = [two_layers(ratio, 100 + seed).loc["coordinate"] for seed in range(studies)]
    covered = [one["ratio_low"] <= ratio <= one["ratio_high"] for one in found]
    yield f"ratio_{ratio}_median", float(np.median([one["ratio"] for one in found])), studies
    yield f"ratio_{ratio}_least", float(min(one["ratio"] for one in found)), studies
    yield f"ratio_{ratio}_largest", float(max(one["ratio"] for one in found)), studies
    yield f"ratio_{ratio}_significant", float(np.mean([one["p_holm"] < 0.05 for one in found])), studies
    yield f"ratio_{ratio}_coverage", float(np.mean(covered)), studies


def bootstraps() -> Iterator[tuple[str, float, int]]:
    for people in (5, 8, 20):
        values = np.random.default_rng(people).standard_normal((people, GROUPS))
        low, high = bootstrap_means(values, resamples=2000)
        yield f"bootstrap_coverage_{people}", float(np.mean((low <= 0) & (high >= 0))), GROUPS


if __name__ == "__main__":
    main()
