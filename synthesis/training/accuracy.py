"""How often a network in training names the word or the background."""

from collections.abc import Iterable

import torch

from synthesis.common.stopping import look
from synthesis.training.data import Batch
from synthesis.training.model import TaskNetwork, targets
from synthesis.training.spec import Task
from synthesis.training.tally import Tally


def accuracy(
    network: TaskNetwork, batches: Iterable[Batch], task: Task, device: torch.device
) -> dict[str, float]:
    """Share of right answers, of those clips that have one: keys `word`, `background`, by the task.

    For backgrounds with several labels, `background_average_precision` and `background_auc`.
    """
    names = ("background",) if task == "background" else ("word", "background")
    tallies = [Tally(name) for name in names]
    network.eval()
    for batch in batches:
        look()
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16):
            answers = network(batch.sounds.to(device))
        wanted = targets(task, batch.words.to(device), batch.backgrounds.to(device))
        for tally, logits, labels in zip(tallies, answers, wanted, strict=False):
            if logits is not None and labels is not None:
                tally.add(logits, labels)
    return {name: score for tally in tallies for name, score in tally.scores().items()}
