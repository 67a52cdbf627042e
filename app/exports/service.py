"""Writing a study's trials in a format, with its panel ids only where they are asked for."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.actor import Actor
from app.analysis.service import analyse
from app.analysis.tables.csv_tables import table_csv
from app.core.errors import Conflict, Invalid
from app.db.session import one_moment
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.exports import queries
from app.exports.files import Files
from app.exports.formats.format import ExportFormat
from app.exports.formats.registry import FORMATS, format_named, formats_of
from app.exports.source import Source

PANEL_IDS = "panel_ids.csv"
PANEL_COLUMNS = ("participant_id", "source", "person", "visit", "errand")


async def write_export(
    session: AsyncSession,
    study: str,
    audience: Audience,
    format_name: str,
    files: Files,
    *,
    with_panel_ids: bool = False,
) -> int:
    """Write one audience's trials; returns how many. `session` has read nothing before.

    Raises `NotFound` (study, format), `Conflict` (no trials, or the format cannot hold them) or `Invalid`
    (panel ids in a format for publishing).
    """
    form = format_named(format_name)
    _require_room_for(form, with_panel_ids)
    await one_moment(session)
    analysis = await analyse(session, study, audience)
    if form not in formats_of(analysis.task):
        others = ", ".join(one.name for one in formats_of(analysis.task))
        raise Conflict(
            "no_levels",
            f"{form.name} holds proportions correct by condition, and {study} measures thresholds; "
            f"use {others}",
        )
    if not analysis.answered:
        raise Conflict("no_trials", f"no {audience} participant of {study} has answered a main trial")
    count = await form.write(Source(session, analysis), files)
    if with_panel_ids:
        rows = await queries.panel_ids(session, analysis.study.id, audience)
        with files.open(PANEL_IDS) as out:
            out.write(table_csv(PANEL_COLUMNS, rows))
    return count


def _require_room_for(form: ExportFormat, with_panel_ids: bool) -> None:
    if with_panel_ids and not form.holds_panel_ids:
        others = ", ".join(one.name for one in FORMATS.values() if one.holds_panel_ids)
        raise Invalid("no_panel_ids", f"{form.name} holds no panel ids, since it is published; use {others}")


async def note_download(
    session: AsyncSession,
    actor: Actor,
    study: str,
    what: str,
    now: datetime,
    *,
    with_panel_ids: bool = False,
) -> None:
    """Let the actor take a study's data away, and say so in the audit log.

    Raises `NotFound` or `Forbidden`: it takes the role experimenter.
    """
    await experiments.study_for(session, actor, study, "experimenter")
    detail = {"what": what, "with_panel_ids": with_panel_ids}
    await audit.record(session, actor, "export.downloaded", f"study {study}", detail, now)
