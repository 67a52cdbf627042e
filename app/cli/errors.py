"""Errors that a command's user can mend, each in one line."""

from sqlalchemy.exc import DBAPIError

from app.core.errors import DomainError
from synthesis.common.errors import UserError

EXPECTED = (DomainError, UserError, DBAPIError, OSError)


def in_one_line(error: Exception) -> str:
    if isinstance(error, DBAPIError):
        return f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
