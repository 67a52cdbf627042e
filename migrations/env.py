"""Alembic's environment: the address comes from `app.db.migrate`, the schema from `app.db.tables`."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection, event

import app.db.tables  # noqa: F401  (fills the metadata)
from app.db.base import Base, UtcDateTime
from app.db.session import create_engine


def render_item(kind: str, item: Any, autogenerate: Any) -> str | Literal[False]:
    """Migrations name the databases' own types, so that they do not change with the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogenerate.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        _require_foreign_keys(connection)


def _require_foreign_keys(connection: Connection) -> None:
    """What SQLite did not watch over meanwhile must hold in the end; else the transaction is rolled back."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise RuntimeError(f"the migration left rows that refer to nothing: {tables}")


def _free_foreign_keys(connection: Any, _record: Any) -> None:
    """A table is changed by copying it, which SQLite refuses where others refer to it, while it watches."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    cursor.close()


async def main() -> None:
    engine = create_engine(context.config.attributes["url"], writing=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _free_foreign_keys)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


asyncio.run(main())
