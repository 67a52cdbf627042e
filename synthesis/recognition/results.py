"""The folder that `recognize` writes: answers.csv, summary.csv, and recognize.json, which is written last."""

import hashlib
import io
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field, ValidationError

from synthesis.bundle.formats import AnyFormat
from synthesis.bundle.record import Record
from synthesis.common.csv_file import restored
from synthesis.common.errors import UserError
from synthesis.common.files import write_atomically
from synthesis.common.json_file import first_problem
from synthesis.recognition.rules import RULES, Rule

ANSWERS, SUMMARY, RECORD = "answers.csv", "summary.csv", "recognize.json"


class BundleShown(Record):
    """The bundle whose stimuli were shown. `uncertified` metamers were left out."""

    digest: str
    model: str
    weights_sha256: str
    layers: list[str]
    naturals: int
    metamers: int
    uncertified: int


class ObserverRecord(Record):
    """The network that answered. `name` tells networks apart: another initialisation is another name."""

    name: str
    weights: str
    weights_sha256: str
    classes: int
    input: AnyFormat
    conversion: str = Field(description="of stimuli made for a network of another input size")
    readout_sha256: str | None


class RecognitionRecord(Record):
    """What recognize.json holds: what was shown to whom, and the digests of the two tables."""

    format: Literal["metamerlab-recognition/2"] = "metamerlab-recognition/2"
    created_at: str
    command: list[str]
    bundle: BundleShown
    observer: ObserverRecord
    categories: dict[Rule, list[str] | None] = Field(
        description="the rules that the observer answered by; null for the 1,000 ILSVRC-2012 classes"
    )
    seed: int = Field(description="of the bootstrap")
    resamples: int
    notes: list[str]
    software: dict[str, str]
    files: dict[str, str] = Field(description="SHA-256 of each table")

    @property
    def control(self) -> bool:
        """Whether the observer is the network that the metamers were made for."""
        return self.observer.weights_sha256 == self.bundle.weights_sha256

    @property
    def first_rule(self) -> Rule:
        """The first rule that the observer answered by; for one that answered by none, the first of all."""
        return next(iter(self.categories), RULES[0])

    def chance(self, rule: Rule) -> float | None:
        """The share that guessing among the rule's categories gets right; None for ILSVRC classes."""
        categories = self.categories.get(rule)
        return 1 / len(categories) if categories else None


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def check_folder(folder: Path, bundle_digest: str, observer: str) -> None:
    """Raise `UserError` if results cannot go into `folder`: it is a file, or holds other results."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; give --out a folder")
    if (folder / RECORD).is_file():
        held = _read_record(folder)
        if (held.bundle.digest, held.observer.name) != (bundle_digest, observer):
            raise UserError(
                f"{folder}: holds the answers of {held.observer.name} to the bundle "
                f"{held.bundle.digest[:12]}; give another --out folder"
            )


def write_results(folder: Path, tables: dict[str, bytes], record: RecognitionRecord) -> None:
    """Write the tables, then the record, each atomically: a folder without a fitting record is unfinished."""
    for name, data in tables.items():
        write_atomically(folder / name, data)
    write_atomically(folder / RECORD, record.model_dump_json(indent=1).encode())


def read_results(folder: Path) -> tuple[RecognitionRecord, pd.DataFrame]:
    """The record and the summary. Raises `UserError` if one is missing, malformed or changed."""
    record = _read_record(folder)
    try:
        data = (folder / SUMMARY).read_bytes()
    except OSError as error:
        raise UserError(
            f"{folder / SUMMARY}: cannot be read ({error.strerror}); run recognize again"
        ) from None
    if digest(data) != record.files.get(SUMMARY):
        raise UserError(f"{folder / SUMMARY}: was changed or is of an interrupted run; run recognize again")
    return record, pd.read_csv(
        io.BytesIO(data), converters=dict.fromkeys(("condition", "rule", "score"), restored)
    )


def _read_record(folder: Path) -> RecognitionRecord:
    path = folder / RECORD
    try:
        return RecognitionRecord.model_validate_json(path.read_bytes())
    except OSError:
        raise UserError(
            f"{folder}: no {RECORD}; give a folder that `python -m synthesis recognize` finished"
        ) from None
    except ValidationError as error:
        raise UserError(f"{path}: is not what recognize writes: {first_problem(error)}") from None
