"""Which named constraint a statement violated, so that it can become a domain error."""

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.exc import IntegrityError

from app.db.base import Base


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the violated constraint, or None if it cannot be told."""
    cause = error.orig
    named = getattr(getattr(cause, "diag", None), "constraint_name", None)
    return named or _unique_constraint_in(str(cause))


def _unique_constraint_in(message: str) -> str | None:
    """SQLite names the columns instead: "UNIQUE constraint failed: table.column, table.column"."""
    columns = set(message.rpartition(": ")[2].split(", "))
    for table in Base.metadata.tables.values():
        unique_ones: list[UniqueConstraint | Index] = [
            each for each in table.constraints if isinstance(each, UniqueConstraint)
        ]
        unique_ones += [index for index in table.indexes if index.unique]
        for unique in unique_ones:
            if {f"{table.name}.{column.name}" for column in unique.columns} == columns:
                return str(unique.name)
    return None
