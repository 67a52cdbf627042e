"""`metamerlab serve`"""

import asyncio
from typing import Annotated

import typer
import uvicorn

from app.core.config import read_settings
from app.core.errors import Invalid
from app.db.migrate import require_newest_schema


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
    uvicorn.run(
        "app.main:create_app", factory=True, host=host, port=port, workers=workers, server_header=False
    )
