"""The words that participants may answer with. They belong to the study; pure.

Two spellings are one word if only capitals or the kind of apostrophe tell them apart: nobody types these
reliably. The page (static/participant/words.js) follows the same rule.
"""

from collections.abc import Iterable, Sequence

from synthesis.common.names import composed

FEWEST_WORDS = 4
LONGEST_WORD = 64
NO_ANSWER = "na"
APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u02bc\u00b4`", "'"))


def word_key(word: str) -> str:
    """What is the same for all spellings of a word."""
    return composed(word).translate(APOSTROPHES).lower()


def words_in(text: str, name: str) -> list[str]:
    """The words of a file, one per line; empty lines are passed over.

    Raises `ValueError` that names the line: a word is there twice, or is none.
    """
    lines = enumerate(text.removeprefix("\ufeff").splitlines(), start=1)
    return checked((f"{name}:{number}", line.strip()) for number, line in lines if line.strip())


def checked(words: Iterable[tuple[str, str]]) -> list[str]:
    """The words of (place, word) pairs. Raises `ValueError` that names the place of one that is wrong."""
    places: dict[str, str] = {}
    found = []
    for place, word in words:
        if not 0 < len(word) <= LONGEST_WORD or not word.isprintable() or "," in word:
            raise ValueError(f"{place}: {word[:40]!r} is no word; give one word per line")
        if word_key(word) == NO_ANSWER:
            raise ValueError(f"{place}: {word!r} stands for no answer in all data; leave it out")
        first = places.setdefault(word_key(word), place)
        if first != place:
            raise ValueError(f"{place}: {word!r} is there already ({first}); keep one of the two")
        found.append(composed(word))
    if len(found) < FEWEST_WORDS:
        raise ValueError(f"{len(found)} words are too few to choose among; give {FEWEST_WORDS} or more")
    return found


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
