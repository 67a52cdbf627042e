"""A completion code that is disputed: whose session it is, and how that ended."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import Study
from app.experiments import service as experiments
from app.experiments.endings import COMPLETE
from app.participants.completion import number_in, own_code
from app.recruitment import queries

LONGEST = 64


@dataclass(frozen=True)
class Found:
    """What a code says. `participant` is None for a code that all who ended in this way have."""

    outcome: str | None
    participant: int | None = None
    consented_at: datetime | None = None
    ended_at: datetime | None = None


async def look_up(session: AsyncSession, study: Study, typed: str) -> Found | None:
    """What a code of this study says, however it was typed; None for one that the study does not have."""
    code = "".join(typed.split())[:LONGEST]
    number = number_in(code)
    participant = await queries.participant_of_study(session, study.id, number) if number else None
    own = own_code(study, participant) if participant else None
    if participant and own and hmac.compare_digest(own.encode(), code.upper().encode()):
        return Found(participant.outcome, participant.id, participant.consented_at, participant.ended_at)
    definition = experiments.definition_of(study)
    codes = {**definition.completion_codes, COMPLETE: definition.completion_code}
    outcome = next((name for name, known in codes.items() if known.casefold() == code.casefold()), None)
    return Found(outcome) if outcome else None
