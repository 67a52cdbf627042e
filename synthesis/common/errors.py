"""Errors that a user can mend: each message is one line that says what is wrong, where, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass


class UserError(ValueError):
    """Bad input. Command lines print its message alone and exit with a code that is not 0."""


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place of a YAML text. `line` counts from 1, 0 where none is known.

    `field` is the path of names and places in lists, joined by dots; it is empty for the whole text.
    """

    line: int
    field: str
    message: str


class SpecError(UserError):
    """A YAML file that does not fit its schema; the message names file, line and field of each problem.

    `found` holds the same problems by their places.
    """

    def __init__(self, *problems: str, found: Sequence[Problem] = ()) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.found = tuple(found)


class BundleError(UserError):
    """A bundle that is missing, unfinished, of another format, or changed since it was written."""


class StorageError(BundleError):
    """A place that cannot be read or written now: full, forbidden, or out of reach."""
