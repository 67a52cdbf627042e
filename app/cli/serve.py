"""`metamerlab serve`"""

import asyncio
from typing import Annotated, Any

import typer
import uvicorn

from app.accounts import people
from app.cli.running import reading
from app.core.config import read_settings
from app.core.errors import Invalid
from app.db.migrate import require_newest_schema
from synthesis.common.stopping import left_to_another

# How long an answer that is under way may take when the server is told to end.
GRACE_S = 5

# All of it goes to the standard error, in lines of one form.
LOGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
        for name in ("app", "metamerlab", "uvicorn")
    },
}


def serve(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that serve; more than one needs Postgres.")
    ] = 1,
) -> None:
    """Serve the web application until it is interrupted."""
    url = read_settings().database_url
    if workers > 1 and url.startswith("sqlite"):
        raise Invalid(
            "sqlite_workers",
            "--workers: on SQLite one process serves, since only it can let writers wait in order; "
            "for more, set METAMERLAB_DATABASE_URL to a Postgres database",
        )
    asyncio.run(require_newest_schema(url))
    if not reading(people.has_owner):
        typer.echo(
            "Nobody has an account yet: metamerlab admin setup prints the link for the first.", err=True
        )
    with left_to_another():
        uvicorn.run(
            "app.main:create_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_config=LOGS,
            # Whose headers are believed is a setting of the application, not a default of the server's.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
