"""Errors of the domain: each knows its HTTP status, a code for programs and one line for people."""

# ruff: noqa: N818 (they are raised and read as statements: `raise NotFound(...)`)

from functools import partial
from typing import Any, ClassVar


class DomainError(Exception):
    """`code` is stable and for programs; `message` says what is wrong and what to do; `detail` is JSON."""

    status: ClassVar[int] = 500
    retry_after_s: ClassVar[int | None] = None

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail

    def __reduce__(self) -> tuple[Any, ...]:
        """For errors that are raised in one process and caught in another."""
        return partial(type(self), **self.detail), (self.code, self.message)


class BadRequest(DomainError):
    status = 400


class Unauthorized(DomainError):
    status = 401


class Forbidden(DomainError):
    status = 403


class NotFound(DomainError):
    status = 404


class TooSlow(DomainError):
    """What was sent did not come in time."""

    status = 408


class Conflict(DomainError):
    status = 409


class Gone(DomainError):
    status = 410


class TooLarge(DomainError):
    status = 413


class UnsupportedMediaType(DomainError):
    status = 415


class Invalid(DomainError):
    """Malformed input."""

    status = 422


class TooEarly(DomainError):
    """What will be possible a little later: programs try again."""

    status = 425


class Unavailable(DomainError):
    """The server cannot do it at this moment; a page or program tries again."""

    status = 503
    retry_after_s = 2
