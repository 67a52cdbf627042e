"""What each change against the published loop gave, each measured alone.

Changes of a step's cost compare milliseconds per step and stimulus with and without the change, in turns.
Changes of the number of steps compare how many steps reach the same errors.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import torch
from torch import Tensor

from synthesis.optimise.activations import Activations, output_node
from tests.benchmarks.synthesis.contenders import FastToTargets, fast_to_targets, run_fast
from tests.benchmarks.synthesis.published import published_recipe
from tests.benchmarks.synthesis.subject import Subject

REPEATS = 7
Step = Callable[[], object]


def cost_changes(subject: Subject) -> dict[str, tuple[float, float]]:
    """change -> ms per step and stimulus (without it, with it); medians of turns."""
    plain, cut = _whole(subject), _cut(subject)
    matched = subject.matched()
    size = subject.count
    changes: dict[str, tuple[Step, Step, int, int]] = {
        "no_discarded_forward": (
            _descent(plain, subject, 1, discard=True),
            _descent(plain, subject, 1),
            1,
            1,
        ),
        "truncation": (_descent(plain, subject, 1), _descent(cut, subject, 1), 1, 1),
        "batching": (_descent(cut, subject, 1), _descent(cut, subject, size), 1, size),
        "folded_norms_and_channels_last": (
            _descent(cut, subject, size),
            _descent(matched, subject, size),
            size,
            size,
        ),
        "bfloat16": (
            _descent(matched, subject, size),
            _descent(matched, subject, size, coarse=True),
            size,
            size,
        ),
    }
    if shutil.which("c++") or shutil.which("g++"):
        compiled = torch.compile(matched)
        changes["compile"] = (
            _descent(matched, subject, size, coarse=True),
            _descent(compiled, subject, size, coarse=True),
            size,
            size,
        )
    result = {name: _in_turns(*steps) for name, steps in changes.items()}
    both = _descent(matched, subject, size, coarse=True, threads=2)
    one = _descent(matched, subject, size, coarse=True, threads=1)
    result["two_threads"] = _in_turns(one, both, size, size)
    return result


def step_changes(
    subject: Subject, targets: list[float], published_steps: int
) -> dict[str, tuple[float, float]]:
    """change -> mean steps per stimulus to the published errors (without it, with it).

    The optimiser alone: Adam at a constant rate against the published descent (which takes all its steps).
    The schedule: the falling rate against that constant rate. Stopping: leaving at the target against going
    on.
    """
    usual = fast_to_targets(subject)
    constant = run_fast(subject, targets, _Constant(**vars(fast_to_targets(subject, published_steps))))
    falling = run_fast(subject, targets, usual)
    return {
        "adam": (float(published_steps), constant.steps / subject.count),
        "falling_rate": (constant.steps / subject.count, falling.steps / subject.count),
        "stopping": (float(usual.max_steps), falling.steps / subject.count),
    }


class _Constant(FastToTargets):
    def _rate(self, steps: Tensor) -> Tensor:
        return torch.full_like(steps, self.learning_rate, dtype=torch.float32)


def _whole(subject: Subject) -> Callable[[Tensor], Tensor]:
    nodes = {"layer": subject.layer.node, "output": output_node(subject.network.module)}
    network = Activations(subject.network.module, nodes)
    return lambda inputs: network(inputs)["layer"]


def _cut(subject: Subject) -> Callable[[Tensor], Tensor]:
    network = Activations(subject.network.module, {"layer": subject.layer.node})
    return lambda inputs: network(inputs)["layer"]


def _descent(
    activation: Callable[[Tensor], Tensor],
    subject: Subject,
    size: int,
    *,
    discard: bool = False,
    coarse: bool = False,
    threads: int | None = None,
) -> Step:
    """One step of descent of `size` stimuli, which always starts from the same ones."""
    starts, naturals = subject.starts[:size], subject.naturals[:size]
    recipe = published_recipe(subject)
    with torch.no_grad():
        target = activation(naturals)

    def step() -> None:
        with _threads(threads):
            variable = starts.detach().requires_grad_()
            with torch.autocast("cpu", torch.bfloat16, enabled=coarse):
                output = activation(variable)
            loss = recipe.loss(output.float(), target)
            (gradient,) = torch.autograd.grad(loss.sum(), variable)
            new = recipe.update(variable.detach(), gradient, {}, torch.zeros(size, dtype=torch.long))
            if discard:
                with torch.no_grad():
                    activation(new)

    return step


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    yield
    torch.set_num_threads(before)


def _in_turns(without: Step, with_change: Step, items: int, items_with: int) -> tuple[float, float]:
    for step in (without, with_change):
        step()
        step()
    times: list[tuple[float, float]] = []
    for _ in range(REPEATS):
        times.append((_timed_ms(without) / items, _timed_ms(with_change) / items_with))
    return median(before for before, _ in times), median(after for _, after in times)


def _timed_ms(step: Step) -> float:
    start = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - start)
