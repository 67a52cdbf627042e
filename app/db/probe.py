"""Whether a database can be written to: the only proof is a write."""

from sqlalchemy import text

from app.db.session import Database


async def write_and_take_back(database: Database) -> None:
    """Commit a change that leaves the database as it was; raises what keeps it from that.

    A transaction that is rolled back would never touch the disk.
    """
    async with database.writing() as session:
        await session.execute(text("INSERT INTO alembic_version (version_num) VALUES ('health')"))
        await session.execute(text("DELETE FROM alembic_version WHERE version_num = 'health'"))
