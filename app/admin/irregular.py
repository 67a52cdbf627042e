"""What the page of a study shows of irregularities: flags, and answers that were refused and set aside."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.measures.irregularities import caveats, flags_of_texts
from app.analysis.results import StudyAnalysis

MOST_SHOWN = 20
MOST_CHARACTERS = 300
NOTHING = "–"


@dataclass(frozen=True)
class RefusedRow:
    """One answer that was refused: whose, to which trial, why, and what was sent, all as text."""

    participant: int
    trial: str
    when: str
    reason: str
    sent: str


@dataclass(frozen=True)
class Irregular:
    """`caveats` are lines in words; `refused` are the newest answers that were set aside."""

    caveats: tuple[str, ...]
    refused: tuple[RefusedRow, ...]


async def load(session: AsyncSession, analysis: StudyAnalysis) -> Irregular:
    """Counted by the database, so that a large study's page does not read its records one by one."""
    study_id, audience = analysis.study.id, analysis.audience
    answers = flags_of_texts(
        (row[0], row[1]) for row in await service.answer_flags(session, study_id, audience)
    )
    refused = await service.refused_answers(session, study_id, audience, MOST_SHOWN)
    return Irregular(
        caveats=caveats(analysis.flags, analysis.set_aside, answers),
        refused=tuple(_refused(who, detail, when) for who, detail, when in refused),
    )


def _refused(participant: int, detail: Any, when: datetime) -> RefusedRow:
    told = detail if isinstance(detail, dict) else {}
    reason = " ".join(_text(told.get(name)) for name in ("status", "code", "message") if name in told)
    return RefusedRow(
        participant=participant,
        trial=_text(told.get("trial_index")),
        when=f"{when:%Y-%m-%d %H:%M} UTC",
        reason=reason or NOTHING,
        sent=_answer_in(told.get("body")),
    )


def _answer_in(body: Any) -> str:
    """The answer itself where the refused body tells it, else the body as it came."""
    try:
        sent = json.loads(body)
    except (TypeError, ValueError, RecursionError):
        return _text(body)
    return _text(sent["answer"] if isinstance(sent, dict) and "answer" in sent else body)


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else NOTHING if value is None else json.dumps(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]} …"
