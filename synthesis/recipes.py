"""Recipes: the update rule, the schedule and the stopping rule of a synthesis.

Every rule works per item (the leading axis), so an item's result does not depend on its batch.
"""

import math
from dataclasses import asdict, dataclass
from typing import Protocol

import torch
from torch import Tensor

from synthesis.bundle.errors import UserError

State = dict[str, Tensor]


class Recipe(Protocol):
    """`name` and `parameters` are recorded with each item and are part of its identity."""

    @property
    def name(self) -> str: ...

    @property
    def max_steps(self) -> int: ...

    @property
    def autocast(self) -> bool:
        """Whether the network may run in bfloat16 while optimising."""
        ...

    def parameters(self) -> dict[str, float]: ...

    def new_state(self, pictures: Tensor) -> State:
        """What the rule remembers between steps: tensors whose leading axis is the batch."""
        ...

    def update(self, pictures: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        """The next pictures, within [0, 1].

        pictures, gradient : (batch, 3, height, width); steps : (batch,), steps done so far. Changes `state`.
        """
        ...

    def finished(self, losses: list[float]) -> bool:
        """Whether an item with this loss history (one value per step) stops."""
        ...


@dataclass(frozen=True)
class Feather2023:
    """Gradient descent with normalised gradients (Feather et al. 2023, Methods and released code).

    x <- clamp(x - s * g / (norm(g) + 1e-10)); the step size s is halved after each of 8 rounds of 3,000
    steps, and the last iterate is kept.
    """

    max_steps: int = 24_000
    step_size: float = 1.0
    round_steps: int = 3_000
    name: str = "feather2023"
    autocast: bool = False

    def parameters(self) -> dict[str, float]:
        return _numbers(self)

    def new_state(self, pictures: Tensor) -> State:
        return {}

    def update(self, pictures: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        size = self.step_size * 0.5 ** (steps // self.round_steps)
        norm = torch.linalg.vector_norm(gradient.flatten(1), dim=1) + 1e-10
        return (pictures - _per_item(size / norm) * gradient).clamp_(0, 1)

    def finished(self, losses: list[float]) -> bool:
        return len(losses) >= self.max_steps


@dataclass(frozen=True)
class Fast:
    """Adam whose rate falls along a cosine over `max_steps`, in bfloat16 (ours; see tests/benchmarks).

    An item leaves early when its error is below `enough`, which is about what bfloat16 can resolve. Otherwise
    it runs to the end of the schedule: while the rate is high, a plateau of the loss is noise.
    """

    max_steps: int = 400
    learning_rate: float = 0.02
    beta1: float = 0.7
    beta2: float = 0.97
    enough: float = 0.05
    name: str = "fast"
    autocast: bool = True

    def parameters(self) -> dict[str, float]:
        return _numbers(self)

    def new_state(self, pictures: Tensor) -> State:
        return {"mean": torch.zeros_like(pictures), "square": torch.zeros_like(pictures)}

    def update(self, pictures: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        mean, square = state["mean"], state["square"]
        mean.lerp_(gradient, 1 - self.beta1)
        square.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        done = steps + 1
        scale = _per_item(self._rate(steps) / (1 - self.beta1**done))
        spread = (square / _per_item(1 - self.beta2**done)).sqrt_().add_(1e-12)
        return (pictures - scale * mean / spread).clamp_(0, 1)

    def _rate(self, steps: Tensor) -> Tensor:
        return self.learning_rate * 0.5 * (1 + torch.cos(math.pi * steps / self.max_steps))

    def finished(self, losses: list[float]) -> bool:
        return len(losses) >= self.max_steps or losses[-1] < self.enough


def make_recipe(name: str, max_steps: int | None) -> Recipe:
    """The recipe called `name`, with at most `max_steps` steps where that is given.

    Raises `UserError` for an unknown name.
    """
    known: dict[str, type[Feather2023] | type[Fast]] = {"fast": Fast, "feather2023": Feather2023}
    if name not in known:
        raise UserError(f"unknown recipe {name!r}; known recipes: {', '.join(known)}")
    return known[name]() if max_steps is None else known[name](max_steps=max_steps)


def _numbers(recipe: Feather2023 | Fast) -> dict[str, float]:
    return {name: value for name, value in asdict(recipe).items() if name != "name"}


def _per_item(values: Tensor) -> Tensor:
    return values.float().view(-1, 1, 1, 1)
