"""Nulls in a file of their own: written by ``python -m synthesis null``, named as `null_file: FILE` in specs.

A file holds statistics and no stimuli. Those that ship with this program are in
`synthesis/certify/references`, one for each network whose weights are here: `null_file: reference`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from synthesis.bundle.formats import AnyFormat
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.record import Record
from synthesis.common.errors import UserError
from synthesis.common.json_file import first_problem

FILE_LIMIT = 50_000_000  # bytes
# Digits of a stimulus's SHA-256 that a file has: enough to find a stimulus among millions.
DIGITS = 16


class NullFile(Record):
    """The nulls of one network.

    `description` says in words what the stimuli are; `stimuli` are the starts of their SHA-256, as they are
    shown to the network.
    """

    format: Literal["metamerlab-null/1"] = "metamerlab-null/1"
    network: str
    weights_sha256: str
    input: AnyFormat
    description: str
    software: dict[str, str]
    stimuli: list[str]
    nulls: list[LayerNull]


@dataclass(frozen=True)
class StoredNulls:
    """A null file's content with its digest and the name that people know it by."""

    name: str
    sha256: str
    content: NullFile

    def layer(self, name: str) -> LayerNull:
        """Raises `UserError` if the file has no null of that layer."""
        for null in self.content.nulls:
            if null.layer == name:
                return null
        has = ", ".join(null.layer for null in self.content.nulls)
        raise UserError(
            f"{self.name}: has no null of the layer {name}, but of {has}; make one with `python -m synthesis "
            f"null {self.content.network} --stimuli DIR --layer {name} --out FILE`"
        )

    def check_network(self, network: str, weights_sha256: str) -> None:
        """Raise `UserError` unless the nulls are of that network with those weights."""
        made = self.content
        if made.weights_sha256 != weights_sha256:
            raise UserError(
                f"{self.name}: holds nulls of {made.network} with weights {made.weights_sha256[:12]}, and "
                f"this run's {network} has weights {weights_sha256[:12]}; make nulls of it with `python -m "
                "synthesis null`"
            )


def parse_nulls(name: str, data: bytes) -> StoredNulls:
    """Raises `UserError` for bytes that are no null file; `name` stands for the file in messages."""
    try:
        content = NullFile.model_validate_json(data)
    except ValidationError as error:
        raise UserError(
            f"{name}: not a null file: {first_problem(error)}; write one with `python -m synthesis null`"
        ) from None
    return StoredNulls(name, hashlib.sha256(data).hexdigest(), content)


def read_nulls(path: Path) -> StoredNulls:
    """Raises `UserError` for a file that cannot be read or is no null file."""
    try:
        if path.stat().st_size > FILE_LIMIT:
            raise UserError(f"{path}: is larger than {FILE_LIMIT:,} bytes: not a null file")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path}: the null cannot be read ({error.strerror}); write one with `python -m synthesis null`"
        ) from None
    return parse_nulls(str(path), data)


def reference_file(network: str) -> Traversable | None:
    """The shipped null file of a registered network, None if there is none."""
    file = files("synthesis.certify").joinpath("references", f"{network}.json")
    return file if network.isidentifier() and file.is_file() else None


def reference_nulls(network: str) -> StoredNulls:
    """The nulls that ship for a network. Raises `UserError` if there are none."""
    file = reference_file(network)
    if file is None:
        raise UserError(
            f"null_file: no reference null ships for {network}; make one with `python -m synthesis null "
            f"{network} --stimuli DIR --out FILE`, and say `null_file: FILE`"
        )
    return parse_nulls(f"the reference null of {network}", file.read_bytes())


def sha256_start(sha256: str) -> str:
    """What a null file has of a stimulus's digest."""
    return sha256[:DIGITS]
