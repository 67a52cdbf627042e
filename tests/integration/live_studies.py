"""A study whose pictures are made live, on a small bundle; and what stands for the synthesis program."""

import sys
from pathlib import Path

from app.accounts.actor import COMMAND_LINE
from app.core.clock import utc_now
from app.db.session import Database
from app.db.tables import Study
from app.experiments import service as experiments
from tests.levels import build_levels

# Answers as `python -m synthesis dimensions serve` does, without a network.
PROGRAM = (sys.executable, "-m", "tests.integration.live_program")
STUDY = """
name: live
title: What changes
participants: 5
duration_minutes: 5
consent: We store your answers.
preset: mame-abx
bundle: {bundle}
practice_trials: 0
adaptive: {{trials_per_dimension: 6, catch_share: 0, source: live}}
"""


def program(*behaviour: str) -> tuple[str, ...]:
    """The program, behaving as told: see `tests.integration.live_program`."""
    return (*PROGRAM, *behaviour)


async def live_study(database: Database, folder: Path) -> Study:
    """A draft, whose pilot link lets people in."""
    bundle = folder / "levels"
    if not bundle.exists():
        build_levels(bundle)
    file = folder / "live.yaml"
    file.write_text(STUDY.format(bundle=bundle))
    async with database.writing() as session:
        checked = experiments.check_study(file)
        return await experiments.create_study(session, COMMAND_LINE, checked, utc_now())
