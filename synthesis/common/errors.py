"""Errors that a user can mend: each message is one line that says what is wrong, where, and what to do."""


class UserError(ValueError):
    """Bad input. Command lines print its message alone and exit with a code that is not 0."""


class SpecError(UserError):
    """A YAML file that does not fit its schema; the message names file, line and field of each problem."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class BundleError(UserError):
    """A bundle that is missing, unfinished, of another format, or changed since it was written."""


class StorageError(BundleError):
    """A place that cannot be read or written now: full, forbidden, or out of reach."""
