"""What tables declare about the people whose data they hold, column by column as `__privacy__`; pure."""

from dataclasses import dataclass
from typing import Literal

# What a column holds of a person. The catalogues say each to participants as privacy-KIND.
Kind = Literal[
    "identity", "session", "access", "plan", "answers", "questions", "events", "submission", "payment", "mark"
]
# Deleted with the person's ids, with all other data, or never.
Until = Literal["ids", "data", "kept"]
KINDS: tuple[Kind, ...] = (
    "identity",
    "session",
    "access",
    "plan",
    "answers",
    "questions",
    "events",
    "submission",
    "payment",
    "mark",
)


@dataclass(frozen=True)
class Privacy:
    """What a column holds of a person, what for, and with what it is deleted."""

    kind: Kind
    purpose: str
    until: Until = "data"
