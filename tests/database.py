"""Looking at the database in tests."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import func, select

from app.db.base import Base
from app.db.session import Database

Table = TypeVar("Table", bound=Base)


async def rows_of(database: Database, table: type[Table]) -> Sequence[Table]:
    """All rows of a table in the order of their insertion."""
    async with database.reading() as session:
        return (await session.scalars(select(table).order_by(*table.__table__.primary_key))).all()


async def row_counts(database: Database) -> dict[str, int]:
    """Number of rows of every table."""
    async with database.reading() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
