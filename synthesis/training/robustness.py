"""How many clips a finished network still names under an attack, and under random perturbations."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from synthesis.common.errors import UserError
from synthesis.networks.inputs import SoundInput
from synthesis.networks.network import Network
from synthesis.speech.takes import SAMPLE_RATE_HZ
from synthesis.training.adversary import LIMITS
from synthesis.training.adversary_spec import AdversarySpec
from synthesis.training.attack import Ball, attack
from synthesis.training.clips import SAMPLES


@dataclass
class Robustness:
    """Of `clips` whose right answer is one of the network's: how many it names, as they are and perturbed."""

    clips: int = 0
    clean: int = 0
    attacked: int = 0
    random_step: int = 0


def robustness(
    network: Network,
    batches: Iterable[tuple[Tensor, list[str]]],
    spec: AdversarySpec,
    seed: int,
    after_each: Callable[[], None] = lambda: None,
) -> Robustness:
    """Attack each clip; the network computes in float32, as it does for metamers.

    Parameters
    ----------
    network
        Of words or backgrounds, from 2-s clips at 20 kHz.
    batches
        Sounds, (batch, 40000), and the right answer to each; clips with another answer are passed over.
    after_each
        Is called after each batch.

    Raises
    ------
    UserError
        The network has other answers or takes other sounds, or for a `cochleagram` attack it has no ear.
    """
    _check(network, spec)
    module, found, ball = network.module, Robustness(), Ball(spec.norm, spec.eps, *LIMITS[spec.space])
    device = next(module.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    for sounds, names in batches:
        asked = [place for place, name in enumerate(names) if name and name in network.answers]
        if not asked:
            after_each()
            continue
        right = torch.tensor([network.answers.index(names[place]) for place in asked], device=device)
        clean, logits = _in_space(module, sounds[asked].to(device), spec)
        by_attack = attack(clean, _losses(logits, right), ball, spec.steps, spec.step, generator)
        by_chance = ball.random_surface(clean, generator)
        with torch.no_grad():
            counts = [
                int((logits(changed).argmax(1) == right).sum()) for changed in (clean, by_attack, by_chance)
            ]
        found.clips += len(asked)
        found.clean += counts[0]
        found.attacked += counts[1]
        found.random_step += counts[2]
        after_each()
    return found


def _check(network: Network, spec: AdversarySpec) -> None:
    if not network.answers or network.input != SoundInput(SAMPLE_RATE_HZ, SAMPLES):
        raise UserError(f"{network.name}: does not answer words or backgrounds of 2-s clips at 20 kHz")
    if spec.space == "cochleagram" and not hasattr(network.module, "cochleagram"):
        raise UserError(f"{network.name}: has no cochleagram; attack the waveform")


def _in_space(
    module: nn.Module, sounds: Tensor, spec: AdversarySpec
) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """The clips where they are perturbed, and what gives logits from there on."""
    if spec.space == "waveform":
        return sounds, module
    ear = module.get_submodule("cochleagram")

    def logits(cochleagrams: Tensor) -> Tensor:
        # In place of what the ear says, so that any architecture with an ear will do.
        hook = ear.register_forward_hook(lambda *_: cochleagrams)
        try:
            answers: Tensor = module(sounds)
        finally:
            hook.remove()
        return answers

    with torch.no_grad():
        return ear(sounds), logits


def _losses(logits: Callable[[Tensor], Tensor], right: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda changed: functional.cross_entropy(logits(changed).float(), right, reduction="none")
