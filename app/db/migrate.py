"""Bringing a database to the newest schema, and telling whether it is there."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.core.errors import Conflict, NotFound
from app.core.resources import resource_folder
from app.db.files import make_private, sqlite_file
from app.db.session import Database
from synthesis.common.stopping import orderly


def alembic_config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resource_folder("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> str:
    """Apply all migrations and return the schema's revision. Not to be called inside an event loop."""
    if file := sqlite_file(url):
        make_private(file)
    config = alembic_config(url)
    with orderly(grace_s=60):  # not every database undoes half a migration
        command.upgrade(config, "head")
    return newest_revision(config)


def newest_revision(config: Config) -> str:
    return ScriptDirectory.from_config(config).get_current_head() or ""


async def require_newest_schema(url: str) -> None:
    """Raises `NotFound` or `Conflict` unless the database is there with the newest schema."""
    file = sqlite_file(url)
    if file and not file.is_file():
        raise NotFound("no_database", f"there is no database {file}; run `metamerlab db upgrade`")
    database = Database(url)
    try:
        async with database.readers.engine.connect() as connection:
            found = await connection.run_sync(_current_revision)
    finally:
        await database.close()
    if found != newest_revision(alembic_config(url)):
        raise Conflict("old_schema", "the database is not at the newest schema; run `metamerlab db upgrade`")


def _current_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
