"""The database: a way in for readers and one for writers, so that neither keeps the other waiting.

SQLite lets one transaction write at a time. Writers therefore have a single connection, for which they queue
here, first come, first served. Readers have connections of their own and see what was last committed. On
Postgres many write at a time; there both kinds queue for a fixed number of connections. Whoever waits longer
than `PATIENCE_S` is told to come again (`Unavailable`): a page keeps an answer until it is acknowledged.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, PoolResetState, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.core.errors import Unavailable
from app.db.base import stored_json

# A page gives up a call after 20 s: it hears from us before, however long the two times add up to.
PATIENCE_S = 10.0
# How long SQLite itself waits while another program writes (`metamerlab study open`, a backup).
BUSY_TIMEOUT_MS = 5_000

# Connections of one process. Postgres takes a hundred by default, from all processes together.
READERS = 4
WRITERS = {"sqlite": 1, "postgresql": 8}


class Database:
    """What one process has of a database."""

    def __init__(self, url: str) -> None:
        self.readers = Entrance(url, READERS)
        self.writers = Entrance(url, WRITERS[make_url(url).get_backend_name()], writing=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction is rolled back at the end. Raises `Unavailable`."""
        async with self.readers.session() as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction is committed at the end, or rolled back by an error.

        Raises `Unavailable`.
        """
        async with self.writers.session() as session:
            yield session
            await session.commit()

    async def close(self) -> None:
        await self.readers.engine.dispose()
        await self.writers.engine.dispose()


async def one_moment(session: AsyncSession) -> None:
    """All that a session reads from now on is of one moment; it has read nothing before.

    On SQLite every transaction is so; on Postgres each statement would see what was stored meanwhile.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


class Entrance:
    """A fixed number of connections that are taken in turn."""

    def __init__(self, url: str, places: int, *, writing: bool = False) -> None:
        self.engine = create_engine(url, places, writing=writing)
        self._places = asyncio.Semaphore(places)  # wakes those who wait in the order in which they came
        self.waiting = 0
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction has begun. Raises `Unavailable`."""
        async with self._place(), self._sessions() as session:
            try:
                await session.connection()
            except OperationalError as error:
                raise Unavailable("database_unavailable", f"the database: {error.orig}") from error
            yield session

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        self.waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable("database_busy", f"no turn at the database within {PATIENCE_S:g} s") from None
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._places.release()


def create_engine(url: str, connections: int = 1, *, writing: bool = False) -> AsyncEngine:
    """An engine for SQLite (aiosqlite) or Postgres (psycopg) with so many connections and no more."""
    engine = create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=url.startswith("postgresql"),
        # Without its parameters an error names no token, code or answer in a log.
        hide_parameters=True,
        json_deserializer=stored_json,
    )
    event.listen(engine.sync_engine, "reset", _end_transaction)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_writing if writing else _begin_reading)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own handling of BEGIN is switched off; it is sent when a transaction begins.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _end_transaction(connection: Any, _record: Any, state: PoolResetState) -> None:
    # After a COMMIT that failed (a full disk), SQLAlchemy takes the transaction for ended; it may not be.
    if state.asyncio_safe and _in_transaction(connection.driver_connection):
        connection.rollback()


def _in_transaction(driver: Any) -> bool:
    if isinstance(driver, psycopg.AsyncConnection):
        return driver.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
    return bool(driver.in_transaction)


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    # Takes the lock at once, instead of failing half-way when another program has written in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
