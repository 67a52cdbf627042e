"""What an unfinished run remembers: each finished attempt and each null, so that it can continue."""

import hashlib
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from synthesis.bundle.manifest import Blob, LayerMatch, Provenance, canonical_json
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.record import Record
from synthesis.bundle.store import BundleStore

AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass(frozen=True)
class Attempt:
    """A finished synthesis with its measures; whether it passes is judged against the run's null."""

    blob: Blob
    answer: str
    profile: list[LayerMatch]
    provenance: Provenance

    def match(self, layer: str) -> LayerMatch:
        return next(match for match in self.profile if match.layer == layer)


class Journal:
    """Records in a bundle's folder, under keys that cover everything a record depends on."""

    def __init__(self, store: BundleStore) -> None:
        self.store = store

    def attempt(self, key: dict[str, Any]) -> Attempt | None:
        """The attempt stored under `key`, or None: never made, unreadable, or its blob is damaged."""
        record = self.store.get_record(_name(key))
        try:
            if record is None:
                return None
            attempt = Attempt(
                Blob.model_validate(record["blob"]),
                str(record["answer"]),
                [LayerMatch.model_validate(match) for match in record["profile"]],
                Provenance.model_validate(record["provenance"]),
            )
        except (KeyError, TypeError, ValidationError):
            return None
        return attempt if self.store.holds(attempt.blob) else None

    def put_attempt(self, key: dict[str, Any], attempt: Attempt) -> None:
        record = {
            "blob": attempt.blob.model_dump(),
            "answer": attempt.answer,
            "profile": [match.model_dump() for match in attempt.profile],
            "provenance": attempt.provenance.model_dump(),
        }
        self.store.put_record(_name(key), record)

    def null(self, key: dict[str, Any]) -> LayerNull | None:
        """The null stored under `key`, or None."""
        return self.record(key, LayerNull)

    def put_null(self, key: dict[str, Any], null: LayerNull) -> None:
        self.put_record(key, null)

    def record(self, key: dict[str, Any], kind: type[AnyRecord]) -> AnyRecord | None:
        """What is stored under `key`, or None: never made, or unreadable."""
        record = self.store.get_record(_name(key))
        try:
            return None if record is None else kind.model_validate(record)
        except ValidationError:
            return None

    def put_record(self, key: dict[str, Any], record: Record) -> None:
        self.store.put_record(_name(key), record.model_dump(mode="json"))


def _name(key: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json(key)).hexdigest()
