"""What a network's logits stand for: the lines of a text file beside its weights, NAME.txt for NAME.pt."""

from pathlib import Path

from torch import nn

from synthesis.common.errors import UserError
from synthesis.common.names import composed
from synthesis.common.text_file import read_text

ANSWERS_LIMIT = 2_000_000  # bytes of a file of words


def answers_beside(weights: Path, body: nn.Module) -> tuple[str, ...]:
    """The answer of each logit, "" for an empty line; empty without a file.

    Raises `UserError` for another number of lines than the network's last linear layer has units.
    """
    listed = weights.with_suffix(".txt")
    if not listed.is_file():
        return ()
    classes = [part for part in body.modules() if isinstance(part, nn.Linear)][-1].out_features
    return _one_each([composed(line.strip()) for line in _lines(listed)], classes, listed)


def letters_beside(weights: Path, usual: tuple[str, ...]) -> tuple[str, ...]:
    """The letter of each logit, "" for the empty line of the blank; without a file, the `usual` ones.

    A network without usual letters spells nothing. Raises `UserError` for another number of lines, or without
    exactly one blank.
    """
    listed = weights.with_suffix(".txt")
    if not usual or not listed.is_file():
        return usual
    letters = _one_each([composed(line) for line in _lines(listed)], len(usual), listed)
    if letters.count("") != 1:
        raise UserError(
            f"{listed}: has {letters.count('')} empty lines; exactly one stands for the blank between "
            "letters (a line with | or a space is the space between words)"
        )
    return letters


def _lines(listed: Path) -> list[str]:
    return read_text(listed, ANSWERS_LIMIT).content.splitlines()


def _one_each(lines: list[str], logits: int, listed: Path) -> tuple[str, ...]:
    if len(lines) != logits:
        raise UserError(f"{listed}: has {len(lines)} lines; the network has {logits} logits, one line each")
    return tuple(lines)
