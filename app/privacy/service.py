"""What people of the laboratory do with the data of one participant: give them out, or delete them."""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.core.errors import NotFound
from app.db.register import declarations
from app.db.tables import Participant, Study
from app.experiments import service as experiments
from app.experiments.endings import WITHDRAWN
from app.participants.withdrawal import remove
from app.privacy import queries
from app.privacy.queries import Agreed as Agreed
from app.privacy.queries import tombstones as tombstones
from app.privacy.queries import with_ids as with_ids
from app.steps.consent import text_sha256


@dataclass(frozen=True)
class Extract:
    """A zip of everything that is stored of one participant."""

    file_name: str
    data: bytes


async def delete_participant(
    session: AsyncSession, actor: Actor, name: str, number: int, now: datetime
) -> None:
    """Delete the data of one participant, as if the person had withdrawn. Again changes nothing.

    Raises `NotFound` or `Forbidden`.
    """
    study = await experiments.locked_study_for(session, actor, name, "owner")
    participant = await _participant(session, study, number)
    if participant.status != WITHDRAWN:
        await remove(session, participant, now)
        detail = {"participant": number}
        await audit.record(session, actor, "participant.deleted", f"study {name}", detail, now)


async def extract(session: AsyncSession, actor: Actor, name: str, number: int, now: datetime) -> Extract:
    """Everything stored of one participant, as JSON: a file for each table, and what each column is for.

    Left out are fingerprints and keys by which the program knows a browser or a request again. Raises
    `NotFound` or `Forbidden`.
    """
    study = await experiments.study_for(session, actor, name, "owner")
    await _participant(session, study, number)
    tables = await queries.all_rows(session, number)
    declared = declarations()
    files: dict[str, Any] = {
        f"{table}.json": [
            {key: value for key, value in row.items() if declared[table][key].kind != "access"}
            for row in rows
        ]
        for table, rows in tables.items()
        if rows
    }
    hashes = {row["result"].get("text_sha256") for row in tables["step_results"] if row["kind"] == "consent"}
    if not hashes:
        hashes = {text_sha256(experiments.definition_of(study).consent)}
    files["consent_texts.json"] = await queries.consent_texts(session, [one for one in hashes if one])
    files["columns.json"] = {
        table: {key: {"purpose": one.purpose, "until": one.until} for key, one in declared[table].items()}
        for table, rows in tables.items()
        if rows
    }
    await audit.record(session, actor, "participant.extracted", f"study {name}", {"participant": number}, now)
    return Extract(f"{name}-participant-{number}.zip", _zipped(files))


async def agreed(session: AsyncSession, study: Study) -> list[Agreed]:
    """The versions of the text of consent, with the live people whose data are stored.

    People whose course has no step for consent agreed to the text of the study file, which has no version.
    """
    found = await queries.agreed(session, study.id)
    count, first, last = await queries.agreed_without_version(session, study.id)
    if count and first and last:
        text = experiments.definition_of(study).consent
        found.append(Agreed("", text_sha256(text), count, first, last, text))
    return found


async def _participant(session: AsyncSession, study: Study, number: int) -> Participant:
    participant = await queries.participant_of(session, study.id, number)
    if participant is None:
        raise NotFound(
            "unknown_participant", f"the study {study.name!r} has no participant of the number {number}"
        )
    return participant


def _zipped(files: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file_name, content in files.items():
            text = json.dumps(content, ensure_ascii=False, indent=2, default=_told)
            zipped.writestr(file_name, text)
    return stream.getvalue()


def _told(value: object) -> str:
    """A moment as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a column holds a {type(value).__name__}, which JSON has no form for")
