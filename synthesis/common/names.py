"""When two names are one: the names of categories, words, conditions and pictures."""

import unicodedata

NO_ANSWER = "na"  # in all data: no name may be so


def composed(name: str) -> str:
    """The name in Unicode's form NFC, in which an accent and its letter are one character.

    macOS and some programs write them as two; both look the same, and are the same name.
    """
    return unicodedata.normalize("NFC", name)


def same_name(a: str, b: str) -> bool:
    return composed(a) == composed(b)
