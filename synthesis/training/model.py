"""A CochCNN with a head for each task that it is trained on."""

import torch
from torch import Tensor, nn

from synthesis.hearing.settings import CochleagramSettings
from synthesis.networks.hearing.cochcnn import CochCNN
from synthesis.networks.hearing.cochcnn_settings import CochCNNSettings
from synthesis.training.spec import NetworkSpec, Task


def network_settings(spec: NetworkSpec, classes: int) -> CochCNNSettings:
    """Raises `ValueError` for numbers that make no network."""
    cochleagram = CochleagramSettings(
        filters=spec.filters,
        sample_factor=spec.sample_factor,
        oversampling=spec.oversampling,
        low_hz=spec.low_hz,
        high_hz=spec.high_hz,
    )
    return CochCNNSettings(
        classes=classes,
        cochleagram=cochleagram,
        widths=spec.widths,
        fc_width=spec.fc_width,
        reduced_aliasing=spec.reduced_aliasing,
        dropout=spec.dropout,
    )


class TaskNetwork(nn.Module):
    """The network of a task; trained on both, the words are its own answers and backgrounds a second head.

    The first batch norm's scale and shift stay 1 and 0: the first convolution does the same, and without a
    gradient for its input a training step is several times faster.
    """

    def __init__(self, spec: NetworkSpec, task: Task, words: int, backgrounds: int) -> None:
        super().__init__()
        classes = backgrounds if task == "background" else words
        self.trunk = CochCNN(network_settings(spec, classes), training_norms=True)
        self.trunk.batchnorm0.requires_grad_(False)
        self.second = nn.Linear(spec.fc_width, backgrounds) if task == "both" else None

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
    """What each head should answer, -1 where a clip has no answer for it."""
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
    """Mean cross-entropy of the task's heads; autocast to bfloat16 where the device has it.

    `inputs` are sounds or, with `after_ear`, what the network's ear makes of them.
    """
    by_head = _losses_by_head(network, task, inputs, labels, smoothing, after_ear)
    return torch.stack([losses.sum() / known.sum() for losses, known in by_head]).sum()


def clip_losses(
    network: TaskNetwork, task: Task, inputs: Tensor, labels: tuple[Tensor, Tensor], after_ear: bool
) -> Tensor:
    """The cross-entropy of each clip, (batch,): the sum over heads, 0 for those that it has no answer for."""
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
    """Of each head that any clip has an answer for: the loss of each clip, and which have one."""
    with torch.autocast(inputs.device.type, torch.bfloat16):
        answers = network.answers(inputs) if after_ear else network(inputs)
    return [
        (
            nn.functional.cross_entropy(
                logits.float(), wanted, ignore_index=-1, label_smoothing=smoothing, reduction="none"
            ),
            wanted >= 0,
        )
        for logits, wanted in zip(answers, targets(task, *labels), strict=True)
        if logits is not None and wanted is not None and bool((wanted >= 0).any())
    ]
