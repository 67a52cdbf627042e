"""Bringing a database to the newest schema, and telling whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url

from app.core.config import PROJECT_FOLDER
from app.core.errors import Conflict
from app.db.session import Database


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT_FOLDER / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> str:
    """Apply all migrations and return the schema's revision. Not to be called inside an event loop."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    config = alembic_config(url)
    command.upgrade(config, "head")
    return newest_revision(config)


def newest_revision(config: Config) -> str:
    return ScriptDirectory.from_config(config).get_current_head() or ""


async def require_newest_schema(url: str) -> None:
    """Raises `Conflict` unless the database has the newest schema."""
    database = Database(url)
    try:
        async with database.engine.connect() as connection:
            found = await connection.run_sync(_current_revision)
    finally:
        await database.close()
    if found != newest_revision(alembic_config(url)):
        raise Conflict("old_schema", "the database is not at the newest schema; run `metamerlab db upgrade`")


def _current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
