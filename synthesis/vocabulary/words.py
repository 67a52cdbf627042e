"""Vocabularies: our own 587 words, and lists of other laboratories read from a file."""

import io
from importlib.resources import files
from pathlib import Path

import numpy as np

from synthesis.common.csv_file import first_column
from synthesis.common.errors import UserError
from synthesis.common.names import composed
from synthesis.common.text_file import decoded

LEAST_WORDS = 4


def default_vocabulary() -> tuple[str, ...]:
    """The 587 words of `words.txt` (`synthesis.vocabulary.rule` says how they were chosen), in order."""
    return tuple(files("synthesis.vocabulary").joinpath("words.txt").read_text("utf-8").split())


def homophones() -> dict[str, tuple[str, ...]]:
    """Other spellings, outside the list, that can sound like one of its words."""
    text = files("synthesis.vocabulary").joinpath("homophones.txt").read_text("utf-8")
    pairs = (line.split(": ") for line in text.splitlines())
    return {word: tuple(others.split(", ")) for word, others in pairs}


def read_vocabulary(path: Path) -> tuple[str, ...]:
    """A vocabulary from a file: one word per line (.txt), the first column (.csv), or an array (.npy).

    An array holds strings or byte strings; pickled objects are refused. A first line `word` of a .csv is
    its header. Words are stripped of spaces and put in lower case; their order is kept.

    Raises
    ------
    UserError
        The file cannot be read, a line is empty, a word comes twice, or there are fewer than 4 words.
    """
    readers = {".txt": _text_lines, ".csv": _first_column, ".npy": _array}
    if path.suffix not in readers:
        raise UserError(f"{path}: a vocabulary is a .txt, .csv or .npy file")
    try:
        found = readers[path.suffix](path.read_bytes(), str(path))
    except UserError:
        raise
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read as a vocabulary ({error})") from None
    words = [composed(word.strip()).lower() for word in found]
    check_vocabulary(words, str(path))
    return tuple(words)


def check_vocabulary(words: list[str], where: str) -> None:
    """Raise `UserError` for an empty or repeated word (numbered from 1), or fewer than 4 words."""
    first: dict[str, int] = {}
    for number, word in enumerate(words, 1):
        if not word:
            raise UserError(f"{where}: word {number} is empty; remove the line")
        if word in first:
            raise UserError(
                f"{where}: word {number}, {word!r}, is word {first[word]} again; remove one of them"
            )
        first[word] = number
    if len(words) < LEAST_WORDS:
        raise UserError(f"{where}: has {len(words)} words; a vocabulary needs at least {LEAST_WORDS}")


def _text_lines(data: bytes, name: str) -> list[str]:
    return decoded(data, name).content.splitlines()


def _first_column(data: bytes, name: str) -> list[str]:
    words = first_column(data, name)
    return words[1:] if words[:1] == ["word"] else words


def _array(data: bytes, name: str) -> list[str]:
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.ndim != 1 or array.dtype.kind not in "SU":
        raise ValueError(f"an array of {array.dtype} with shape {array.shape}, not a list of strings")
    return [word.decode("utf-8") if isinstance(word, bytes) else str(word) for word in array.tolist()]
