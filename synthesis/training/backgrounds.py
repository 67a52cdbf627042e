"""Backgrounds that words are spoken in: instances of the synthetic textures, and recordings from a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from scipy.signal import resample_poly

from synthesis.common.csv_file import read_table
from synthesis.common.errors import UserError
from synthesis.common.stopping import look
from synthesis.media.folders import SOUND_FILES, stimulus_files
from synthesis.speech.engine import Waveform
from synthesis.speech.takes import SAMPLE_RATE_HZ
from synthesis.speech.textures import TEXTURES, make_texture

_SECONDS = 4.0
_MOST_S = 120.0
UNNAMED = -1
"""The class of a clip whose background has none: there is none, or nobody said what it is."""
Part = Literal["training", "validation", "test"]
_SEEDS: dict[Part, int] = {"training": 1, "validation": 2, "test": 3}


Labels = tuple[int, ...] | None
"""Places of a sound's labels in the list of names; None where nobody said what it is."""


@dataclass(frozen=True)
class Backgrounds:
    """Sounds longer than a clip with the labels of each; a clip takes a random piece of one, or of several.

    `names` are what labels stand for. `mixed` are the fewest and most that are heard together.
    """

    sounds: tuple[Waveform, ...]
    labels: tuple[Labels, ...]
    names: tuple[str, ...] = tuple(TEXTURES)
    mixed: tuple[int, int] = (1, 1)

    def draw(self, rng: np.random.Generator, samples: int) -> tuple[Waveform, Labels]:
        """A piece of a random sound, or a sum of some, shape (samples,), at RMS 1, and its labels."""
        fewest, most = self.mixed
        count = int(rng.integers(fewest, most + 1)) if most > 1 else 1
        drawn = [self._piece(rng, samples) for _ in range(count)]
        if count == 1:
            return drawn[0]
        known = [labels for _, labels in drawn if labels is not None]
        union = tuple(sorted({label for labels in known for label in labels}))
        return _unit(np.sum([piece for piece, _ in drawn], 0)), union if len(known) == count else None

    def _piece(self, rng: np.random.Generator, samples: int) -> tuple[Waveform, Labels]:
        index = int(rng.integers(len(self.sounds)))
        sound = self.sounds[index]
        start = int(rng.integers(len(sound) - samples + 1))
        return _unit(sound[start : start + samples]), self.labels[index]


def _unit(sound: Waveform) -> Waveform:
    return sound / max(float(np.sqrt(np.mean(sound**2))), 1e-6)


def make_backgrounds(
    part: Part,
    per_class: int,
    folder: Path | None,
    share: float = 0.25,
    mixed: tuple[int, int] = (1, 1),
) -> Backgrounds:
    """`per_class` instances of each texture, others for each part, and pieces of the folder's recordings.

    `share` is the recordings' part of all draws. Raises `UserError` for a folder without recordings.
    """
    pieces = []
    if folder is not None and part == "training":
        pieces = [piece for path in stimulus_files(folder, SOUND_FILES) for piece in _pieces(path)]
    sounds: list[Waveform] = []
    labels: list[Labels] = []
    for number, name in enumerate(TEXTURES):
        rng = np.random.default_rng([_SEEDS[part], number])
        for _ in range(per_class):
            look()
            sounds.append(make_texture(name, rng, _SECONDS))
            labels.append((number,))
    if pieces:
        copies = max(1, round(len(sounds) * share / (1 - share) / len(pieces)))
        sounds += pieces * copies
        labels += [None] * len(pieces) * copies
    return Backgrounds(tuple(sounds), tuple(labels), mixed=mixed)


def labelled_backgrounds(
    folder: Path, table: Path, part: Part, *, several: bool, mixed: tuple[int, int] = (1, 1)
) -> Backgrounds:
    """Pieces of the recordings in `folder`, with the labels that `table` gives them.

    The table has the columns file (in the folder) and labels, with semicolons between those of one recording.
    Every fifth recording is kept for validation, the others are trained on.

    Raises
    ------
    UserError
        The table or a recording is bad, a recording has no row, or more than one label where it must have
        one, or too few are left to validate with.
    """
    named = _labels_of(folder, table, several=several)
    names = tuple(sorted({label for labels in named.values() for label in labels}))
    if len(names) < 2:
        raise UserError(f"{table}: names {len(names)} labels; a task needs two")
    kept = [path for number, path in enumerate(sorted(named)) if (number % 5 == 4) == (part == "validation")]
    if not kept:
        raise UserError(
            f"{table}: lists {len(named)} recordings; give at least 5: each fifth is for validation"
        )
    sounds, labels = [], []
    for path in kept:
        for piece in _pieces(path):
            sounds.append(piece)
            labels.append(tuple(names.index(label) for label in named[path]))
    return Backgrounds(tuple(sounds), tuple(labels), names, mixed)


def _labels_of(folder: Path, table: Path, *, several: bool) -> dict[Path, tuple[str, ...]]:
    named: dict[Path, tuple[str, ...]] = {}
    for line, row in read_table(table, ("file", "labels"), as_written=("file",)).rows:
        path = folder / row["file"]
        labels = tuple(dict.fromkeys(label.strip() for label in row["labels"].split(";") if label.strip()))
        if not path.is_file():
            raise UserError(f"{table}:{line}: file: there is no {row['file']!r} in {folder}")
        if not labels:
            raise UserError(f"{table}:{line}: labels: {row['file']!r} has none")
        if len(labels) > 1 and not several:
            raise UserError(
                f"{table}:{line}: labels: {len(labels)} of them need backgrounds.answers: several"
            )
        named[path] = labels
    for path in stimulus_files(folder, SOUND_FILES):
        if path not in named:
            raise UserError(f"{path}: has no row in {table}; add one, or take the recording away")
    return named


def _pieces(path: Path) -> list[Waveform]:
    import soundfile

    look()
    try:
        with soundfile.SoundFile(path) as file:
            sound = file.read(int(_MOST_S * file.samplerate), dtype="float32", always_2d=True).mean(1)
            rate_hz = file.samplerate
    except (OSError, RuntimeError) as error:
        raise UserError(f"{path}: cannot be read as sound ({error})") from None
    if not np.isfinite(sound).all():
        raise UserError(f"{path}: has samples that are NaN or infinite")
    mono = resample_poly(sound, SAMPLE_RATE_HZ, rate_hz).astype(np.float32)
    if len(mono) < _SECONDS * SAMPLE_RATE_HZ:
        raise UserError(f"{path}: is shorter than {_SECONDS:g} s; a background must be longer")
    return list(np.array_split(mono, len(mono) // int(_SECONDS * SAMPLE_RATE_HZ)))
