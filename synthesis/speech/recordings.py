"""A corpus of recordings whose words' times are known, such as those of a forced aligner.

Either single words that are cut out, to be pasted together, or the recordings as they are, for windows of
running speech. `synthesis.speech.timings` says how the times are written down. Words outside the vocabulary
are left out.
"""

import hashlib
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.common.stopping import look
from synthesis.process.progress import Counter
from synthesis.speech.corpus_spec import CorpusManifest, EngineRecord, Shard
from synthesis.speech.engine import Spoken, Waveform
from synthesis.speech.running import RunningSpeech
from synthesis.speech.takes import SAMPLE_RATE_HZ, Takes, to_take
from synthesis.speech.timings import TimedWord, read_timings


def cut_corpus(
    folder: Path,
    vocabulary: tuple[str, ...],
    out: Path,
    held_out: bool | frozenset[str],
    licence: str,
    counter: Counter,
    running: bool = False,
) -> CorpusManifest:
    """Write a corpus with a shard per speaker; `counter` counts speakers.

    Parameters
    ----------
    held_out
        The speakers to test with, or whether all are.
    running
        Keep the recordings that have a word of the vocabulary, in place of cutting their words out.

    Raises
    ------
    UserError
        The timings or a recording are bad, a recording has none, no word is in the vocabulary, a speaker to
        hold out is not there, or `out` holds a corpus.
    """
    if (out / "manifest.json").exists():
        raise UserError(f"{out}: holds a corpus already; name another folder")
    rows = [row for row in read_timings(folder) if row.word in vocabulary]
    if not rows:
        raise UserError(f"{folder}: none of the words that have times is in the vocabulary")
    speakers = list(dict.fromkeys(row.speaker for row in rows))
    _check_speakers(held_out, speakers)
    shards = []
    for number, speaker in enumerate(speakers):
        of_speaker = [row for row in rows if row.speaker == speaker]
        make = _running if running else _single_words
        made = make(folder, of_speaker, {word: place for place, word in enumerate(vocabulary)})
        out_of_training = held_out if isinstance(held_out, bool) else speaker in held_out
        shards.append(_write(made, speaker, number, out_of_training, out))
        counter.advance()
    manifest = CorpusManifest(
        sample_rate_hz=SAMPLE_RATE_HZ,
        vocabulary=vocabulary,
        spec=None,
        engines={"recordings": EngineRecord(version="1", licence=licence)},
        shards=tuple(shards),
    )
    write_atomically(out / "manifest.json", manifest.model_dump_json(indent=1).encode())
    return manifest


def _check_speakers(held_out: bool | frozenset[str], speakers: list[str]) -> None:
    unknown = set() if isinstance(held_out, bool) else held_out - set(speakers)
    if unknown:
        known = ", ".join(speakers[:20])
        raise UserError(f"held out: there is no voice {min(unknown)!r} in the recordings; they have {known}")


def _write(made: Takes | RunningSpeech, speaker: str, number: int, held_out: bool, out: Path) -> Shard:
    data = made.to_bytes()
    file = f"recordings_{number}_0.npz"
    write_atomically(out / file, data)
    return Shard(
        kind="running" if isinstance(made, RunningSpeech) else "words",
        file=file,
        engine="recordings",
        voice=speaker,
        take=0,
        held_out=held_out,
        words=len(made.words),
        seconds=round(len(made.audio) / SAMPLE_RATE_HZ, 2),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _single_words(folder: Path, rows: list[TimedWord], places: dict[str, int]) -> Takes:
    cut = [(places[row.word], take) for row, take in _takes(folder, rows) if take is not None]
    return Takes.join([take for _, take in cut], [word for word, _ in cut])


def _running(folder: Path, rows: list[TimedWord], places: dict[str, int]) -> RunningSpeech:
    recordings = []
    for file in dict.fromkeys(row.file for row in rows):
        look()
        of_file = [row for row in rows if row.file == file]
        recording = read_recording(folder / file)
        for row in of_file:
            _check_inside(recording, row, folder)
        waveform = resample_poly(recording.waveform, SAMPLE_RATE_HZ, recording.sample_rate_hz)
        words = [(places[row.word], (row.start_ms / 1000, row.end_ms / 1000)) for row in of_file]
        recordings.append((waveform.astype(np.float32), words))
    return RunningSpeech.join(recordings)


def _check_inside(recording: Spoken, row: TimedWord, folder: Path) -> None:
    if row.start_ms / 1000 * recording.sample_rate_hz >= len(recording.waveform):
        raise UserError(f"{folder / row.file}: ends before {row.word!r} at {row.start_ms:g} ms")


def _takes(folder: Path, rows: list[TimedWord]) -> list[tuple[TimedWord, Waveform | None]]:
    """Each row with its take; None for one that is silent, or too short or long for a word."""
    found: list[tuple[TimedWord, Waveform | None]] = []
    for file in dict.fromkeys(row.file for row in rows):
        look()
        recording = read_recording(folder / file)
        for row in (row for row in rows if row.file == file):
            start, end = (round(ms * recording.sample_rate_hz / 1000) for ms in (row.start_ms, row.end_ms))
            _check_inside(recording, row, folder)
            piece = Spoken(recording.waveform[start:end], recording.sample_rate_hz)
            found.append((row, to_take(piece)))
    return found


def read_recording(path: Path) -> Spoken:
    """A sound file, its channels averaged. Raises `UserError` for one that cannot be read, or with NaN."""
    import soundfile

    try:
        samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise UserError(f"{path}: cannot be read as sound ({error})") from None
    if not np.isfinite(samples).all():
        raise UserError(f"{path}: has samples that are NaN or infinite")
    return Spoken(samples.mean(1), int(rate_hz))
