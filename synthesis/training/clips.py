"""Composing clips: a word at the middle of two seconds, words of the same voice around it, a background."""

from dataclasses import dataclass

import numpy as np

from synthesis.speech.engine import Waveform
from synthesis.speech.running import RunningSpeech
from synthesis.speech.takes import SAMPLE_RATE_HZ
from synthesis.training.backgrounds import UNNAMED, Backgrounds, Labels
from synthesis.training.voices import SpokenWords, Voice

SAMPLES = 2 * SAMPLE_RATE_HZ
RMS = 0.1
NO_SPEECH = -2
"""The word of a clip in which nobody speaks."""
_NO_LABELS: Labels = ()
_CROSS_FADES_MS = (5.0, 30.0)


@dataclass(frozen=True)
class ClipSettings:
    """How clips are drawn.

    context
        Share of clips with words before and after the target; the others are the word alone. Of running
        speech, the word is alone only where this is 0.
    snr_db
        Lowest and highest signal-to-noise ratio, drawn uniformly; speech level over the words' span.
    clean
        Share of clips without a background.
    shift_ms
        The target's centre lies at 1 s plus or minus this, drawn uniformly; less for a short word, so that 1
        s always lies in it.
    without_speech
        Share of clips in which nobody speaks.
    level_db
        The clip's level around RMS 0.1, plus or minus this, drawn uniformly.
    colour_db
        Spectral variation: a smooth random gain of plus or minus this over frequency.
    room
        Share of clips with a short random reverberation.
    voice_change
        All frequencies and the speed of a clip's words are multiplied by up to this factor or divided by it:
        a longer or shorter vocal tract.
    """

    context: float = 0.8
    snr_db: tuple[float, float] = (-3.0, 30.0)
    clean: float = 0.15
    shift_ms: float = 60.0
    level_db: float = 6.0
    colour_db: float = 6.0
    room: float = 0.3
    voice_change: float = 1.08
    without_speech: float = 0.0


PLAIN = ClipSettings(
    context=1.0, clean=1.0, shift_ms=0.0, level_db=0.0, colour_db=0.0, room=0.0, voice_change=1.0
)
"""The words as they were spoken, the target exactly in the middle, without a background."""


@dataclass(frozen=True)
class Clip:
    """waveform: shape (40000,), float32. word: its place in the vocabulary, or NO_SPEECH.

    labels: of the background, () where there is none, None where nobody said what it is.
    """

    waveform: Waveform
    word: int
    labels: Labels

    @property
    def background(self) -> int:
        """The class of the background where it has exactly one label, else UNNAMED."""
        return self.labels[0] if self.labels is not None and len(self.labels) == 1 else UNNAMED


def compose(
    rng: np.random.Generator,
    voice: Voice,
    index: int,
    settings: ClipSettings,
    backgrounds: Backgrounds | None,
) -> Clip:
    """A clip around the take `index` of a voice; equal generators give equal clips."""
    silent = settings.without_speech > 0 and rng.uniform() < settings.without_speech
    word = NO_SPEECH if silent else int(voice.takes.words[index])
    speech = np.zeros(SAMPLES, np.float32) if silent else _phrase(rng, voice, index, settings)
    speech = _vary(rng, speech, settings)
    mixed, labels = speech, _NO_LABELS
    if backgrounds is not None and rng.uniform() >= settings.clean:
        noise, labels = backgrounds.draw(rng, SAMPLES)
        beside = 1.0 if silent else _rms_where_loud(speech)
        mixed = speech + noise * (beside * 10 ** (-rng.uniform(*settings.snr_db) / 20))
    mixed = mixed - mixed.mean()
    level = RMS * 10 ** (rng.uniform(-settings.level_db, settings.level_db) / 20)
    mixed = mixed * (level / max(float(np.sqrt(np.mean(mixed**2))), 1e-6))
    return Clip(mixed.astype(np.float32), word, labels)


def draw_clip(
    rng: np.random.Generator,
    spoken: SpokenWords,
    weights: dict[str, float],
    settings: ClipSettings,
    backgrounds: Backgrounds | None,
) -> Clip:
    """A clip of a random word, spoken by an engine drawn by weight, in one of its takes."""
    word = spoken.words[rng.integers(len(spoken.words))]
    engines = [engine for engine, by_word in spoken.places.items() if by_word[word]]
    chances = np.array([weights.get(engine, 1.0) for engine in engines])
    places = spoken.places[engines[rng.choice(len(engines), p=chances / chances.sum())]][word]
    number, index = places[rng.integers(len(places))]
    return compose(rng, spoken.voices[number], index, settings, backgrounds)


def _phrase(rng: np.random.Generator, voice: Voice, index: int, settings: ClipSettings) -> Waveform:
    """The target with its centre near 1 s and, in some clips, other words up to both ends."""
    clip = np.zeros(SAMPLES, np.float32)
    factor = settings.voice_change ** rng.uniform(-1, 1)
    shift = rng.uniform(-1, 1) * settings.shift_ms * SAMPLE_RATE_HZ / 1000
    if isinstance(voice.takes, RunningSpeech) and settings.context > 0:
        return _window(voice.takes, index, factor, shift)
    target = _resampled(voice.waveform(index), factor)
    start = SAMPLES // 2 + _inside(shift, len(target)) - len(target) // 2
    in_context = rng.uniform() < settings.context and not isinstance(voice.takes, RunningSpeech)
    fade = round(rng.uniform(*_CROSS_FADES_MS) * SAMPLE_RATE_HZ / 1000) if in_context else 0
    _add(clip, target, start, fade)
    if in_context:
        before, after = start + fade, start + len(target) - fade
        while before > fade:
            word = _other_word(rng, voice, factor)
            _add(clip, word, before - len(word), fade)
            before += fade - len(word)
        while after < SAMPLES - fade:
            word = _other_word(rng, voice, factor)
            _add(clip, word, after, fade)
            after += len(word) - fade
    return clip


def _inside(shift: float, samples: int) -> int:
    """The shift of a word of so many samples that leaves the clip's middle in it."""
    return round(float(np.clip(shift, -samples / 2, samples / 2)))


def _window(speech: RunningSpeech, index: int, factor: float, shift: float) -> Waveform:
    """Two seconds of running speech as it was said, around a word; silence beyond the recording's ends."""
    start, end = speech.spans[index]
    centre = (start + end) / 2 - factor * _inside(shift, int((end - start) / factor))
    length = round(SAMPLES * factor) + 1
    first = round(centre - length / 2)
    piece = _resampled(speech.piece(index, first, first + length), factor)
    clip = np.zeros(SAMPLES, np.float32)
    clip[: len(piece)] = piece[:SAMPLES]
    return clip


def _other_word(rng: np.random.Generator, voice: Voice, factor: float) -> Waveform:
    return _resampled(voice.waveform(int(voice.chosen[rng.integers(len(voice.chosen))])), factor)


def _resampled(word: Waveform, factor: float) -> Waveform:
    """Played `factor` times as fast. Linear between samples, which is enough for a variation."""
    if factor == 1.0:
        return word
    places = np.arange(0, len(word) - 1, factor)
    resampled: Waveform = np.interp(places, np.arange(len(word)), word).astype(np.float32)
    return resampled


def _add(clip: Waveform, word: Waveform, start: int, fade: int) -> None:
    """Add a word at `start` (it may reach over either end), faded in and out over `fade` samples."""
    if fade and len(word) > 2 * fade:
        word = word.copy()
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        word[:fade] *= ramp
        word[-fade:] *= ramp[::-1]
    first, last = max(0, start), min(SAMPLES, start + len(word))
    if first < last:
        clip[first:last] += word[first - start : last - start]


def _vary(rng: np.random.Generator, speech: Waveform, settings: ClipSettings) -> Waveform:
    """A smooth random gain over frequency and, in some clips, a room: one product of spectra."""
    in_room = rng.uniform() < settings.room
    if not settings.colour_db and not in_room:
        return speech
    spectrum = np.fft.rfft(speech)
    if settings.colour_db:
        # Seven random gains, equally spaced on a logarithmic axis from 50 Hz to 10 kHz.
        gains_db = rng.uniform(-settings.colour_db, settings.colour_db, 7)
        spectrum *= 10 ** (np.interp(_LOG_FREQUENCY, np.linspace(0, 1, 7), gains_db) / 20)
    if in_room:
        samples = int(rng.uniform(0.05, 0.25) * SAMPLE_RATE_HZ)
        tail = rng.standard_normal(samples) * np.exp(-np.arange(samples) * (5 / samples))
        tail *= rng.uniform(0.1, 0.6) / np.sqrt(np.sum(tail**2))
        tail[0] = 1.0
        spectrum *= np.fft.rfft(tail, SAMPLES)
    return np.fft.irfft(spectrum, SAMPLES).astype(np.float32)


_LOG_FREQUENCY = np.log(np.clip(np.fft.rfftfreq(SAMPLES, 1 / SAMPLE_RATE_HZ), 50, 10_000) / 50) / np.log(200)


def _rms_where_loud(speech: Waveform) -> float:
    """RMS over the tenths of a second that are not silent: pauses must not lower the speech's level."""
    power = (speech.reshape(-1, 2000) ** 2).mean(1)
    loud = power[power > power.max() * 1e-3]
    return float(np.sqrt(loud.mean())) if len(loud) else 0.0
