"""Where the words of recordings are: one table for a folder, or a file beside each recording.

`words.csv` has the columns file, word, start_ms, end_ms and, if there are several, speaker (else each file is
a speaker of its own). Without it, each recording has a file of its name beside it: a TextGrid of Praat or of
a forced aligner, with a tier called words; or JSON with the words and their start and end in seconds. Such
recordings are of the speaker that their sub-folder is called after, or each is a speaker of its own.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.common import csv_file
from synthesis.common.errors import UserError
from synthesis.common.text_file import read_text

TABLE = "words.csv"
_COLUMNS = ("file", "word", "start_ms", "end_ms")
_FURTHER_ENDINGS = {".aif", ".oga", ".opus"}
_LIMIT = 100_000_000  # bytes
# Praat reads the texts in quotes, the numbers that stand alone and the flags; all else is a comment.
_TOKEN = re.compile(r'"(?:[^"]|"")*"|<\w+>|(?<![\w\[.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w\].])')


@dataclass(frozen=True)
class TimedWord:
    """A word in a recording; `file` is its path in the folder."""

    file: str
    word: str
    start_ms: float
    end_ms: float
    speaker: str


def read_timings(folder: Path) -> list[TimedWord]:
    """Every word of every recording in `folder`, at any depth.

    Raises `UserError` for a bad table or file, with the line and field, and for a recording without words.
    """
    recordings = _recordings(folder)
    if (folder / TABLE).is_file():
        words = _read_table(folder)
        timed = {folder / word.file for word in words}
    else:
        words = [word for path in recordings for word in _read_beside(folder, path)]
        timed = set(recordings)
    for path in recordings:
        if path not in timed:
            raise UserError(f"{path}: no word of it is in {folder / TABLE}; add them, or take it away")
    return words


def _recordings(folder: Path) -> list[Path]:
    import soundfile

    endings = {f".{name.lower()}" for name in soundfile.available_formats()} | _FURTHER_ENDINGS
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in endings and path.is_file())
    if not found:
        raise UserError(f"{folder}: is not a folder with recordings")
    return [path for path in found if not any(part[0] == "." for part in path.relative_to(folder).parts)]


def _read_table(folder: Path) -> list[TimedWord]:
    path = folder / TABLE
    table = csv_file.read_table(path, _COLUMNS, ("start_ms", "end_ms"), as_written=("file",))
    return [_row(row, f"{path}:{line}", folder) for line, row in table.rows]


def _row(row: dict[str, str], where: str, folder: Path) -> TimedWord:
    file, word = row["file"], row["word"].lower()
    try:
        start_ms, end_ms = float(row["start_ms"]), float(row["end_ms"])
    except ValueError:
        raise UserError(f"{where}: start_ms and end_ms must be numbers") from None
    if not file or not (folder / file).is_file():
        raise UserError(f"{where}: file: there is no {file!r} in {folder}")
    return _timed(file, word, start_ms, end_ms, row.get("speaker") or file, where)


def _timed(file: str, word: str, start_ms: float, end_ms: float, speaker: str, where: str) -> TimedWord:
    if not 0 <= start_ms < end_ms < math.inf:
        raise UserError(f"{where}: start_ms {start_ms:g} and end_ms {end_ms:g} must be in order, from 0 on")
    return TimedWord(file, word, start_ms, end_ms, speaker)


def _read_beside(folder: Path, recording: Path) -> Iterator[TimedWord]:
    file = str(recording.relative_to(folder))
    speaker = recording.relative_to(folder).parts[0] if recording.parent != folder else recording.stem
    for ending, read in ((".TextGrid", _textgrid), (".textgrid", _textgrid), (".json", _json)):
        path = recording.with_suffix(ending)
        if path.is_file():
            for word, start_s, end_s in read(path):
                where = f"{path}: {word!r}"
                yield _timed(file, word.lower().strip(), 1000 * start_s, 1000 * end_s, speaker, where)
            return
    raise UserError(
        f"{recording}: has no word timings: put {recording.stem}.TextGrid or {recording.stem}.json beside "
        f"it, or {TABLE} into {folder}"
    )


def _textgrid(path: Path) -> list[tuple[str, float, float]]:
    """(word, start, end in s) of the tier called words, or of the only tier."""
    tokens = iter(_TOKEN.findall(read_text(path, _LIMIT).content))
    tiers: dict[str, list[tuple[str, float, float]]] = {}
    try:
        kinds = next(tokens), next(tokens)
        if kinds != ('"ooTextFile"', '"TextGrid"'):
            raise ValueError
        _times, _exists = (next(tokens), next(tokens)), next(tokens)
        for _ in range(int(next(tokens))):
            kind, name = next(tokens), next(tokens).strip('"').lower()
            _times = next(tokens), next(tokens)
            marks = [_mark(kind, tokens) for _ in range(int(next(tokens)))]
            if kind == '"IntervalTier"':
                tiers[name] = marks
    except (StopIteration, ValueError):
        raise UserError(f"{path}: is not a TextGrid in Praat's text format") from None
    for name in ("words", "word"):
        if name in tiers:
            return [mark for mark in tiers[name] if mark[0].strip()]
    if len(tiers) != 1:
        raise UserError(f"{path}: has no tier called words; there are {', '.join(tiers) or 'none'}")
    return [mark for mark in tiers.popitem()[1] if mark[0].strip()]


def _mark(kind: str, tokens: Iterator[str]) -> tuple[str, float, float]:
    start = float(next(tokens))
    end = float(next(tokens)) if kind == '"IntervalTier"' else start
    return next(tokens)[1:-1].replace('""', '"'), start, end


def _json(path: Path) -> list[tuple[str, float, float]]:
    """Of a list of words, or of the lists `words` at the top or in `segments`; words without times are left
    out, as aligners write them that did not find a word."""
    try:
        found: Any = json.loads(read_text(path, _LIMIT).content)
        parts = [found] if isinstance(found, list) else [found, *found.get("segments", [])]
        lists = [part if isinstance(part, list) else part.get("words", []) for part in parts]
        return [
            (str(word["word"]), float(word["start"]), float(word["end"]))
            for words in lists
            for word in words
            if "start" in word and "end" in word
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(
            f"{path}: is not JSON with words, each with word, start and end (in seconds)"
        ) from None
