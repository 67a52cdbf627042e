"""The words that participants may answer with. They belong to the study."""

from collections.abc import Iterable, Sequence

from synthesis.common.names import composed
from synthesis.common.words import checked as checked
from synthesis.common.words import read_words as read_words
from synthesis.common.words import word_key as word_key


def fitted(words: Sequence[str], shown: Iterable[str]) -> list[str]:
    """A vocabulary in which the words that will be played are written as in the bundle.

    Raises `ValueError` if one of `shown` is not in it: nobody could give the right answer.
    """
    spelling = {word_key(word): composed(word) for word in shown}
    missing = sorted(spelling.keys() - {word_key(word) for word in words})
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ValueError(f"the bundle's word {spelling[missing[0]]!r}{more} is not in the vocabulary; add it")
    return [spelling.get(word_key(word), word) for word in words]
