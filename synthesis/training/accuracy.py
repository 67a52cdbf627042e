"""How often a network in training names the word or the background."""

from collections.abc import Iterable

import torch

from synthesis.common.stopping import look
from synthesis.training.adversary import Adversary
from synthesis.training.data import Batch
from synthesis.training.model import TaskNetwork, targets
from synthesis.training.spec import Task


def accuracy(
    network: TaskNetwork,
    batches: Iterable[Batch],
    task: Task,
    device: torch.device,
    adversary: Adversary | None = None,
) -> dict[str, float]:
    """Share of right answers, of those clips that have one: keys `word`, `background`, by the task.

    With an adversary, of clips that it has attacked.
    """
    names = ("background",) if task == "background" else ("word", "background")
    right, asked = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    network.eval()
    for number, batch in enumerate(batches):
        look()
        inputs, labels = batch.sounds.to(device), (batch.words.to(device), batch.backgrounds.to(device))
        if adversary:
            inputs = adversary.perturb(network, task, inputs, labels, number, "test")
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16):
            answers = network.answers(inputs) if adversary and adversary.after_ear else network(inputs)
        for name, logits, wanted in zip(names, answers, targets(task, *labels), strict=False):
            if logits is not None and wanted is not None:
                known = wanted >= 0
                right[name] += int((logits.argmax(1) == wanted)[known].sum())
                asked[name] += int(known.sum())
    return {name: right[name] / asked[name] for name in names if asked[name]}
