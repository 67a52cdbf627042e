"""The spoken words of one or more corpora, ready to be drawn from."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from synthesis.common.errors import UserError
from synthesis.speech.corpus import read_manifest
from synthesis.speech.corpus_spec import Shard
from synthesis.speech.engine import Waveform
from synthesis.speech.running import RunningSpeech
from synthesis.speech.speakers import speaker
from synthesis.speech.takes import Takes
from synthesis.training.backgrounds import Part

_ONE_IN = 20
"""Of the takes of the training voices, that are kept for validation."""
_WHY_NONE: dict[Part, str] = {
    "training": "the corpora have no voice that is not held out",
    "validation": f"it is every {_ONE_IN}th word of the voices that are not held out, and they have too few",
    "test": "the corpora have no held-out voice",
}


@dataclass(frozen=True)
class Voice:
    """Takes of one shard, and which of them belong to the part that was asked for."""

    name: str
    engine: str
    takes: Takes | RunningSpeech
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

    def target(self, number: int) -> tuple[Voice, int]:
        """The spoken word of that number, from 0 to below the length: its voice, and its place there."""
        voice = int(np.searchsorted(self._ends, number, side="right"))
        before = int(self._ends[voice - 1]) if voice else 0
        return self.voices[voice], int(self.voices[voice].chosen[number - before])

    @cached_property
    def _ends(self) -> np.ndarray:
        return np.cumsum([len(voice.chosen) for voice in self.voices])


def read_spoken_words(corpora: Iterable[Path], part: Part) -> SpokenWords:
    """Read the takes of training voices (all but every 20th, or those), or of held-out voices.

    Of running speech, the last twentieth of a voice is kept for validation: windows of neighbouring words
    overlap.

    Raises
    ------
    UserError
        A folder is no corpus, a shard is missing, the vocabularies differ, a speaker is held out of one
        corpus and trained on in another, the part is empty, or there is only one word to learn.
    """
    corpora = tuple(corpora)
    _check_held_out(corpora)
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


def _check_held_out(corpora: tuple[Path, ...]) -> None:
    """By speaker, to the voice and the corpus that it is in."""
    found: dict[bool, dict[str, tuple[str, Path]]] = {True: {}, False: {}}
    for folder in corpora:
        for shard in read_manifest(folder).shards:
            voice = f"{shard.engine} {shard.voice}"
            found[shard.held_out][speaker(voice)] = voice, folder
    for of_speaker, (voice, folder) in found[True].items():
        if of_speaker in found[False]:
            other, trains = found[False][of_speaker]
            name = "" if other == voice else f" as {other!r}"
            raise UserError(
                f"{folder}: holds out the voice {voice!r}, which {trains} trains on{name}; leave one of "
                "the two corpora out, or hold the voice out in both"
            )


def _voice(folder: Path, shard: Shard, part: Part) -> Voice:
    takes = _takes(folder / shard.file, shard.sha256, shard.kind)
    every = np.arange(len(takes.words))
    engine = shard.engine
    if isinstance(takes, RunningSpeech):
        engine = f"{shard.engine}-running"
        validation, training = takes.split(1 / _ONE_IN)
    else:
        kept_back = (every + shard.take) % _ONE_IN == 0
        validation, training = every[kept_back], every[~kept_back]
    chosen = {"training": training, "validation": validation, "test": every}[part]
    return Voice(f"{shard.engine} {shard.voice}", engine, takes, chosen)


@lru_cache(maxsize=1024)
def _takes(path: Path, sha256: str, kind: Literal["words", "running"]) -> Takes | RunningSpeech:
    """One copy in memory for the training and the validation part."""
    try:
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError("it has changed since it was written")
        return RunningSpeech.from_bytes(data) if kind == "running" else Takes.from_bytes(data)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path}: cannot be read ({error}); make the corpus again") from None


def _by_engine_and_word(voices: list[Voice], words: int) -> dict[str, list[list[tuple[int, int]]]]:
    places: dict[str, list[list[tuple[int, int]]]] = {}
    for number, voice in enumerate(voices):
        of_engine = places.setdefault(voice.engine, [[] for _ in range(words)])
        for index in voice.chosen:
            of_engine[voice.takes.words[index]].append((number, int(index)))
    return places
