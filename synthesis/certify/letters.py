"""Answers of networks that spell speech: the best path of connectionist temporal classification."""

from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from torch import Tensor

from synthesis.common.errors import UserError


@dataclass(frozen=True)
class LettersRule:
    """The text of the best path; a text is an answer, and two answers are the same text or are not.

    `letters` says what each logit stands for, as in `best_path`.
    """

    letters: tuple[str, ...]
    name: ClassVar[str] = "letters"
    categories: ClassVar[tuple[str, ...]] = ()

    def answers(self, logits: Tensor, features: Tensor) -> list[str]:
        """One text per item of logits (batch, frames, letters). Raises `UserError` for another shape."""
        if logits.ndim != 3 or logits.shape[2] != len(self.letters):
            raise UserError(
                f"the network gives {tuple(logits.shape)[1:]}, not frames of {len(self.letters)} logits, one "
                "for each of its `letters`; they must fit"
            )
        return [best_path(frames, self.letters) for frames in logits]


def best_path(frames: Tensor, letters: tuple[str, ...]) -> str:
    """The text of the best letter in each frame: repetitions are one letter, then blanks are left out.

    Graves et al. 2006, section 3.2, "best path decoding". Spaces at the ends and repeated ones are dropped.

    Parameters
    ----------
    frames
        Logits (frames, letters), before or after softmax. Ties go to the first.
    letters
        What each logit stands for; "" is the blank, "|" or " " the space between words.
    """
    spelled = "".join(letters[index] for index, _ in groupby(frames.argmax(dim=1).tolist()))
    return " ".join(spelled.replace("|", " ").split())
