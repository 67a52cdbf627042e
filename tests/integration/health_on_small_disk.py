"""What the health check says on a disk that fills up, at $DISK; a program, since only it sees that disk."""

import asyncio
import os
import subprocess
from pathlib import Path

from app.core.config import Settings
from app.db.migrate import upgrade
from app.main import create_app
from app.web import health
from tests.http import new_client

MOST_CHECKS = 100


async def say(settings: Settings, when: str, wanted: int) -> None:
    """Print the first answer with the wanted status, or the last of many.

    The database's log of changes may have room left over from earlier ones.
    """
    app = create_app(settings)
    async with app.router.lifespan_context(app), new_client(app) as client:
        for _ in range(MOST_CHECKS):
            response = await client.get("/healthz")
            if response.status_code == wanted:
                break
    print(f"{when}: {response.status_code} {response.json()}")


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(4096))
        except OSError:
            return


async def main(disk: Path, settings: Settings) -> None:
    health.FRESH_S = 0
    await say(settings, "at first", 200)
    fill(disk / "filler")
    await say(settings, "full", 503)
    (disk / "filler").unlink()
    await say(settings, "room again", 200)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    await say(settings, "read-only", 503)


if __name__ == "__main__":
    disk = Path(os.environ["DISK"])
    settings = Settings(database_url=f"sqlite+aiosqlite:///{disk / 'small.db'}", min_free_mb=0)
    upgrade(settings.database_url)
    asyncio.run(main(disk, settings))
