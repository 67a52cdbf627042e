"""A CochCNN with a head for each task that it is trained on."""

import torch
from torch import Tensor, nn

from synthesis.networks.hearing.cochcnn import CochCNN
from synthesis.networks.hearing.cochresnet import CochResNet
from synthesis.networks.hearing.cochresnet_settings import CochResNetSettings
from synthesis.training.losses import head_losses
from synthesis.training.network_spec import NetworkSpec
from synthesis.training.spec import Task

_CLASSIFIER_STD = 0.01


def make_trunk(spec: NetworkSpec, classes: int) -> CochCNN | CochResNet:
    """The network to be trained. Raises `ValueError` for numbers that make no network."""
    settings = spec.settings(classes)
    if isinstance(settings, CochResNetSettings):
        return CochResNet(classes, settings.cochleagram, settings.channels, settings.blocks)
    trunk = CochCNN(settings, training_norms=spec.training_norms)
    if spec.training_norms:
        # Its scale and shift stay 1 and 0: the first convolution does the same, and without a gradient for
        # its input a training step is several times faster.
        trunk.batchnorm0.requires_grad_(False)
        # Answers begin nearly equal. With the usual start, what the classes are unlike in at random has to be
        # unlearnt first.
        nn.init.normal_(trunk.classification.weight, std=_CLASSIFIER_STD)
    return trunk


class TaskNetwork(nn.Module):
    """The network of a task; trained on both, the words are its own answers and backgrounds a second head.

    `background_weight` multiplies the second head's loss.
    """

    def __init__(
        self, spec: NetworkSpec, task: Task, words: int, backgrounds: int, background_weight: float = 1.0
    ) -> None:
        super().__init__()
        classes = backgrounds if task == "background" else words
        self.trunk = make_trunk(spec, classes)
        self.second = nn.Linear(self.trunk.hidden_units, backgrounds) if task == "both" else None
        self.weights = (1.0, background_weight)

    def forward(self, sounds: Tensor) -> tuple[Tensor, Tensor | None]:
        """Logits of the network's own answers, (batch, classes), and of the second head, if there is one."""
        return self.answers(self.ear(sounds))

    def ear(self, sounds: Tensor) -> Tensor:
        """Cochleagrams, (batch, 1, channels, frames)."""
        heard: Tensor = self.trunk.cochleagram(sounds)
        return heard

    def answers(self, heard: Tensor) -> tuple[Tensor, Tensor | None]:
        """As `forward`, of what `ear` returns."""
        hidden = self.trunk.dropout(self.trunk.features_after_ear(heard))
        second = None if self.second is None else self.second(hidden)
        return self.trunk.classification(hidden), second


def targets(task: Task, words: Tensor, backgrounds: Tensor) -> tuple[Tensor, Tensor | None]:
    """What each head should answer: class numbers, or rows of 0 and 1 for backgrounds with several labels.

    -1 stands for a clip that has no answer.
    """
    if task == "background":
        return backgrounds, None
    return words, backgrounds if task == "both" else None


def loss_of(
    network: TaskNetwork,
    task: Task,
    inputs: Tensor,
    labels: tuple[Tensor, Tensor],
    smoothing: float,
    after_ear: bool = False,
) -> Tensor:
    """Mean loss of the task's heads; autocast to bfloat16 where the device has it.

    `inputs` are sounds or, with `after_ear`, what the network's ear makes of them.
    """
    by_head = _losses_by_head(network, task, inputs, labels, smoothing, after_ear)
    total = torch.zeros((), device=inputs.device)
    for losses, known in by_head:
        total = total + losses.sum() / known.sum()
    return total


def clip_losses(
    network: TaskNetwork, task: Task, inputs: Tensor, labels: tuple[Tensor, Tensor], after_ear: bool
) -> Tensor:
    """The loss of each clip, (batch,): the sum over heads, 0 for those that it has no answer for."""
    by_head = _losses_by_head(network, task, inputs, labels, 0.0, after_ear)
    return torch.stack([losses for losses, _ in by_head]).sum(0)


def _losses_by_head(
    network: TaskNetwork,
    task: Task,
    inputs: Tensor,
    labels: tuple[Tensor, Tensor],
    smoothing: float,
    after_ear: bool,
) -> list[tuple[Tensor, Tensor]]:
    """Of each head that any clip has an answer for: the weighted loss of each clip, and which have one."""
    with torch.autocast(inputs.device.type, torch.bfloat16):
        answers = network.answers(inputs) if after_ear else network(inputs)
    found = []
    for weight, logits, wanted in zip(network.weights, answers, targets(task, *labels), strict=True):
        if logits is not None and wanted is not None:
            losses, known = head_losses(logits.float(), wanted, smoothing)
            if bool(known.any()):
                found.append((weight * losses, known))
    return found
