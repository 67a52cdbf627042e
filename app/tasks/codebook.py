"""How tables describe their columns; pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `type` is text, integer, number, boolean (True or False) or time (ISO 8601, UTC)."""

    name: str
    type: str
    unit: str
    description: str
