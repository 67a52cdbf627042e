"""Which named constraint a statement violated, so that it can become a domain error."""

from sqlalchemy import UniqueConstraint
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
    constraints = [c for table in Base.metadata.tables.values() for c in table.constraints]
    for unique in constraints:
        if isinstance(unique, UniqueConstraint):
            own = {f"{unique.table.name}.{column.name}" for column in unique.columns}
            if own == columns:
                return str(unique.name)
    return None
