"""How well one head answers: the share that is right, or how well its labels are told from the others."""

import numpy as np
import torch
from torch import Tensor


class Tally:
    """Collects a head's answers batch by batch; `name` is `word` or `background`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._right = self._asked = 0
        self._scores: list[Tensor] = []
        self._present: list[Tensor] = []

    def add(self, logits: Tensor, wanted: Tensor) -> None:
        """`logits` (batch, classes); `wanted` as in `synthesis.training.losses.head_losses`."""
        if wanted.dim() == 2:
            known = wanted[:, 0] >= 0
            self._scores.append(logits[known].float().cpu())
            self._present.append(wanted[known].cpu())
            return
        known = wanted >= 0
        self._right += int((logits.argmax(1) == wanted)[known].sum())
        self._asked += int(known.sum())

    def scores(self) -> dict[str, float]:
        """The share of right answers under `name`; for several labels at once two scores, in [0, 1].

        `NAME_average_precision` and `NAME_auc` (area under the ROC curve) are means over the classes that
        some clips have and others have not. Nothing if no clip had an answer.
        """
        if not self._scores:
            return {self.name: self._right / self._asked} if self._asked else {}
        found = label_scores(torch.cat(self._scores).numpy(), torch.cat(self._present).numpy())
        return {f"{self.name}_{score}": value for score, value in found.items()}


def label_scores(scores: np.ndarray, present: np.ndarray) -> dict[str, float]:
    """`average_precision` and `auc`, means over classes; empty if no class is in some rows and not in others.

    Parameters
    ----------
    scores
        (clips, classes): higher where a label is more likely.
    present
        (clips, classes): 1 where a clip has a label, else 0.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    varied = [column for column in range(present.shape[1]) if 0 < present[:, column].sum() < len(present)]
    if not varied:
        return {}
    return {
        "average_precision": float(
            average_precision_score(present[:, varied], scores[:, varied], average="macro")
        ),
        "auc": float(roc_auc_score(present[:, varied], scores[:, varied], average="macro")),
    }


def main_score(found: dict[str, float], task: str) -> float:
    """What a training stops at: right words; for backgrounds right ones, or the mean average precision."""
    if task != "background":
        return found.get("word", 0.0)
    return found.get("background", found.get("background_average_precision", 0.0))
