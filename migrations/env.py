"""Alembic's environment: the address comes from `app.db.migrate`, the schema from `app.db.tables`."""

import asyncio
from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection

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


async def main() -> None:
    engine = create_engine(context.config.attributes["url"])
    async with engine.execution_options(writing=True).begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(main())
