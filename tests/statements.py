"""Counting what is sent to a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def sent_statements() -> Iterator[list[str]]:
    """All statements that any engine of this process sends meanwhile, BEGIN, SAVEPOINT and COMMIT among them.

    On SQLite our own code sends BEGIN; on Postgres the driver does, before the first statement, and it is
    counted when the transaction begins. COMMIT and ROLLBACK are the drivers' on both.
    """
    sent: list[str] = []

    def statement(_connection: Connection, _cursor: Any, sql: str, *_rest: Any) -> None:
        sent.append(sql)

    def begin(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            sent.append("BEGIN")

    def commit(_connection: Connection) -> None:
        sent.append("COMMIT")

    def rollback(_connection: Connection) -> None:
        sent.append("ROLLBACK")

    listeners = {"before_cursor_execute": statement, "begin": begin, "commit": commit, "rollback": rollback}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield sent
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)
