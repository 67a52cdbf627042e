"""Optimising stimuli in a batch that items enter and leave one by one."""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch
from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.common.stopping import look
from synthesis.networks.modules import channels_last
from synthesis.optimise.recipes import Recipe, State

Label = TypeVar("Label")
Activation = Callable[[Tensor], Tensor]


@dataclass
class Synthesis(Generic[Label]):
    """One item on its way: `losses` holds the loss before each step, `seconds` its share of the time.

    `coarse_steps` is the number of steps whose network ran in bfloat16. `result`, of the shape
    that one item has as network input, is the last iterate, filled in when the item has finished.
    """

    label: Label
    losses: list[float] = field(default_factory=list)
    coarse_steps: int = 0
    seconds: float = 0.0
    result: Tensor | None = None


def noise_seed(stimulus_sha256: str, seed: int, attempt: int) -> int:
    """The seed of an item's noise, below 2**48: the same for every layer."""
    text = f"{stimulus_sha256}:{seed}:{attempt}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def initial_noise(recipe: Recipe, seed: int, shape: tuple[int, ...]) -> Tensor:
    """The recipe's start, float32 of that shape, from a generator of its own."""
    return recipe.start(torch.Generator().manual_seed(seed), shape)


class Batch(Generic[Label]):
    """Stimuli being optimised together for one matched activation.

    `activation` maps network input (batch, ...) to (batch, ...). Loss, gradient and update are per
    item, so an item's result does not depend on its company (to float rounding). `network_seconds` is the
    time spent in the network, forward and backward.
    """

    def __init__(self, activation: Activation, recipe: Recipe) -> None:
        self.recipe = recipe
        self.activation = activation
        self.network_seconds = 0.0
        self._coarse: _Group[Label] = _Group(activation, recipe, coarse=True)
        self._precise: _Group[Label] = _Group(activation, recipe, coarse=False)

    @property
    def items(self) -> list[Synthesis[Label]]:
        return [*self._coarse.items, *self._precise.items]

    def add(self, label: Label, natural: Tensor, initial: Tensor) -> None:
        """Let an item in: `natural` and `initial` are network input without the batch axis.

        Raises `UserError` naming the item when the natural stimulus's activation cannot be matched.
        """
        with torch.no_grad():
            target = self.activation(channels_last(natural[None]))
        self.add_target(label, target, initial)

    def add_target(self, label: Label, target: Tensor, initial: Tensor) -> None:
        """The same with the activation (1, ...) that is to be matched."""
        _require_matchable(target, label)
        start = channels_last(initial[None])
        entering = _Members([Synthesis(label)], start, target, self.recipe.new_state(start))
        (self._coarse if self.recipe.coarse([]) else self._precise).join(entering)

    def step(self) -> list[Synthesis[Label]]:
        """One step of every item; the items that finished leave and are returned.

        Raises `UserError` naming the item when a loss is not a finite number, or its first gradient is zero.
        """
        look()
        out: list[Synthesis[Label]] = []
        # The precise ones first, so that an item that changes over does not step twice.
        for group in (self._precise, self._coarse):
            if group.items:
                self.network_seconds += group.step()
                out += group.take(lambda item: self.recipe.finished(item.losses)).leave()
        self._precise.join(self._coarse.take(lambda item: not self.recipe.coarse(item.losses)))
        return out


@dataclass
class _Members(Generic[Label]):
    """Items with their iterates, targets and state: tensors whose leading axis is the items."""

    items: list[Synthesis[Label]]
    inputs: Tensor
    targets: Tensor
    state: State

    def select(self, rows: list[int]) -> "_Members[Label]":
        state = {name: value[rows] for name, value in self.state.items()}
        return _Members([self.items[row] for row in rows], self.inputs[rows], self.targets[rows], state)

    def leave(self) -> list[Synthesis[Label]]:
        for item, result in zip(self.items, self.inputs, strict=True):
            item.result = result.contiguous()
        return self.items


class _Group(Generic[Label]):
    """The items of a batch whose network runs in one precision."""

    def __init__(self, activation: Activation, recipe: Recipe, *, coarse: bool) -> None:
        self.activation, self.recipe, self.coarse = activation, recipe, coarse
        self._members: _Members[Label] | None = None

    @property
    def items(self) -> list[Synthesis[Label]]:
        return self._members.items if self._members else []

    def join(self, new: _Members[Label]) -> None:
        old = self._members
        if old is None or not new.items:
            self._members = new if new.items else old
            return
        state = {name: torch.cat([value, new.state[name]]) for name, value in old.state.items()}
        self._members = _Members(
            [*old.items, *new.items],
            torch.cat([old.inputs, new.inputs]),
            torch.cat([old.targets, new.targets]),
            state,
        )

    def take(self, leaves: Callable[[Synthesis[Label]], bool]) -> _Members[Label]:
        """Let out the items for which `leaves` holds."""
        members = self._members
        if members is None:
            return _Members([], torch.empty(0), torch.empty(0), {})
        chosen = [leaves(item) for item in members.items]
        out = members.select([row for row, leaves_now in enumerate(chosen) if leaves_now])
        if out.items:
            stay = members.select([row for row, leaves_now in enumerate(chosen) if not leaves_now])
            self._members = stay if stay.items else None
        return out

    def step(self) -> float:
        """One step of each item; the seconds that its network took."""
        members = self._members
        assert members is not None
        start = time.perf_counter()
        losses, gradient = self._losses_and_gradient(members)
        steps = torch.tensor([len(item.losses) for item in members.items], device=gradient.device)
        for item, loss, slope in zip(members.items, losses.tolist(), _sizes(gradient, steps), strict=True):
            _require_progress(item, loss, slope)
            item.losses.append(loss)
        network_seconds = time.perf_counter() - start
        members.inputs = self.recipe.update(members.inputs, gradient, members.state, steps)
        share = (time.perf_counter() - start) / len(members.items)
        for item in members.items:
            item.seconds += share
            item.coarse_steps += self.coarse
        return network_seconds

    def _losses_and_gradient(self, members: _Members[Label]) -> tuple[Tensor, Tensor]:
        inputs = members.inputs.detach().requires_grad_()
        with torch.autocast(inputs.device.type, torch.bfloat16, enabled=self.coarse):
            activation = self.activation(inputs)
        losses = self.recipe.loss(activation.float(), members.targets)
        (gradient,) = torch.autograd.grad(losses.sum(), inputs)
        return losses.detach(), gradient


def _require_matchable(target: Tensor, label: object) -> None:
    """Raise `UserError` if an activation (1, ...) is not finite, or zero everywhere."""
    if not torch.isfinite(target).all():
        raise UserError(
            f"{label}: the natural stimulus's activation is not finite; "
            "leave this stimulus or layer out, or check the weights"
        )
    if not target.any():
        raise UserError(
            f"{label}: the natural stimulus's activation is zero everywhere, so anything would match it; "
            "leave this stimulus or layer out, or check the weights"
        )


def _sizes(gradient: Tensor, steps: Tensor) -> list[float]:
    """The largest entry of each item's gradient where this is a first step, else infinity (not looked at)."""
    if (steps > 0).all():
        return [math.inf] * len(steps)
    largest = gradient.detach().abs().flatten(1).amax(dim=1)
    sizes: list[float] = torch.where(steps > 0, torch.inf, largest).tolist()
    return sizes


def _require_progress(item: Synthesis[Label], loss: float, slope: float) -> None:
    if not math.isfinite(loss):
        raise UserError(
            f"{item.label}: the loss became {loss} at step {len(item.losses)}; "
            "leave this stimulus or layer out, or use another recipe"
        )
    if slope == 0:
        raise UserError(
            f"{item.label}: the gradient is zero, so this layer cannot be matched by descent; leave it out"
        )
