"""Vocabularies: our own 587 words, and lists of other laboratories read from a file."""

from importlib.resources import files
from pathlib import Path

from synthesis.common.words import read_words


def default_vocabulary() -> tuple[str, ...]:
    """The 587 words of `words.txt` (`synthesis.vocabulary.rule` says how they were chosen), in order."""
    return tuple(files("synthesis.vocabulary").joinpath("words.txt").read_text("utf-8").split())


def homophones() -> dict[str, tuple[str, ...]]:
    """Other spellings, outside the list, that can sound like one of its words."""
    text = files("synthesis.vocabulary").joinpath("homophones.txt").read_text("utf-8")
    pairs = (line.split(": ") for line in text.splitlines())
    return {word: tuple(others.split(", ")) for word, others in pairs}


def read_vocabulary(path: Path) -> tuple[str, ...]:
    """The words of a file in lower case, in its order. Raises `UserError` as `read_words` does."""
    return tuple(word.lower() for word in read_words(path))
