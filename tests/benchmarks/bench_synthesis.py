"""How fast synthesis is beside the published algorithm and plenoptic, in one run on the same machine.

    python tests/benchmarks/bench_synthesis.py [--models MODEL ...] [--layers LAYER ...] [--stimuli 4]
        [--ratios-only] [--steps 2400] [--plenoptic-steps 2000] [--threads 1]

All programs have one thread, as the processes of a run have. `--ratios-only` leaves out everything but the
two ratios below; fewer steps are for trying the program out, and say nothing about speed.

Per model and layer (early, middle, late; early and late for sounds), JSON lines that are also written to
var/bench/synthesis.jsonl:

- `synthesis.published_over_fast` (goal: 30 or more): seconds per stimulus of (a) the published algorithm as
  published (batch 1, a discarded forward pass per step, 8 rounds of 300 steps) over (c) `fast` until it
  reaches the error that (a) ended with (where 400 steps do not suffice, with a schedule of 800). (a) always
  takes its 2,400 steps, so its time is that of single steps, timed in turns with (c), times 2,400; `reached`
  says whether (c) got there.
- `synthesis.plenoptic_over_fast` (goal: 5 or more): (b) plenoptic's Metamer until the same error, over (c).
  Where it does not get there in 2,000 steps, `reached` is false and the ratio is a lower bound.
- `synthesis.certificates`: share certified, rho, SNR and error of (a) beside (c) and beside `fast` as it is
  by default, that is, to the end of its schedule.
- `synthesis.certified_per_hour`, `synthesis.overhead_share`: of the worker's whole loop with `fast` as it is
  by default; the share (goal: below 0.1) is of the processor time outside the network's forward and backward
  while optimising, certificates and files included.
- `synthesis.gain.CHANGE`: what one change gave alone.
- `synthesis.peak_mib`: the most memory that the process had taken, controls included.

A network whose weights cannot be had is taken with random ones, which the lines say.
"""

import argparse
import json
import platform
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any

import torch

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from synthesis.bundle.spec import RandomWeights  # noqa: E402
from synthesis.common.errors import UserError  # noqa: E402
from synthesis.media.medium import Stimulus  # noqa: E402
from synthesis.networks.registry import Network, load_network  # noqa: E402
from tests.benchmarks.synthesis.changes import cost_changes, step_changes  # noqa: E402
from tests.benchmarks.synthesis.contenders import (  # noqa: E402
    PLENOPTIC_MOST_STEPS,
    Reached,
    fast_to_targets,
    run_fast,
    run_plenoptic,
)
from tests.benchmarks.synthesis.published import ROUNDS as PUBLISHED_ROUNDS  # noqa: E402
from tests.benchmarks.synthesis.published import STEPS, PublishedStep, published_result  # noqa: E402
from tests.benchmarks.synthesis.quality import Judge  # noqa: E402
from tests.benchmarks.synthesis.subject import Subject, bench_stimuli, make_subject  # noqa: E402
from tests.benchmarks.synthesis.whole import run_whole  # noqa: E402

LAYERS = {
    "efficientnet_lite0": ("block2", "block10", "logits"),
    "resnet50": ("layer1", "layer2", "layer4"),
    "word_cochcnn": ("relu0", "relu4"),
}
BENCH = ROOT / "var" / "bench"
CACHE = BENCH / "published"
TIMED_STEPS = 10
ROUNDS = 3
NULL_STIMULI = 60
GOALS = {"published_over_fast": 30.0, "plenoptic_over_fast": 5.0, "overhead_share": 0.1}


@dataclass(frozen=True)
class Settings:
    """How far the contenders go, and whether only their times are asked for."""

    published_steps: int
    plenoptic_steps: int
    ratios_only: bool


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", nargs="+", default=list(LAYERS), choices=LAYERS)
    parser.add_argument("--layers", nargs="+", default=None, help="instead of three of each model")
    parser.add_argument("--stimuli", type=int, default=4)
    parser.add_argument("--ratios-only", action="store_true")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the published algorithm in 8 rounds")
    parser.add_argument("--plenoptic-steps", type=int, default=PLENOPTIC_MOST_STEPS)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.steps % PUBLISHED_ROUNDS:
        parser.error(f"--steps: must be a multiple of {PUBLISHED_ROUNDS}")
    torch.set_num_threads(arguments.threads)
    settings = Settings(arguments.steps, arguments.plenoptic_steps, arguments.ratios_only)
    path = BENCH / "synthesis.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        for line in _all_lines(arguments.models, arguments.layers, arguments.stimuli, settings):
            text = json.dumps(line | _machine())
            print(text, flush=True)
            file.write(text + "\n")
            file.flush()


def _all_lines(
    models: list[str], layers: list[str] | None, count: int, settings: Settings
) -> Iterator[dict[str, Any]]:
    for model in models:
        network, weights = _network(model)
        stimuli, source = bench_stimuli(network, count, BENCH / "words")
        others, _ = bench_stimuli(network, NULL_STIMULI, BENCH / "other_words", "null")
        for layer in layers or LAYERS[model]:
            subject = make_subject(network, layer, stimuli)
            common = {"n": count, "stimuli": source, "weights": weights}
            for line in _lines(subject, others, settings):
                yield line | common


def _lines(subject: Subject, others: list[Stimulus], settings: Settings) -> Iterator[dict[str, Any]]:
    final = published_result(subject, CACHE, settings.published_steps)
    targets = subject.served_errors(final)
    published_s, fast, plenoptic = _race(subject, targets, settings)
    yield from _ratios(subject, targets, published_s, fast, plenoptic)
    if settings.ratios_only:
        return
    judge = Judge(subject, others)
    whole = run_whole(subject, judge.certifier, judge.null)
    a, c, d = judge.judge(final), judge.judge(fast.results), judge.judge(whole.results)
    yield _line(
        "certificates",
        subject,
        c.passed,
        control=a.passed,
        published=asdict(a),
        fast=asdict(c),
        default=asdict(d),
    )
    yield _line("certified_per_hour", subject, whole.certified_per_hour, unit="1/h", control=None)
    yield _line("overhead_share", subject, whole.overhead_share, control=None)
    changes = cost_changes(subject) | step_changes(subject, targets, settings.published_steps)
    for change, (without, with_it) in changes.items():
        yield _line(f"gain.{change}", subject, without / with_it, control=without, with_change=with_it)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield _line("peak_mib", subject, peak_mib, unit="MiB", control=None)


def _ratios(
    subject: Subject, targets: list[float], published_s: float, fast: Reached, plenoptic: Reached
) -> Iterator[dict[str, Any]]:
    fast_s = fast.seconds / subject.count
    yield _line(
        "published_over_fast",
        subject,
        published_s / fast_s,
        control=published_s,
        fast_s=fast_s,
        fast_steps=fast.steps / subject.count,
        error=mean(targets),
        reached=_reached(subject, fast, targets),
    )
    yield _line(
        "plenoptic_over_fast",
        subject,
        plenoptic.seconds / fast.seconds,
        control=plenoptic.seconds / subject.count,
        plenoptic_steps=plenoptic.steps / subject.count,
        reached=_reached(subject, plenoptic, targets),
    )


def _race(subject: Subject, targets: list[float], settings: Settings) -> tuple[float, Reached, Reached]:
    """Seconds per stimulus of (a); (c) and (b). In turns, since the machine's speed drifts; median of (c)."""
    max_steps = _schedule(subject, targets)
    step = PublishedStep(subject)
    step()
    step_s: list[float] = []
    runs: list[Reached] = []
    for _ in range(ROUNDS):
        step_s += [step() for _ in range(TIMED_STEPS)]
        runs.append(run_fast(subject, targets, fast_to_targets(subject, max_steps)))
    plenoptic = run_plenoptic(subject, targets, settings.plenoptic_steps)
    step_s += [step() for _ in range(TIMED_STEPS)]
    runs.sort(key=lambda run: run.seconds)
    return settings.published_steps * median(step_s), runs[ROUNDS // 2], plenoptic


def _schedule(subject: Subject, targets: list[float]) -> int:
    """The steps that `fast` is given: its own number, or twice as many if it does not get there in these."""
    usual = fast_to_targets(subject)
    reached = _reached(subject, run_fast(subject, targets, usual), targets)
    return usual.max_steps if reached else 2 * usual.max_steps


def _reached(subject: Subject, run: Reached, targets: list[float]) -> bool:
    errors = subject.served_errors(run.results)
    return all(error <= target for error, target in zip(errors, targets, strict=True))


def _line(name: str, subject: Subject, value: float, *, unit: str = "1", **more: Any) -> dict[str, Any]:
    goal = {"goal": GOALS[name]} if name in GOALS else {}
    return {"name": f"synthesis.{name}.{subject.name}", "value": _rounded(value), "unit": unit} | {
        key: _rounded(entry) for key, entry in (goal | more).items()
    }


def _rounded(entry: Any) -> Any:
    if isinstance(entry, dict):
        return {key: _rounded(value) for key, value in entry.items()}
    return float(f"{entry:.4g}") if isinstance(entry, float) else entry


def _network(model: str) -> tuple[Network, str]:
    try:
        network = load_network(model)
    except UserError:
        network = load_network(model, RandomWeights(random=0))
    return network, network.weights


def _machine() -> dict[str, Any]:
    return {"machine": platform.machine(), "threads": torch.get_num_threads(), "torch": torch.__version__}


if __name__ == "__main__":
    main()
