"""A corpus cut from recordings whose words' times are known, such as those of a forced aligner.

The folder holds sound files and `words.csv` with the columns file, word, start_ms, end_ms and, if there are
several, speaker (else each file is a speaker of its own). Words outside the vocabulary are left out.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synthesis.common import csv_file
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.common.stopping import look
from synthesis.process.progress import Counter
from synthesis.speech.corpus_spec import CorpusManifest, EngineRecord, Shard
from synthesis.speech.engine import Spoken, Waveform
from synthesis.speech.takes import SAMPLE_RATE_HZ, Takes, to_take

TABLE = "words.csv"
_COLUMNS = ("file", "word", "start_ms", "end_ms")


@dataclass(frozen=True)
class TimedWord:
    """One row of the table."""

    file: str
    word: str
    start_ms: float
    end_ms: float
    speaker: str


def read_table(folder: Path) -> list[TimedWord]:
    """The rows of `words.csv`. Raises `UserError` with the line and field of the first bad one."""
    path = folder / TABLE
    table = csv_file.read_table(path, _COLUMNS, ("start_ms", "end_ms"), as_written=("file",))
    return [_row(row, f"{path}:{line}", folder) for line, row in table.rows]


def _row(row: dict[str, str], where: str, folder: Path) -> TimedWord:
    file, word = row["file"], row["word"].lower()
    try:
        start_ms, end_ms = float(row["start_ms"]), float(row["end_ms"])
    except ValueError:
        raise UserError(f"{where}: start_ms and end_ms must be numbers") from None
    if not 0 <= start_ms < end_ms:
        raise UserError(f"{where}: start_ms {start_ms:g} and end_ms {end_ms:g} must be in order, from 0 on")
    if not file or not (folder / file).is_file():
        raise UserError(f"{where}: file: there is no {file!r} in {folder}")
    return TimedWord(file, word, start_ms, end_ms, row.get("speaker") or file)


def cut_corpus(
    folder: Path, vocabulary: tuple[str, ...], out: Path, held_out: bool, licence: str, counter: Counter
) -> CorpusManifest:
    """Cut the words of `folder` and write a corpus with a shard per speaker; `counter` counts speakers.

    Raises
    ------
    UserError
        The table or a recording is bad, no word is in the vocabulary, or `out` holds a corpus.
    """
    if (out / "manifest.json").exists():
        raise UserError(f"{out}: holds a corpus already; name another folder")
    rows = [row for row in read_table(folder) if row.word in vocabulary]
    if not rows:
        raise UserError(f"{folder / TABLE}: none of its words is in the vocabulary")
    shards = []
    for number, speaker in enumerate(dict.fromkeys(row.speaker for row in rows)):
        of_speaker = [row for row in rows if row.speaker == speaker]
        shards.append(_shard(folder, of_speaker, vocabulary, out, number, held_out))
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


def _shard(
    folder: Path, rows: list[TimedWord], vocabulary: tuple[str, ...], out: Path, number: int, held_out: bool
) -> Shard:
    cut = [(vocabulary.index(row.word), take) for row, take in _takes(folder, rows) if take is not None]
    takes = Takes.join([take for _, take in cut], [word for word, _ in cut])
    data = takes.to_bytes()
    file = f"recordings_{number}_0.npz"
    write_atomically(out / file, data)
    return Shard(
        file=file,
        engine="recordings",
        voice=rows[0].speaker,
        take=0,
        held_out=held_out,
        words=len(cut),
        seconds=round(len(takes.audio) / SAMPLE_RATE_HZ, 2),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _takes(folder: Path, rows: list[TimedWord]) -> list[tuple[TimedWord, Waveform | None]]:
    """Each row with its take; None for one that is silent, or too short or long for a word."""
    found: list[tuple[TimedWord, Waveform | None]] = []
    for file in dict.fromkeys(row.file for row in rows):
        look()
        recording = read_recording(folder / file)
        for row in (row for row in rows if row.file == file):
            start, end = (round(ms * recording.sample_rate_hz / 1000) for ms in (row.start_ms, row.end_ms))
            if start >= len(recording.waveform):
                raise UserError(f"{folder / file}: ends before {row.word!r} at {row.start_ms:g} ms")
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
