"""How often a network in training names the word or the background."""

from collections.abc import Iterable

import torch

from synthesis.common.stopping import look
from synthesis.training.data import Batch
from synthesis.training.model import TaskNetwork, targets
from synthesis.training.spec import Task


def accuracy(
    network: TaskNetwork, batches: Iterable[Batch], task: Task, device: torch.device
) -> dict[str, float]:
    """Share of right answers, of those clips that have one: keys `word`, `background`, by the task."""
    names = ("background",) if task == "background" else ("word", "background")
    right, asked = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    network.eval()
    for batch in batches:
        look()
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16):
            answers = network(batch.sounds.to(device))
        wanted = targets(task, batch.words.to(device), batch.backgrounds.to(device))
        for name, logits, labels in zip(names, answers, wanted, strict=False):
            if logits is not None and labels is not None:
                known = labels >= 0
                right[name] += int((logits.argmax(1) == labels)[known].sum())
                asked[name] += int(known.sum())
    return {name: right[name] / asked[name] for name in names if asked[name]}
