"""How fast the statistics are, and whether they keep their promises on simulated studies.

    python tests/benchmarks/bench_analysis.py

Prints JSON lines and writes them to var/bench/analysis.jsonl. Seeds are fixed, so all but the times repeat.

- analysis.permutation_1e4_s: 10,000 permutations of all three effects of a 40 x 10 mixed design, the median
  of 5 runs. Control: as many calls of pingouin's mixed ANOVA, extrapolated from 10.
- analysis.ci_coverage: share of 95 % intervals (the default kind) that hold the true accuracy, over 200
  studies of 20 participants with 10 trials in each of 10 conditions, whose accuracies are those of VGG-19's
  layers in Feather et al. 2023. Control: Student's t. Both again over 5,000 studies, as `many`.
- analysis.permutation_null_ks.EFFECT: Kolmogorov-Smirnov distance of the permutation p from uniform, over 400
  studies without any effect. Control: the distance that 5 % of uniform samples exceed.
- analysis.interaction_false_positives: share of p below 0.05 for the interaction beside large effects of
  observer and stage, where its permutations are not exact. Control: the same by the F distribution.
- analysis.recognition_1e6_s: from an open database with a million trials to the finished table, exclusions
  applied, the median of the runs, on the slower of SQLite and Postgres. Control: the same table from one row
  per trial, counted by pandas.
- analysis.recognition_1e6_mib: peak memory of that process, the larger of the two. Control: as above.
- analysis.mixed_model_coverage: share of 95 % intervals of log odds ratios that hold the true one, over 60
  studies of 20 participants and 200 stimuli. Control: the nominal level.
"""

import json
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import scipy
from scipy.stats import kstest, kstwo

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.analysis.statistics.anova import mixed_anova  # noqa: E402
from app.analysis.statistics.bootstrap import Method, intervals  # noqa: E402
from app.analysis.statistics.mixed_model import logistic_mixed_model  # noqa: E402
from app.analysis.statistics.permutation import permute_mixed  # noqa: E402
from app.analysis.statistics.power import simulate_studies  # noqa: E402
from tests.benchmarks.million_trials import million_trials  # noqa: E402
from tests.unit.test_mixed_model import CONDITIONS, LOGITS, simulated  # noqa: E402

CURVE = (0.895, 0.937, 0.921, 0.909, 0.596, 0.167, 0.182, 0.121, 0.104, 0.117)
GROUPS = ["human"] * 20 + ["network"] * 20
PARTICIPANTS, TRIALS, PARTICIPANT_SD = 20, 10, 0.06
STUDIES, MANY_STUDIES, NULL_STUDIES, MODEL_STUDIES = 200, 5000, 400, 60

Line = dict[str, Any]


def main() -> None:
    lines: list[Line] = []
    for bench in BENCHES:
        began = time.perf_counter()
        lines += bench()
        print(f"{bench.__name__}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    _write([{**line, **_machine()} for line in lines])


def permutations() -> list[Line]:
    table = np.random.default_rng(0).random((40, 10))
    seconds = [_seconds(lambda: permute_mixed(table, GROUPS, permutations=10_000)) for _ in range(5)]
    frame = pd.DataFrame(table).assign(who=range(40), group=GROUPS)
    long = frame.melt(["who", "group"], var_name="stage", value_name="value")
    columns = {"dv": "value", "within": "stage", "subject": "who", "between": "group"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pingouin uses what pandas 3.1 calls deprecated
        control = [_seconds(lambda: pingouin.mixed_anova(long, **columns)) for _ in range(10)]
    value = statistics.median(seconds)
    line = _line("analysis.permutation_1e4_s", value, "s", 5, 10_000 * statistics.median(control))
    return [{**line, "slowest": round(max(seconds), 3)}]


def coverage() -> list[Line]:
    studies = simulate_studies(
        CURVE, TRIALS, PARTICIPANT_SD, PARTICIPANTS, MANY_STUDIES, np.random.default_rng(1)
    )
    few = studies[:STUDIES]
    by_condition = _held(few, "logit_t").mean(axis=0)
    bias = few.mean(axis=(0, 1)) - CURVE
    many = {method: _held(studies, method).mean(axis=0) for method in ("logit_t", "t")}
    line = _line(
        "analysis.ci_coverage", by_condition.mean(), "share", STUDIES, _held(few, "t").mean(), digits=4
    )
    return [
        {
            **line,
            "percentile": round(float(_held(few, "percentile").mean()), 4),
            "bca": round(float(_held(few, "bca").mean()), 4),
            "lowest_condition": round(float(by_condition.min()), 4),
            "mean_bias": round(float(bias.mean()), 5),
            "largest_bias_of_a_condition": round(float(np.abs(bias).max()), 5),
            "n_many": MANY_STUDIES,
            "many": round(float(many["logit_t"].mean()), 4),
            "many_lowest_condition": round(float(many["logit_t"].min()), 4),
            "many_control": round(float(many["t"].mean()), 4),
            "many_control_lowest_condition": round(float(many["t"].min()), 4),
        }
    ]


def null_distribution() -> list[Line]:
    random = np.random.default_rng(2)
    found: dict[str, list[float]] = {"observer": [], "stage": [], "interaction": []}
    for seed in range(NULL_STUDIES):
        table = simulate_studies([0.7] * 10, TRIALS, PARTICIPANT_SD, 40, 1, random)[0]
        for effect, p in permute_mixed(table, GROUPS, permutations=999, seed=seed).items():
            found[effect].append(p or np.nan)
    exceeded = float(kstwo.ppf(0.95, NULL_STUDIES))
    lines = []
    for effect, values in found.items():
        test = kstest(values, "uniform")
        name = f"analysis.permutation_null_ks.{effect}"
        line = _line(name, test.statistic, "1", NULL_STUDIES, exceeded, digits=4)
        lines.append({**line, "p": round(float(test.pvalue), 4)})
    return lines


def false_positives() -> list[Line]:
    """Logits add up, probabilities would not; so these data are normal, with effects that add up."""
    random = np.random.default_rng(3)
    main_effects = np.linspace(0.9, 0.1, 10) + np.array([0.0] * 20 + [0.3] * 20)[:, None]
    permuted, by_f = 0, 0
    for seed in range(NULL_STUDIES):
        ability = random.normal(0, 0.06, (40, 1))
        table = main_effects + ability + random.normal(0, 0.12, (40, 10))
        permuted += (permute_mixed(table, GROUPS, permutations=999, seed=seed)["interaction"] or 1) <= 0.05
        by_f += (mixed_anova(table, GROUPS)[2].p or 1) <= 0.05
    name = "analysis.interaction_false_positives"
    return [_line(name, permuted / NULL_STUDIES, "share", NULL_STUDIES, by_f / NULL_STUDIES, digits=4)]


def mixed_model() -> list[Line]:
    truth = LOGITS[1:] - LOGITS[0]
    models = [
        logistic_mixed_model(simulated(1000 + seed, participants=20), CONDITIONS)
        for seed in range(MODEL_STUDIES)
    ]
    low, high, estimate = (
        np.array([[getattr(entry, name) for entry in model.conditions[1:]] for model in models], dtype=float)
        for name in ("low", "high", "log_odds")
    )
    held = (np.log(low) <= truth) & (truth <= np.log(high))
    line = _line("analysis.mixed_model_coverage", held.mean(), "share", MODEL_STUDIES, 0.95, digits=4)
    return [{**line, "largest_bias_logits": round(float(np.abs((estimate - truth).mean(axis=0)).max()), 4)}]


BENCHES: tuple[Callable[[], list[Line]], ...] = (
    permutations,
    coverage,
    null_distribution,
    false_positives,
    mixed_model,
    million_trials,
)


def _held(studies: np.ndarray, method: Method) -> np.ndarray:
    """Whether each interval holds its condition's true accuracy, shape (studies, conditions)."""
    found = [intervals(study, method, resamples=2000) for study in studies]
    low, high = (
        np.array([[getattr(interval, end) for interval in study] for study in found], dtype=float)
        for end in ("low", "high")
    )
    return (low <= CURVE) & (high >= CURVE)  # an interval that is not defined holds nothing


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _line(name: str, value: float, unit: str, n: int, control: float, digits: int = 3) -> Line:
    return {
        "name": name,
        "value": round(float(value), digits),
        "unit": unit,
        "n": n,
        "control": round(float(control), digits),
    }


def _machine() -> Line:
    return {"machine": platform.machine(), "numpy": np.__version__, "scipy": scipy.__version__}


def _write(lines: list[Line]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    print(text, end="")
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "analysis.jsonl").write_text(text)


if __name__ == "__main__":
    main()
