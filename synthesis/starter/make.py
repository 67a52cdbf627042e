"""The starter pictures: a folder of stimuli by category, and other objects for the null distribution."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from PIL import Image

from synthesis.bundle.manifest import canonical_json
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.common.json_file import loads
from synthesis.media.pictures import Picture, encode_png
from synthesis.starter import render as renderer
from synthesis.starter.objects import null_objects, starter_objects
from synthesis.starter.render import STARTER_VARIATION, read_emoji, render

_RECORD = "starter.json"


@dataclass(frozen=True)
class Planned:
    """One picture to be: where it goes, what it shows, and the seed of everything random in it."""

    path: PurePosixPath
    emoji: str
    seed: tuple[int, ...]


class _Record(NamedTuple):
    """starter.json: a digest of what the pictures were made from, and the digest of each picture."""

    made_from: str
    files: dict[str, str]


def plan_pictures(seed: int, per_category: int, null: int) -> list[Planned]:
    """What the starter folder holds. A larger folder begins with the pictures of a smaller one.

    Each object is drawn once: two pictures of one object would be no pair of unrelated natural stimuli. So a
    category has `per_category` pictures or as many as it has objects.

    Raises
    ------
    UserError
        `null` is more than there are objects for the null.
    """
    objects = list(starter_objects().items())
    stimuli = [
        Planned(
            PurePosixPath("stimuli", category, f"{category}{number + 1}.png"),
            name,
            (seed, 0, index, number),
        )
        for index, (category, emoji) in enumerate(objects)
        for number, name in enumerate(emoji[:per_category])
    ]
    others = np.random.default_rng(seed).permutation(null_objects())
    if null > len(others):
        raise UserError(f"--null: there are objects for {len(others)} pictures; give at most that")
    nulls = [
        Planned(PurePosixPath("null", f"{name}.png"), str(name), (seed, 1, number))
        for number, name in enumerate(others[:null])
    ]
    return stimuli + nulls


def draw(planned: Planned, emoji_folder: Path) -> Picture:
    """The planned picture, uint8 (224, 224, 3)."""
    emoji = _emoji(emoji_folder / f"{planned.emoji}.webp")
    return render(emoji, STARTER_VARIATION, np.random.default_rng(planned.seed))


def make_starter(
    out: Path, emoji_folder: Path, plan: list[Planned], progress: Callable[[], object] = lambda: None
) -> int:
    """Write the planned pictures under `out`; return how many had to be written.

    Pictures that are there already and still fit the record ``starter.json`` are kept. Pictures of an earlier
    plan that this one lacks are removed; nothing else in the folder is touched. `progress` is told how many
    pictures are done.

    Raises
    ------
    UserError
        `out` is a file, the emoji package is not installed, or one of its pictures does not decode.
    """
    if out.is_file():
        raise UserError(f"{out}: is a file; give a folder to write the starter pictures to")
    made_from = _made_from(plan, emoji_folder)
    former = _read_record(out)
    known = former.files if former.made_from == made_from else {}
    files: dict[str, str] = {}
    written = 0
    for planned in plan:
        path = str(planned.path)
        if path in known and _file_digest(out / path) == known[path]:
            files[path] = known[path]
        else:
            data = encode_png(draw(planned, emoji_folder))
            write_atomically(out / path, data)
            files[path] = hashlib.sha256(data).hexdigest()
            written += 1
        progress()
    for stale in set(former.files) - set(files):
        (out / stale).unlink(missing_ok=True)
    record = _Record(made_from, files)
    if record != former:
        write_atomically(out / _RECORD, json.dumps(record._asdict(), indent=1).encode())
    return written


@cache
def _emoji(path: Path) -> Image.Image:
    return read_emoji(path)


def _made_from(plan: list[Planned], emoji_folder: Path) -> str:
    """Digest of what the pictures depend on: emoji files, seeds, and the code that draws."""
    names = [name for group in starter_objects().values() for name in group] + null_objects()
    sources = [_source_digest(emoji_folder, name) for name in names]
    drawing = Path(renderer.__file__).read_bytes()
    seeds = sorted({entry.seed[0] for entry in plan})
    return hashlib.sha256(canonical_json([sources, seeds]) + drawing).hexdigest()


def _source_digest(folder: Path, name: str) -> str:
    digest = _file_digest(folder / f"{name}.webp")
    if digest is None:
        raise UserError(
            f"{folder / name}.webp: no such picture; run `npm ci`, or give the folder `assets` of the npm "
            "package @lobehub/fluent-emoji-3d with --emoji"
        )
    return digest


def _file_digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _read_record(out: Path) -> _Record:
    try:
        record = loads((out / _RECORD).read_text())
        return _Record(str(record["made_from"]), dict(record["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _Record("", {})
