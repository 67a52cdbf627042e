"""Simulated participants of a study, by the HTTP interface of the server itself."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import httpx
from starlette.types import ASGIApp

from app.core.config import Settings
from app.db.session import Database
from app.drafts.jobs import Report
from app.simulation.people.kinds import KINDS, LAYERS
from app.simulation.people.mix import drawn, mix_of
from app.simulation.visit import Taken
from app.simulation.visits import run, visits_of

MOST = 100  # participants of one dry run
AT_A_TIME = 4  # after so many, the progress is stored
USUAL_MIX = LAYERS.name
# An address of this machine that no person comes from, so that nobody's limit of requests is used up.
CLIENT = ("127.0.0.77", 1)


class OwnServer:
    """Connections to the application itself, without a network between."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        host = settings.base_url.partition("://")[2].rstrip("/")
        # Cookies that are secure are sent over https only.
        self.address = f"https://{host}" if settings.cookies_are_secure else f"http://{host}"

    def transport(self) -> httpx.AsyncBaseTransport:
        return httpx.ASGITransport(self._app, client=CLIENT)


class Plan:
    """How many simulated participants come, and of which kinds. Raises `BadRequest`."""

    def __init__(self, participants: int, mix: str, seed: int = 0) -> None:
        self.people = [KINDS[name] for name in drawn(mix_of(mix, KINDS), participants, seed)]
        self.seed = seed


async def work(
    database: Database, server: OwnServer, database_url: str, study: str, plan: Plan, report: Report
) -> dict[str, Any]:
    """How their sessions ended, by kind. Raises as `visits_of` and `run`."""
    taken: list[Taken] = []
    for start in range(0, len(plan.people), AT_A_TIME):
        async with database.reading() as session:
            visits = await visits_of(session, study, plan.seed, plan.people[start : start + AT_A_TIME])
        taken += await run(visits, server.address, database_url, _nothing, server.transport)
        await report.done(len(taken))
    return {"trials": sum(each.trials for each in taken), "outcomes": _outcomes(taken)}


def _nothing() -> None:
    """Progress is told after each group."""


def _outcomes(taken: Sequence[Taken]) -> dict[str, dict[str, int]]:
    """Numbers of participants by kind and outcome."""
    counts = Counter((each.kind, each.outcome) for each in taken)
    found: dict[str, dict[str, int]] = {}
    for (kind, outcome), count in sorted(counts.items()):
        found.setdefault(kind, {})[outcome] = count
    return found
