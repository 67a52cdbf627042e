"""Optimising pictures in a batch that items enter and leave one by one."""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch
from torch import Tensor

from synthesis.bundle.errors import UserError
from synthesis.objectives import relative_error
from synthesis.recipes import Recipe, State

# Standard deviation of the noise that every synthesis starts from (Feather et al. 2023).
_NOISE_SD = 1 / 20

Label = TypeVar("Label")


@dataclass
class Synthesis(Generic[Label]):
    """One item on its way: `losses` holds the loss before each step, `seconds` its share of the time.

    `picture` (3, height, width) in [0, 1] is the last iterate, filled in when the item has finished.
    """

    label: Label
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    picture: Tensor | None = None


def noise_seed(stimulus_sha256: str, seed: int, attempt: int) -> int:
    """The seed of an item's noise, below 2**48: the same for every layer."""
    text = f"{stimulus_sha256}:{seed}:{attempt}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def initial_noise(seed: int, size_px: int) -> Tensor:
    """clamp(0.5 + N(0, 1) / 20), float32 (3, size_px, size_px), from a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((3, size_px, size_px), generator=generator)
    return (0.5 + _NOISE_SD * noise).clamp_(0, 1)


class Batch(Generic[Label]):
    """Pictures being optimised together for one matched activation.

    `activation` maps (batch, 3, height, width) in [0, 1] to (batch, ...). Loss, gradient and update are per
    item, so an item's result does not depend on its company (to float rounding).
    """

    def __init__(self, activation: Callable[[Tensor], Tensor], recipe: Recipe) -> None:
        self.activation = activation
        self.recipe = recipe
        self.items: list[Synthesis[Label]] = []
        self._pictures = torch.empty(0)
        self._targets = torch.empty(0)
        self._state: State = {}

    def add(self, label: Label, natural: Tensor, initial: Tensor) -> None:
        """Let an item in: `natural` and `initial` are (3, height, width) in [0, 1]."""
        with torch.no_grad():
            target = self.activation(_channels_last(natural[None]))
        picture = _channels_last(initial[None])
        state = self.recipe.new_state(picture)
        if self.items:
            picture = torch.cat([self._pictures, picture])
            target = torch.cat([self._targets, target])
            state = {name: torch.cat([value, state[name]]) for name, value in self._state.items()}
        self.items.append(Synthesis(label))
        self._pictures, self._targets, self._state = picture, target, state

    def step(self) -> list[Synthesis[Label]]:
        """One step of every item; the items that finished leave and are returned.

        Raises `UserError` naming the item when a loss is not a finite number.
        """
        start = time.perf_counter()
        losses, gradient = self._losses_and_gradient()
        steps = torch.tensor([len(item.losses) for item in self.items], device=gradient.device)
        for item, loss in zip(self.items, losses.tolist(), strict=True):
            if not math.isfinite(loss):
                raise UserError(
                    f"{item.label}: the loss became {loss} at step {len(item.losses)}; "
                    "leave this stimulus or layer out, or use another recipe"
                )
            item.losses.append(loss)
        self._pictures = self.recipe.update(self._pictures, gradient, self._state, steps)
        share = (time.perf_counter() - start) / len(self.items)
        for item in self.items:
            item.seconds += share
        return self._let_out()

    def _losses_and_gradient(self) -> tuple[Tensor, Tensor]:
        pictures = self._pictures.detach().requires_grad_()
        with torch.autocast(pictures.device.type, torch.bfloat16, enabled=self.recipe.autocast):
            activation = self.activation(pictures)
        losses = relative_error(activation.float(), self._targets)
        (gradient,) = torch.autograd.grad(losses.sum(), pictures)
        return losses.detach(), gradient

    def _let_out(self) -> list[Synthesis[Label]]:
        leaving = [self.recipe.finished(item.losses) for item in self.items]
        if not any(leaving):
            return []
        for item, picture, leaves in zip(self.items, self._pictures, leaving, strict=True):
            if leaves:
                item.picture = picture.contiguous()
        out = [item for item, leaves in zip(self.items, leaving, strict=True) if leaves]
        stay = [index for index, leaves in enumerate(leaving) if not leaves]
        self.items = [self.items[index] for index in stay]
        self._pictures, self._targets = self._pictures[stay], self._targets[stay]
        self._state = {name: value[stay] for name, value in self._state.items()}
        return out


def _channels_last(pictures: Tensor) -> Tensor:
    return pictures.contiguous(memory_format=torch.channels_last)
