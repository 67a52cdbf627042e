"""The loss of one head: which of its classes a clip has, or which of them are there at once."""

from torch import Tensor, nn


def head_losses(logits: Tensor, wanted: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
    """The loss of each clip, (batch,), 0 where it has no answer; and which clips have one.

    Parameters
    ----------
    logits
        (batch, classes), float32.
    wanted
        (batch,): class numbers, whose cross-entropy is taken, with label smoothing; -1 for no answer. Or
        (batch, classes): 1 for each label of a clip and 0 for the others, whose binary cross-entropy is
        averaged over classes; rows of -1 for no answer.
    """
    if wanted.dim() == 1:
        losses = nn.functional.cross_entropy(
            logits, wanted, ignore_index=-1, label_smoothing=smoothing, reduction="none"
        )
        return losses, wanted >= 0
    known = wanted[:, 0] >= 0
    each = nn.functional.binary_cross_entropy_with_logits(
        logits, wanted.clamp_min(0).to(logits.dtype), reduction="none"
    )
    return each.mean(1) * known, known
