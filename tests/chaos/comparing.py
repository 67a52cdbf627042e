"""What the database holds, beside what was acknowledged."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from app.db.session import Database
from app.db.tables import Participant, PlannedTrial, Response, StepResult
from app.steps.registry import KINDS


@dataclass(frozen=True)
class Comparison:
    """Numbers of answers and of results of steps.

    `duplicated` were stored twice, or belong to a trial or step that has two; `unknown` are stored although
    nobody was told so.
    """

    acknowledged: int
    lost: int
    duplicated: int
    unknown: int


async def compared(database: Database, audience: str, acknowledged: Collection[str]) -> Comparison:
    """Compare UUIDs of acknowledged answers and results with all that is stored of an audience."""
    answers = (
        select(Response.client_uuid, PlannedTrial.id)
        .join_from(Response, PlannedTrial)
        .join(Participant)
        .where(Participant.audience == audience)
    )
    results = select(
        StepResult.client_uuid, StepResult.participant_id, StepResult.position, StepResult.kind
    ).join(Participant)
    async with database.reading() as session:
        trials = [(uuid, ("trial", trial)) for uuid, trial in await session.execute(answers)]
        steps = [
            (uuid, ("step", participant, position))
            for uuid, participant, position, kind in await session.execute(
                results.where(Participant.audience == audience)
            )
            if not KINDS[kind].at_entry  # stored by the server, at consent
        ]
    stored = Counter(uuid for uuid, _ in [*trials, *steps])
    places = Counter(place for _, place in [*trials, *steps])
    twice = [count for found in (stored, places) for count in found.values() if count > 1]
    given = set(acknowledged)
    return Comparison(
        acknowledged=len(given),
        lost=len(given - stored.keys()),
        duplicated=len(twice) + len(acknowledged) - len(given),
        unknown=len(stored.keys() - given),
    )
