"""What is stored of participants, as the tables declare it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Table

from app.db.base import Base
from app.db.privacy import KINDS, Kind, Privacy, Until

# How long something stays, the shortest first.
UNTIL: tuple[Until, ...] = ("ids", "data", "kept")


@dataclass(frozen=True)
class Column:
    """A column that holds something of a participant."""

    table: str
    name: str
    privacy: Privacy


def declarations() -> dict[str, dict[str, Privacy]]:
    """By table, in the order of the tables' dependencies, what each column is declared to hold."""
    of_class = {
        mapper.class_.__table__.name: mapper.class_.__dict__["__privacy__"]
        for mapper in Base.registry.mappers
        if "__privacy__" in mapper.class_.__dict__
    }
    return {
        table.name: of_class[table.name] for table in Base.metadata.sorted_tables if table.name in of_class
    }


def columns() -> list[Column]:
    """All declared columns."""
    return [
        Column(table, name, privacy)
        for table, declared in declarations().items()
        for name, privacy in declared.items()
    ]


def kinds() -> dict[Kind, Until]:
    """What is stored, by kind, and how long the last of it stays."""
    found: dict[Kind, list[Until]] = {}
    for column in columns():
        found.setdefault(column.privacy.kind, []).append(column.privacy.until)
    return {kind: max(found[kind], key=UNTIL.index) for kind in KINDS if kind in found}


def referring(table: Table) -> Sequence[tuple[Table, str]]:
    """The tables that refer to a table, and by which column."""
    return [
        (other, key.parent.name)
        for other in Base.metadata.sorted_tables
        for key in sorted(other.foreign_keys, key=lambda one: one.parent.name)
        if key.column.table is table
    ]


def reached(table: Table) -> list[Table]:
    """The tables that refer to a table, or to one that does."""
    found: list[Table] = []
    for other, _ in referring(table):
        found += [one for one in (other, *reached(other)) if one not in found]
    return found
