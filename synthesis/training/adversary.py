"""What disturbs the clips of a training, or of a test, so that a network's answers to them become wrong."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.training.adversary_spec import AdversarySpec, Space
from synthesis.training.attack import Ball, attack
from synthesis.training.model import TaskNetwork, clip_losses
from synthesis.training.spec import Task

LIMITS: dict[Space, tuple[float, float]] = {"waveform": (-1.0, 1.0), "cochleagram": (0.0, 100.0)}
"""As in Feather et al. (2023)."""
_STREAMS = {"training": 0, "test": 1}


@dataclass(frozen=True)
class Adversary:
    """The adversary of a spec. What it does depends on `seed`, the number of the batch and the network."""

    spec: AdversarySpec
    seed: int

    @property
    def ball(self) -> Ball:
        return Ball(self.spec.norm, self.spec.eps, *LIMITS[self.spec.space])

    @property
    def after_ear(self) -> bool:
        """Whether what `clean` and `perturb` return has passed the ear."""
        return self.spec.space == "cochleagram"

    def clean(self, network: TaskNetwork, sounds: Tensor) -> Tensor:
        """The sounds in the space that is perturbed: (batch, samples), or their cochleagrams."""
        if not self.after_ear:
            return sounds
        with torch.no_grad():
            return network.ear(sounds)

    def perturb(
        self,
        network: TaskNetwork,
        task: Task,
        sounds: Tensor,
        labels: tuple[Tensor, Tensor],
        number: int,
        part: Literal["training", "test"],
    ) -> Tensor:
        """Perturbed `clean(sounds)` of batch `number`, float32. Puts the network into eval mode.

        In `training` of a control (`random_step`) the perturbation is random; the test is always an attack.
        The loss that is raised is the cross-entropy of the right answers, without label smoothing.
        """
        generator = _generator(self.seed, _STREAMS[part], number)
        clean = self.clean(network, sounds)
        network.eval()  # as published: the attack sees no dropout, and the norms of the training so far
        if self.spec.random_step and part == "training":
            return self.ball.random_surface(clean, generator)

        def losses(changed: Tensor) -> Tensor:
            return clip_losses(network, task, changed, labels, self.after_ear)

        return attack(clean, losses, self.ball, self.spec.steps, self.spec.step, generator)

    def check(self, network: TaskNetwork, sounds: Tensor) -> None:
        """Raises `UserError` if the ball around one of the sounds is so large that it holds silence."""
        clean = self.clean(network, sounds).flatten(1)
        quietest = float(torch.linalg.vector_norm(clean, dim=1).min())
        values, spec = clean.shape[1], self.spec
        farthest = spec.eps * (1.0 if spec.norm == "l2" else math.sqrt(values))
        if farthest >= quietest:
            rms = quietest / math.sqrt(values)
            raise UserError(
                f"adversary.eps: {spec.eps:g} in {spec.norm} allows perturbations of norm {farthest:.3g}, "
                f"but the quietest {spec.space} has norm {quietest:.3g} (RMS {rms:.3g} over {values} "
                "values), so nothing of it need remain; choose a smaller eps"
            )


def _generator(*numbers: int) -> torch.Generator:
    """Its own, so that dropout draws the same with and without an adversary."""
    seed = int(np.random.SeedSequence(numbers).generate_state(1)[0])
    return torch.Generator().manual_seed(seed)
