"""The spoken words of one or more corpora, ready to be drawn from."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from synthesis.common.errors import UserError
from synthesis.speech.corpus import read_manifest
from synthesis.speech.corpus_spec import Shard
from synthesis.speech.engine import Waveform
from synthesis.speech.takes import Takes

Part = Literal["training", "validation", "test"]
_ONE_IN = 20
"""Of the takes of the training voices, that are kept for validation."""
_WHY_NONE: dict[Part, str] = {
    "training": "the corpora have no voice that is not held out",
    "validation": f"it is every {_ONE_IN}th take of the voices that are not held out, and they have too few",
    "test": "the corpora have no held-out voice",
}


@dataclass(frozen=True)
class Voice:
    """Takes of one shard, and which of them belong to the part that was asked for."""

    name: str
    engine: str
    takes: Takes
    chosen: np.ndarray

    def waveform(self, index: int) -> Waveform:
        return self.takes.take(index)


@dataclass(frozen=True)
class SpokenWords:
    """Every take of one part, by word and engine."""

    vocabulary: tuple[str, ...]
    voices: tuple[Voice, ...]
    places: dict[str, list[list[tuple[int, int]]]]
    """For each engine, for each word: (voice, take) pairs."""
    words: tuple[int, ...]
    """Places in the vocabulary of the words that have a take."""

    def __len__(self) -> int:
        return sum(len(voice.chosen) for voice in self.voices)


def read_spoken_words(corpora: Iterable[Path], part: Part) -> SpokenWords:
    """Read the takes of training voices (all but every 20th, or those), or of held-out voices.

    Raises
    ------
    UserError
        A folder is no corpus, a shard is missing, the vocabularies differ, the part is empty, or there is
        only one word to learn.
    """
    vocabulary: tuple[str, ...] | None = None
    voices: list[Voice] = []
    for folder in corpora:
        manifest = read_manifest(folder)
        if vocabulary not in (None, manifest.vocabulary):
            raise UserError(f"{folder}: has another vocabulary than the corpus before it")
        vocabulary = manifest.vocabulary
        wanted = [shard for shard in manifest.shards if shard.held_out == (part == "test")]
        voices += [_voice(folder, shard, part) for shard in wanted]
    if vocabulary is None or not any(len(voice.chosen) for voice in voices):
        raise UserError(f"no takes for {part}: {_WHY_NONE[part]}")
    places = _by_engine_and_word(voices, len(vocabulary))
    words = tuple(
        word for word in range(len(vocabulary)) if any(by_word[word] for by_word in places.values())
    )
    if part == "training" and len(words) < 2:
        raise UserError(f"the corpora have takes of one word, {vocabulary[words[0]]!r}; training needs two")
    return SpokenWords(vocabulary, tuple(voices), places, words)


def _voice(folder: Path, shard: Shard, part: Part) -> Voice:
    takes = _takes(folder / shard.file, shard.sha256)
    every = np.arange(len(takes.words))
    kept_back = (every + shard.take) % _ONE_IN == 0
    chosen = every if part == "test" else every[kept_back == (part == "validation")]
    return Voice(f"{shard.engine} {shard.voice}", shard.engine, takes, chosen)


@lru_cache(maxsize=1024)
def _takes(path: Path, sha256: str) -> Takes:
    """One copy in memory for the training and the validation part."""
    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError("it has changed since it was written")
        return Takes.from_bytes(data)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path}: cannot be read ({error}); make the corpus again") from None


def _by_engine_and_word(voices: list[Voice], words: int) -> dict[str, list[list[tuple[int, int]]]]:
    places: dict[str, list[list[tuple[int, int]]]] = {}
    for number, voice in enumerate(voices):
        of_engine = places.setdefault(voice.engine, [[] for _ in range(words)])
        for index in voice.chosen:
            of_engine[voice.takes.words[index]].append((number, int(index)))
    return places
