"""The published algorithm as it was published (Feather et al. 2023, released code), as the control.

Batch 1; at each step a whole forward pass of the network for the loss and one more that is thrown away; then
the gradient, normalised; 8 rounds with halved step size. Its rounds have 300 steps here, not 3,000.
"""

import json
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from synthesis.optimise.activations import Activations, output_node
from synthesis.optimise.batch import Batch
from synthesis.optimise.recipes import Feather2023, make_recipe
from tests.benchmarks.synthesis.subject import Subject

STEPS = 2_400
ROUNDS = 8


def published_recipe(subject: Subject, steps: int = STEPS) -> Feather2023:
    """Its own for pictures or sounds, with so many steps in all."""
    recipe = make_recipe(Feather2023.name, network=subject.network)
    assert isinstance(recipe, Feather2023)
    return replace(recipe, max_steps=steps)


class PublishedStep:
    """One stimulus; each call is one step of the published loop, in float32 as the library lays it out."""

    def __init__(self, subject: Subject, index: int = 0) -> None:
        nodes = {"layer": subject.layer.node, "output": output_node(subject.network.module)}
        self.network = Activations(subject.network.module, nodes)
        self.recipe = published_recipe(subject)
        self.current = subject.starts[index : index + 1].clone()
        with torch.no_grad():
            self.target = self.network(subject.naturals[index : index + 1])["layer"]
        self.steps = 0

    def __call__(self) -> float:
        """The seconds that the step took."""
        start = time.perf_counter()
        current = self.current.detach().requires_grad_()
        loss = self.recipe.loss(self.network(current)["layer"], self.target)
        (gradient,) = torch.autograd.grad(loss.sum(), current)
        self.current = self.recipe.update(self.current, gradient, {}, torch.tensor([self.steps]))
        with torch.no_grad():
            self.network(self.current)
        self.steps += 1
        return time.perf_counter() - start


def published_result(subject: Subject, cache: Path, steps: int = STEPS) -> Tensor:
    """What the published algorithm ends with: network input (n, ...).

    Computed by the engine, which is exact (a test compares it with a plain implementation) and several times
    faster, and kept in `cache`, since it does not depend on the machine's speed.
    """
    path = cache / f"{subject.name}.{subject.digest[:16]}.{steps}.pt"
    if path.is_file():
        kept: Tensor = torch.load(path, weights_only=True)
        return kept
    batch: Batch[int] = Batch(subject.matched(), published_recipe(subject, steps))
    for index in range(subject.count):
        batch.add(index, subject.naturals[index], subject.starts[index])
    items = batch.items
    while batch.items:
        batch.step()
    results = torch.stack([item.result for item in items if item.result is not None])
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(results, path)
    path.with_suffix(".json").write_text(json.dumps({str(item.label): item.losses for item in items}))
    return results
