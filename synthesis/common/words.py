"""Lists of words: what a file of them may be, and when two spellings are one word.

Two spellings are one word if only capitals, spaces around, or the kind of apostrophe tell them apart: nobody
types these reliably. The page (static/participant/words.js) follows the same rule.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from synthesis.common.csv_file import first_column
from synthesis.common.errors import UserError
from synthesis.common.names import NO_ANSWER, composed
from synthesis.common.text_file import decoded, read_bytes

FEWEST_WORDS = 4
LONGEST_WORD = 64  # characters
SIZE_LIMIT = 2_000_000  # bytes of a file
APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`", "'"))

# A word and where it stands, for people: "words.txt:3".
Placed = tuple[str, str]


def word_key(word: str) -> str:
    """What is the same for all spellings of a word."""
    return composed(word).translate(APOSTROPHES).lower().strip()


def read_words(path: Path, name: str = "") -> list[str]:
    """The words of a file, in its order; `name` stands for its path in messages.

    One word per line (.txt), the first column (.csv), or an array of strings or byte strings (.npy; pickled
    objects are refused). A first line `word` of a .csv is its header. Empty lines are passed over.

    Raises `UserError` in one line: the file cannot be read, or as `checked`.
    """
    name = name or str(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"{name}: a list of words is a .txt, .csv or .npy file")
    return checked(reader(read_bytes(path, SIZE_LIMIT, name), name))


def checked(words: Iterable[Placed]) -> list[str]:
    """The words of (place, word) pairs, composed (NFC) and without spaces around; empty ones are passed over.

    Raises `UserError` that names the place: a word is there twice, stands for no answer, or is none; or
    there are fewer than 4.
    """
    places: dict[str, str] = {}
    found = []
    for place, given in words:
        word = composed(given.strip())
        if not word:
            continue
        if len(word) > LONGEST_WORD or not word.isprintable() or "," in word:
            raise UserError(f"{place}: {word[:40]!r} is no word; give one word per line")
        key = word_key(word)
        if key == NO_ANSWER:
            raise UserError(f"{place}: {word!r} stands for no answer in all data; leave it out")
        first = places.setdefault(key, place)
        if first != place:
            raise UserError(f"{place}: {word!r} is there already ({first}); keep one of the two")
        found.append(word)
    if len(found) < FEWEST_WORDS:
        raise UserError(f"{len(found)} words are too few to choose among; give {FEWEST_WORDS} or more")
    return found


def _lines(data: bytes, name: str) -> Iterator[Placed]:
    for number, line in enumerate(decoded(data, name).content.splitlines(), start=1):
        yield f"{name}:{number}", line


def _first_column(data: bytes, name: str) -> Iterator[Placed]:
    for place, (line, cell) in enumerate(first_column(data, name)):
        if place or cell != "word":
            yield f"{name}:{line}", cell


def _array(data: bytes, name: str) -> Iterator[Placed]:
    import numpy as np

    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
        if array.ndim != 1 or array.dtype.kind not in "SU":
            raise ValueError(f"an array of {array.dtype} with shape {array.shape}, not a list of strings")
        words = [word.decode("utf-8") if isinstance(word, bytes) else str(word) for word in array.tolist()]
    except (OSError, ValueError, EOFError) as error:
        raise UserError(f"{name}: cannot be read as a list of words ({error})") from None
    for number, word in enumerate(words, start=1):
        yield f"{name}: word {number}", word


_READERS: dict[str, Callable[[bytes, str], Iterable[Placed]]] = {
    ".txt": _lines,
    ".csv": _first_column,
    ".npy": _array,
}
