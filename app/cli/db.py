"""`metamerlab db ...`"""

import typer

from app.cli.running import Json, show
from app.core.config import read_settings
from app.db import migrate

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The database."""


@app.command()
def upgrade(as_json: Json = False) -> None:
    """Create the database's tables, or bring them to the newest schema."""
    revision = migrate.upgrade(read_settings().database_url)
    show(as_json, {"revision": revision}, f"The database is at schema {revision}.")
