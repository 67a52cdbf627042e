"""`python -m tests.integration.tiny_worker` is a `metamerlab worker --once` that knows the small network."""

import asyncio
import sys

from app.cli.worker import run_worker
from app.core.config import read_settings

PROGRAM = (sys.executable, "-m", "tests.synthesis.tiny_program")

if __name__ == "__main__":
    asyncio.run(run_worker(read_settings(), once=True, program=PROGRAM))
