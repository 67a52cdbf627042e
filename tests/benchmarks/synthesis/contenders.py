"""Ways to the errors that the published algorithm ended with: ours, and plenoptic's."""

import math
import time
import warnings
from dataclasses import dataclass, field, fields, replace
from functools import partial

import plenoptic
import torch
from torch import Tensor, nn

from synthesis.optimise.activations import Activations
from synthesis.optimise.batch import Batch
from synthesis.optimise.recipes import Fast, make_recipe
from tests.benchmarks.synthesis.subject import Subject

# Errors are compared on served stimuli by the network as published; a run stops when its own loss is this
# much better, so that rounding to 8 bits does not lift it above its target.
MARGIN = 0.975
PLENOPTIC_STEPS_AT_ONCE = 20
PLENOPTIC_MOST_STEPS = 2_000


@dataclass(frozen=True)
class Reached:
    """`seconds` and `steps` for all stimuli together; `results`, network input (n, ...), as they ended."""

    seconds: float
    steps: int
    results: Tensor
    network_seconds: float = math.nan


@dataclass(frozen=True)
class FastToTargets(Fast):
    """`fast` whose items stop each at its own error; `targets` are by the identity of an item's losses."""

    targets: dict[int, float] = field(default_factory=dict)

    def finished(self, losses: list[float]) -> bool:
        return super().finished(losses) or losses[-1] <= MARGIN * self.targets[id(losses)]


def fast_to_targets(subject: Subject, max_steps: int | None = None) -> FastToTargets:
    """`fast` for the subject's kind of stimuli, without its own limit: the published end may lie below it."""
    recipe = replace(make_recipe(Fast.name, max_steps, subject.network), enough=0.0)
    return FastToTargets(**{entry.name: getattr(recipe, entry.name) for entry in fields(recipe)})  # type: ignore[arg-type]


def run_fast(subject: Subject, targets: list[float], recipe: FastToTargets) -> Reached:
    """All stimuli in one batch, each until its loss is at its target or to the end of the schedule."""
    start = time.perf_counter()
    batch: Batch[int] = Batch(subject.matched(), recipe)
    for index in range(subject.count):
        batch.add(index, subject.naturals[index], subject.starts[index])
    items = batch.items
    recipe.targets.update({id(item.losses): targets[item.label] for item in items})
    while batch.items:
        batch.step()
    results = torch.stack([item.result for item in items if item.result is not None])
    seconds = time.perf_counter() - start
    return Reached(seconds, sum(len(item.losses) for item in items), results, batch.network_seconds)


class _Features(nn.Module):
    """The network up to the layer, as plenoptic wants a model: 4-D input, one vector per stimulus."""

    def __init__(self, subject: Subject) -> None:
        super().__init__()
        self.network = Activations(subject.network.module, {"layer": subject.layer.node})
        self.shape = subject.medium.shape

    def forward(self, images: Tensor) -> Tensor:
        return self.network(images.reshape(-1, *self.shape))["layer"].flatten(1)


def run_plenoptic(subject: Subject, targets: list[float], most_steps: int = PLENOPTIC_MOST_STEPS) -> Reached:
    """Each stimulus by plenoptic's Metamer, until its error is at its target or for `most_steps`.

    Settings: those of plenoptic's guide to metamers of deep networks: Adam with rate 0.01 and without
    AMSGrad, halved every 3,000 steps; its own loss (mean squared error) and range penalty. Its model is the
    network cut after the layer, as its own adapter cuts it (that adapter cannot trace EfficientNet's
    padding). The time of looking at the error, every 20 steps, is not counted.
    """
    model = _Features(subject).eval()
    plenoptic.remove_grad(model)
    seconds, steps, results = 0.0, 0, []
    for natural, start, target in zip(subject.naturals, subject.starts, targets, strict=True):
        metamer = _metamer(model, _as_image(natural), _as_image(start), subject.bounds)
        for _ in range(0, most_steps, PLENOPTIC_STEPS_AT_ONCE):
            began = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                metamer.synthesize(max_iter=PLENOPTIC_STEPS_AT_ONCE, stop_iters_to_check=10**9)
            seconds += time.perf_counter() - began
            steps += PLENOPTIC_STEPS_AT_ONCE
            result = metamer.metamer.detach().clamp(*subject.bounds)
            if _error(model, result, natural) <= MARGIN * target:
                break
        results.append(result.reshape(subject.medium.shape))
    return Reached(seconds, steps, torch.stack(results))


def _as_image(stimulus: Tensor) -> Tensor:
    """(1, 3, height, width) of a picture, (1, 1, 1, samples) of a sound: plenoptic takes four axes."""
    return stimulus.reshape(1, *(1,) * (3 - stimulus.dim()), *stimulus.shape)


def _metamer(
    model: nn.Module, natural: Tensor, start: Tensor, bounds: tuple[float, float]
) -> plenoptic.Metamer:
    in_range = partial(plenoptic.regularize.penalize_range, allowed_range=bounds)
    metamer = plenoptic.Metamer(natural, model, penalty_function=in_range)
    metamer.setup(
        initial_image=start,
        optimizer_kwargs={"amsgrad": False},
        scheduler=torch.optim.lr_scheduler.StepLR,
        scheduler_kwargs={"step_size": 3000, "gamma": 0.5},
    )
    return metamer


@torch.no_grad()
def _error(model: nn.Module, result: Tensor, natural: Tensor) -> float:
    target = model(natural)
    return float((model(result) - target).norm() / target.norm())
