"""How often a network in training names the word or the background."""

from collections.abc import Iterable

import torch

from synthesis.common.stopping import look
from synthesis.training.adversary import Adversary
from synthesis.training.data import Batch
from synthesis.training.model import TaskNetwork, targets
from synthesis.training.spec import Task
from synthesis.training.tally import Tally


def accuracy(
    network: TaskNetwork,
    batches: Iterable[Batch],
    task: Task,
    device: torch.device,
    adversary: Adversary | None = None,
) -> dict[str, float]:
    """Share of right answers, of those clips that have one: keys `word`, `background`, by the task.

    For backgrounds with several labels, `background_average_precision` and `background_auc`.
    With an adversary, of clips that it has attacked.
    """
    names = ("background",) if task == "background" else ("word", "background")
    tallies = [Tally(name) for name in names]
    network.eval()
    for number, batch in enumerate(batches):
        look()
        inputs, labels = batch.sounds.to(device), (batch.words.to(device), batch.backgrounds.to(device))
        if adversary:
            inputs = adversary.perturb(network, task, inputs, labels, number, "test")
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16):
            answers = network.answers(inputs) if adversary and adversary.after_ear else network(inputs)
        for tally, logits, wanted in zip(tallies, answers, targets(task, *labels), strict=False):
            if logits is not None and wanted is not None:
                tally.add(logits, wanted)
    return {name: score for tally in tallies for name, score in tally.scores().items()}
