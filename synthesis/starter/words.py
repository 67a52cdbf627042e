"""The starter clips of the word experiment: words in context, spoken by a small voice that a package brings.

`stimuli/WORD/WORD1.wav` are the words to be recognised, `null/*.wav` clips of other words for the null
distribution. All are two seconds at 20 kHz, with the word at the 1-s mark.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.media.sounds import encode_wav, to_sounds
from synthesis.process.progress import Counter
from synthesis.speech.engine import SpeechEngine, Waveform
from synthesis.speech.engines import load_engine
from synthesis.speech.takes import SAMPLE_RATE_HZ, Takes, to_take
from synthesis.training.clips import PLAIN, compose
from synthesis.training.voices import Voice
from synthesis.vocabulary.words import default_vocabulary

ENGINE, VOICE = "hibari", "heart"
_CONTEXT = 40
"""Words that neighbours are drawn from, spoken once."""


@dataclass(frozen=True)
class PlannedClip:
    path: PurePosixPath
    word: str
    seed: tuple[int, ...]


def plan_clips(seed: int, words: int, null: int) -> list[PlannedClip]:
    """Words drawn without repetition, first those to be recognised, then those of the null.

    Raises `UserError` if there are fewer words in the vocabulary.
    """
    vocabulary = default_vocabulary()
    if words + null > len(vocabulary):
        raise UserError(f"the vocabulary has {len(vocabulary)} words; {words} and {null} are more")
    drawn = [vocabulary[index] for index in np.random.default_rng(seed).permutation(len(vocabulary))]
    stimuli = [
        PlannedClip(PurePosixPath("stimuli", word, f"{word}1.wav"), word, (seed, 0, number))
        for number, word in enumerate(drawn[:words])
    ]
    nulls = [
        PlannedClip(PurePosixPath("null", f"{word}.wav"), word, (seed, 1, number))
        for number, word in enumerate(drawn[words : words + null])
    ]
    return stimuli + nulls


def make_words(out: Path, plan: list[PlannedClip], counter: Counter) -> int:
    """Write the clips that are missing in `out`; the number written. Raises `EngineMissing`."""
    missing = [clip for clip in plan if not (out / clip.path).exists()]
    for _ in range(len(plan) - len(missing)):
        counter.skip()
    if not missing:
        return 0
    engine = load_engine(ENGINE)
    around = spoken_context(engine, VOICE, plan[0].seed[0])
    for clip in missing:
        (out / clip.path).parent.mkdir(parents=True, exist_ok=True)
        (sound,) = to_sounds(clip_of(engine, VOICE, clip.word, around, clip.seed)[None])
        write_atomically(out / clip.path, encode_wav(sound, SAMPLE_RATE_HZ))
        counter.advance()
    return len(missing)


def spoken_context(engine: SpeechEngine, voice: str, seed: int) -> list[Waveform]:
    """Other words, the same ones for every clip of a seed."""
    rng = np.random.default_rng([seed, 2])
    vocabulary = default_vocabulary()
    words = [vocabulary[index] for index in rng.permutation(len(vocabulary))[:_CONTEXT]]
    return [_take(engine, voice, word, seed) for word in words]


def clip_of(
    engine: SpeechEngine, voice: str, word: str, around: list[Waveform], seed: tuple[int, ...]
) -> Waveform:
    """The word at 1 s of a clip (40000,), with words of `around` before and after it."""
    target = _take(engine, voice, word, seed[-1])
    takes = Takes.join([target, *around], list(range(1 + len(around))))
    spoken = Voice(voice, engine.name, takes, np.arange(1, 1 + len(around)))
    return compose(np.random.default_rng(seed), spoken, 0, PLAIN, None).waveform


def _take(engine: SpeechEngine, voice: str, word: str, seed: int) -> Waveform:
    take = to_take(engine.synthesise(word, voice, rate=1.0, pitch=1.0, seed=seed))
    if take is None:
        raise UserError(f"{engine.name} said {word!r} too short or too long for a word")
    return take
