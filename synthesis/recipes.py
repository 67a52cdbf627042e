"""Recipes: loss, start, update rule, schedule and stopping rule of a synthesis.

Every rule works per item (the leading axis), so an item's result does not depend on its batch.
"""

import math
from dataclasses import asdict, dataclass
from typing import Protocol

import torch
from torch import Tensor

from synthesis.bundle.errors import UserError
from synthesis.objectives import half_squared_error, relative_error

State = dict[str, Tensor]


class Recipe(Protocol):
    """`name` and `parameters` are recorded with each item and are part of its identity."""

    @property
    def name(self) -> str: ...

    @property
    def max_steps(self) -> int: ...

    def parameters(self) -> dict[str, float]: ...

    def initial(self, generator: torch.Generator, size_px: int) -> Tensor:
        """The noise that a synthesis starts from: float32 (3, size_px, size_px) in [0, 1]."""
        ...

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        """What is minimised: (batch,) of two tensors (batch, ...)."""
        ...

    def new_state(self, pictures: Tensor) -> State:
        """What the rule remembers between steps: tensors whose leading axis is the batch."""
        ...

    def update(self, pictures: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        """The next pictures, within [0, 1].

        pictures, gradient : (batch, 3, height, width); steps : (batch,), steps done so far. Changes `state`.
        """
        ...

    def coarse(self, losses: list[float]) -> bool:
        """Whether the next step of an item with this loss history may run the network in bfloat16."""
        ...

    def finished(self, losses: list[float]) -> bool:
        """Whether an item with this loss history (one value per step) stops."""
        ...


class _Published:
    """What the published recipes share: float32, a fixed number of steps, the last iterate kept."""

    max_steps: int

    def coarse(self, losses: list[float]) -> bool:
        return False

    def finished(self, losses: list[float]) -> bool:
        return len(losses) >= self.max_steps


@dataclass(frozen=True)
class Feather2019(_Published):
    """Adam on the unnormalised squared error (Feather et al. 2019, Methods and supplement).

    loss 0.5 sum((r - t)^2); rate 1e-3 x 0.95 ** (steps / 1000), smooth; 15,000 steps; pictures clamped to
    [0, 1]. Start: 0.5 + 0.1 U(0, 1). Adam as TensorFlow 1 wrote it: epsilon is added before the bias of the
    second moment is corrected.
    """

    max_steps: int = 15_000
    learning_rate: float = 1e-3
    decay: float = 0.95
    decay_steps: int = 1_000
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    name: str = "feather2019"

    def parameters(self) -> dict[str, float]:
        return _numbers(self)

    def initial(self, generator: torch.Generator, size_px: int) -> Tensor:
        return 0.5 + 0.1 * torch.rand((3, size_px, size_px), generator=generator)

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        return half_squared_error(activation, target)

    def new_state(self, pictures: Tensor) -> State:
        return _zero_moments(pictures)

    def update(self, pictures: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        _update_moments(state, gradient, self.beta1, self.beta2)
        done = steps + 1
        rate = self.learning_rate * self.decay ** (steps / self.decay_steps)
        scale = _per_item(rate * (1 - self.beta2**done).sqrt() / (1 - self.beta1**done))
        return (pictures - scale * state["mean"] / (state["square"].sqrt() + self.epsilon)).clamp_(0, 1)


@dataclass(frozen=True)
class Feather2023(_Published):
    """Gradient descent with normalised gradients (Feather et al. 2023, Methods and released code).

    x <- clamp(x - s * g / (norm(g) + 1e-10)); the step size s is halved after each of 8 rounds of 3,000
    steps, and the last iterate is kept. Start: clamp(0.5 + N(0, 1) / 20).
    """

    max_steps: int = 24_000
    step_size: float = 1.0
    round_steps: int = 3_000
    name: str = "feather2023"

    def parameters(self) -> dict[str, float]:
        return _numbers(self)

    def initial(self, generator: torch.Generator, size_px: int) -> Tensor:
        return _normal_noise(generator, size_px)

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        return relative_error(activation, target)

    def new_state(self, pictures: Tensor) -> State:
        return {}

    def update(self, pictures: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        size = self.step_size * 0.5 ** (steps // self.round_steps)
        norm = torch.linalg.vector_norm(gradient.flatten(1), dim=1) + 1e-10
        return (pictures - _per_item(size / norm) * gradient).clamp_(0, 1)


@dataclass(frozen=True)
class Fast:
    """Adam whose rate falls along a cosine over `max_steps` (ours; see tests/benchmarks).

    The network runs in bfloat16 until an item's error is below `coarse_until`, where its rounding begins to
    count, and in float32 from then on. An item leaves early when its error is below `enough`. Otherwise it
    runs to the end of the schedule: while the rate is high, a plateau of the loss is noise.
    """

    max_steps: int = 400
    learning_rate: float = 0.02
    beta1: float = 0.9
    beta2: float = 0.999
    coarse_until: float = 0.1
    enough: float = 0.02
    name: str = "fast"

    def parameters(self) -> dict[str, float]:
        return _numbers(self)

    def initial(self, generator: torch.Generator, size_px: int) -> Tensor:
        return _normal_noise(generator, size_px)

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        return relative_error(activation, target)

    def new_state(self, pictures: Tensor) -> State:
        return _zero_moments(pictures)

    def update(self, pictures: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        _update_moments(state, gradient, self.beta1, self.beta2)
        done = steps + 1
        scale = _per_item(self._rate(steps) / (1 - self.beta1**done))
        spread = (state["square"] / _per_item(1 - self.beta2**done)).sqrt_().add_(1e-12)
        return (pictures - scale * state["mean"] / spread).clamp_(0, 1)

    def _rate(self, steps: Tensor) -> Tensor:
        return self.learning_rate * 0.5 * (1 + torch.cos(math.pi * steps / self.max_steps))

    def coarse(self, losses: list[float]) -> bool:
        # Once is for ever: an item near the limit must not change its arithmetic at each step.
        return not losses or min(losses) >= self.coarse_until

    def finished(self, losses: list[float]) -> bool:
        return len(losses) >= self.max_steps or losses[-1] < self.enough


def make_recipe(name: str, max_steps: int | None) -> Recipe:
    """The recipe called `name`, with at most `max_steps` steps where that is given.

    Raises `UserError` for an unknown name.
    """
    known: dict[str, type[Feather2019] | type[Feather2023] | type[Fast]] = {
        recipe.name: recipe for recipe in (Fast, Feather2019, Feather2023)
    }
    if name not in known:
        raise UserError(f"unknown recipe {name!r}; known recipes: {', '.join(known)}")
    return known[name]() if max_steps is None else known[name](max_steps=max_steps)


def _numbers(recipe: Feather2019 | Feather2023 | Fast) -> dict[str, float]:
    return {name: value for name, value in asdict(recipe).items() if name != "name"}


def _normal_noise(generator: torch.Generator, size_px: int) -> Tensor:
    """clamp(0.5 + N(0, 1) / 20) (Feather et al. 2023)."""
    return (0.5 + torch.randn((3, size_px, size_px), generator=generator) / 20).clamp_(0, 1)


def _zero_moments(pictures: Tensor) -> State:
    return {"mean": torch.zeros_like(pictures), "square": torch.zeros_like(pictures)}


def _update_moments(state: State, gradient: Tensor, beta1: float, beta2: float) -> None:
    state["mean"].lerp_(gradient, 1 - beta1)
    state["square"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)


def _per_item(values: Tensor) -> Tensor:
    return values.float().view(-1, 1, 1, 1)
