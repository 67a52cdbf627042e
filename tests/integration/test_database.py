"""Migrations, transactions and the settings of both databases."""

import asyncio
import re
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from app.core.clock import utc_now
from app.core.errors import Conflict
from app.db.base import Base
from app.db.constraints import violated_constraint
from app.db.migrate import alembic_config, require_newest_schema, upgrade
from app.db.session import Database
from app.db.tables import Bundle, Study, StudyBundle
from tests.statements import sent_statements

pytestmark = pytest.mark.anyio


def bundle(digest: str) -> Bundle:
    return Bundle(digest=digest, path="p", model="m", layers=[], categories=[], ingested_at=utc_now())


def test_the_schema_grows_from_nothing_and_shrinks_again(empty_database_url: str) -> None:
    config = alembic_config(empty_database_url)
    upgrade(empty_database_url)
    command.check(config)  # raises if the tables in the code and in the database differ
    command.downgrade(config, "base")
    upgrade(empty_database_url)
    command.check(config)


def test_a_study_of_several_bundles_is_not_cut_down_to_an_older_schema(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    asyncio.run(add_study_of_two_bundles(empty_database_url))
    with pytest.raises(ValueError, match="cannot be stored in the schema before: two"):
        command.downgrade(alembic_config(empty_database_url), "0006")
    asyncio.run(require_newest_schema(empty_database_url))


async def add_study_of_two_bundles(url: str) -> None:
    database = Database(url)
    async with database.writing() as session:
        session.add_all([bundle("a"), bundle("b")])
        study = Study(name="two", status="draft", definition={}, created_at=utc_now())
        session.add(study)
        await session.flush()
        session.add_all(
            StudyBundle(study_id=study.id, position=number, bundle_id=number + 1, network=f"n{number}")
            for number in range(2)
        )
    await database.close()


def checks_of(connection: Connection) -> set[str]:
    inspector = inspect(connection)
    return {
        str(check["name"])
        for table in Base.metadata.tables
        for check in inspector.get_check_constraints(table)
    }


async def test_the_migrations_make_the_check_constraints(database: Database) -> None:
    # Alembic's own comparison does not look at these.
    declared = {
        str(constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if str(constraint.name).startswith("ck_")
    }
    async with database.readers.engine.connect() as connection:
        assert await connection.run_sync(checks_of) == declared
    assert "ck_participants_kind" in declared


def test_an_old_schema_is_noticed(empty_database_url: str) -> None:
    upgrade(empty_database_url)
    asyncio.run(require_newest_schema(empty_database_url))
    command.stamp(alembic_config(empty_database_url), None, purge=True)
    with pytest.raises(Conflict, match="run `metamerlab db upgrade`"):
        asyncio.run(require_newest_schema(empty_database_url))


async def test_an_error_rolls_everything_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.writing() as session:
            session.add(bundle("a"))
            await session.flush()
            raise RuntimeError
    async with database.reading() as session:
        assert await session.get(Bundle, 1) is None


async def test_a_reading_session_stores_nothing(database: Database) -> None:
    async with database.reading() as session:
        session.add(bundle("a"))
        await session.flush()
    async with database.reading() as session:
        assert await session.get(Bundle, 1) is None


async def test_foreign_keys_hold(database: Database) -> None:
    used = StudyBundle(study_id=98, position=0, bundle_id=99, network="m")
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            session.add(used)


async def test_a_violated_constraint_is_told_by_its_name(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with database.writing() as session:
            session.add_all([bundle("a"), bundle("a")])
    assert violated_constraint(caught.value) == "uq_bundles_digest"


async def test_moments_come_back_in_utc(database: Database) -> None:
    now = utc_now()
    async with database.writing() as session:
        session.add(bundle("a"))
    async with database.reading() as session:
        stored = await session.get_one(Bundle, 1)
    assert stored.ingested_at.utcoffset() == now.utcoffset()
    assert abs((stored.ingested_at - now).total_seconds()) < 60


async def test_sqlite_is_set_to_lose_nothing(sqlite_template: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{sqlite_template}")
    async with database.readers.engine.connect() as connection:
        found = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    await database.close()
    assert found == ["wal", 2, 1, 5_000]


async def test_on_sqlite_a_writer_takes_its_turn_at_once(sqlite_template: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{sqlite_template}")
    with sent_statements() as statements:
        async with database.writing() as session:
            await session.execute(text("SELECT 1"))
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
    await database.close()
    begins = [statement for statement in statements if re.match("BEGIN", statement)]
    assert begins == ["BEGIN IMMEDIATE", "BEGIN"]
