"""Recipes: loss, start, update rule, schedule and stopping rule of a synthesis.

Every rule works per item (the leading axis), so an item's result does not depend on its batch. As they stand
here, recipes are for pictures; `Medium.recipes` has what differs for other kinds of stimuli.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, Self

import torch
from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.media.noise import Noise, grey, light_grey
from synthesis.media.registry import kind_of
from synthesis.networks.inputs import USUAL_PICTURES
from synthesis.networks.registry import Network
from synthesis.optimise.objectives import half_squared_error, relative_error

State = dict[str, Tensor]
Bounds = tuple[float, float] | None

_WELL_BELOW = 4
"""`fast` goes on to this fraction, 12 dB, below what two unrelated stimuli reach."""


class Recipe(Protocol):
    """`name` and `parameters` are recorded with each item and are part of its identity."""

    @property
    def name(self) -> str: ...

    @property
    def max_steps(self) -> int: ...

    @property
    def start(self) -> Noise:
        """The noise that a synthesis starts from."""
        ...

    def parameters(self) -> dict[str, Any]: ...

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        """What is minimised: (batch,) of two tensors (batch, ...)."""
        ...

    def new_state(self, inputs: Tensor) -> State:
        """What the rule remembers between steps: tensors whose leading axis is the batch."""
        ...

    def update(self, inputs: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        """The next iterates, within the recipe's bounds.

        inputs, gradient : (batch, ...); steps : (batch,), steps done so far. Changes `state`.
        """
        ...

    def beyond(self, error: float) -> "Recipe":
        """The recipe for a layer at which two unrelated stimuli come as near to each other as `error`."""
        ...

    def coarse(self, losses: list[float]) -> bool:
        """Whether the next step of an item with this loss history may run the network in bfloat16."""
        ...

    def finished(self, losses: list[float]) -> bool:
        """Whether an item with this loss history (one value per step) stops."""
        ...


class _Rule:
    """What all recipes share: they record their fields, and clamp each iterate to their bounds, if any."""

    bounds: Bounds

    def parameters(self) -> dict[str, Any]:
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}  # type: ignore[arg-type]
        start = values.pop("start").__name__
        return {name: value for name, value in values.items() if name != "name"} | {"start": start}

    def _bounded(self, inputs: Tensor) -> Tensor:
        return inputs if self.bounds is None else inputs.clamp_(*self.bounds)


class _Published(_Rule):
    """What the published recipes share: float32, a fixed number of steps, the last iterate kept."""

    max_steps: int

    def beyond(self, error: float) -> Self:
        return self

    def coarse(self, losses: list[float]) -> bool:
        return False

    def finished(self, losses: list[float]) -> bool:
        return len(losses) >= self.max_steps


@dataclass(frozen=True)
class Feather2019(_Published):
    """Adam on the unnormalised squared error (Feather et al. 2019, Methods and supplement).

    loss 0.5 sum((r - t)^2); rate 1e-3 x 0.95 ** (steps / 1000), smooth; 15,000 steps; pictures are clamped,
    sounds are not. Adam as TensorFlow 1 wrote it: epsilon is added before the bias of the second moment is
    corrected.
    """

    max_steps: int = 15_000
    learning_rate: float = 1e-3
    decay: float = 0.95
    decay_steps: int = 1_000
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    start: Noise = light_grey
    bounds: Bounds = (0.0, 1.0)
    name: str = "feather2019"

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        return half_squared_error(activation, target)

    def new_state(self, inputs: Tensor) -> State:
        return _zero_moments(inputs)

    def update(self, inputs: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        _update_moments(state, gradient, self.beta1, self.beta2)
        done = steps + 1
        rate = self.learning_rate * self.decay ** (steps / self.decay_steps)
        scale = _per_item(rate * (1 - self.beta2**done).sqrt() / (1 - self.beta1**done), inputs)
        return self._bounded(inputs - scale * state["mean"] / (state["square"].sqrt() + self.epsilon))


@dataclass(frozen=True)
class Feather2023(_Published):
    """Gradient descent with normalised gradients (Feather et al. 2023, Methods and released code).

    x <- clamp(x - s * g / (norm(g) + 1e-10)); the step size s is halved after each of 8 rounds, and the last
    iterate is kept. A round is an eighth of the steps: 3,000 as published, fewer with fewer `max_steps` (the
    published code's `-I`), so that a shorter run ends with as small a step. Rounds of a number that 8 does
    not divide differ by one step; below 8 steps each step is a round, and some are passed over.
    """

    max_steps: int = 24_000
    step_size: float = 1.0
    rounds: int = 8
    start: Noise = grey
    bounds: Bounds = (0.0, 1.0)
    name: str = "feather2023"

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        return relative_error(activation, target)

    def new_state(self, inputs: Tensor) -> State:
        return {}

    def update(self, inputs: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        size = self.step_size * 0.5 ** (steps * self.rounds // self.max_steps)
        norm = torch.linalg.vector_norm(gradient.flatten(1), dim=1) + 1e-10
        return self._bounded(inputs - _per_item(size / norm, gradient) * gradient)


@dataclass(frozen=True)
class Fast(_Rule):
    """Adam whose rate falls in a straight line to 0 over `max_steps` (ours; see tests/benchmarks).

    The network runs in bfloat16 until an item's error is below `coarse_until`, where its rounding begins to
    count, and in float32 from then on. An item leaves early when its error is below `enough`. Otherwise it
    runs to the end of the schedule: while the rate is high, a plateau of the loss is noise.
    """

    max_steps: int = 400
    learning_rate: float = 0.02
    beta1: float = 0.9
    beta2: float = 0.95
    coarse_until: float = 0.1
    enough: float = 0.02
    start: Noise = grey
    bounds: Bounds = (0.0, 1.0)
    name: str = "fast"

    def loss(self, activation: Tensor, target: Tensor) -> Tensor:
        return relative_error(activation, target)

    def new_state(self, inputs: Tensor) -> State:
        return _zero_moments(inputs)

    def update(self, inputs: Tensor, gradient: Tensor, state: State, steps: Tensor) -> Tensor:
        # Per step this costs next to a short network's own work, so it makes one new tensor and no more.
        _update_moments(state, gradient, self.beta1, self.beta2)
        done = steps + 1
        correction = (1 - self.beta2**done).sqrt()
        scale = -self._rate(steps) * correction / (1 - self.beta1**done)
        new = state["square"].sqrt().add_(_per_item(1e-12 * correction, inputs))
        torch.div(state["mean"], new, out=new)
        return self._bounded(new.mul_(_per_item(scale, inputs)).add_(inputs))

    def beyond(self, error: float) -> Self:
        return replace(self, enough=min(self.enough, error / _WELL_BELOW))

    def _rate(self, steps: Tensor) -> Tensor:
        return self.learning_rate * (1 - steps / self.max_steps)

    def coarse(self, losses: list[float]) -> bool:
        # Once is for ever: an item near the limit must not change its arithmetic at each step.
        return not losses or min(losses) >= self.coarse_until

    def finished(self, losses: list[float]) -> bool:
        return len(losses) >= self.max_steps or losses[-1] < self.enough


_RECIPES: tuple[Feather2019 | Feather2023 | Fast, ...] = (Fast(), Feather2019(), Feather2023())
# Where Feather et al. 2019 give a rate of their own: a network's layer, or all of its layers.
_RATES_2019 = {
    ("vggish", "embedding"): 1e-2,
    ("vggish_2s", "embedding"): 1e-2,
    ("deepspeech", None): 1e-4,
}


def make_recipe(
    name: str, max_steps: int | None = None, network: Network | None = None, layer: str | None = None
) -> Recipe:
    """The recipe called `name` for a network's layer, with at most `max_steps` steps where that is given.

    Without a network, as it is for pictures. Raises `UserError` for a name that is unknown, or not for the
    stimuli that the network is shown.
    """
    settings = kind_of(network.input if network else USUAL_PICTURES).recipes()
    known = {recipe.name: recipe for recipe in _RECIPES if recipe.name in settings}
    if name not in known:
        raise UserError(f"unknown recipe {name!r}; known recipes: {', '.join(known)}")
    recipe = replace(known[name], **settings[name])
    if isinstance(recipe, Feather2019) and network is not None:
        by_layer = _RATES_2019.get((network.name, None), recipe.learning_rate)
        recipe = replace(recipe, learning_rate=_RATES_2019.get((network.name, layer), by_layer))
    return recipe if max_steps is None else replace(recipe, max_steps=max_steps)


def _zero_moments(inputs: Tensor) -> State:
    return {"mean": torch.zeros_like(inputs), "square": torch.zeros_like(inputs)}


def _update_moments(state: State, gradient: Tensor, beta1: float, beta2: float) -> None:
    state["mean"].lerp_(gradient, 1 - beta1)
    state["square"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)


def _per_item(values: Tensor, like: Tensor) -> Tensor:
    """(batch,) shaped to multiply `like` (batch, ...)."""
    return values.float().view(-1, *[1] * (like.ndim - 1))
