"""The files of an analysis for an experimenter's browser: made aside, and sent piece by piece.

A file is finished before any of it is sent. What is sent is therefore one moment of the study, an error is an
error and no half file, and the database is free again however slowly the browser reads.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.aside import aside
from app.analysis.files import file_of, trials_csv_parts
from app.analysis.preregistration import load as load_preregistration
from app.analysis.preregistration import preregistration as preregistration_of
from app.analysis.report.content import load as load_report
from app.analysis.report.markdown import to_markdown
from app.analysis.report.page import to_html
from app.analysis.report.print import to_print
from app.analysis.service import analyse, require_participants
from app.analysis.tables.csv_tables import CSV
from app.db.session import Database
from app.experiments import service as experiments
from app.experiments.schemas import Audience
from app.exports.archive.writing import write_archive
from app.exports.files import ZipFiles
from app.exports.service import write_export

REPORTS = {"html": (to_html, "text/html; charset=utf-8"), "pdf": (to_print, "application/pdf")}
TRIALS = "trials.csv"  # the only file that grows with the number of trials
ZIP = "application/zip"
PIECE_BYTES = 256 * 1024

# Writes a file of a study and returns its media type.
Write = Callable[[AsyncSession, str, Audience, str, BinaryIO], Awaitable[str]]


@dataclass(frozen=True)
class Download:
    """A file that is there until it is sent."""

    media_type: str
    size_bytes: int
    content: BinaryIO

    async def pieces(self) -> AsyncIterator[bytes]:
        with self.content:
            while piece := await asyncio.to_thread(self.content.read, PIECE_BYTES):
                yield piece


async def analysis_file(database_url: str, study: str, audience: Audience, name: str) -> Download:
    """One file of the analysis with the newest answers. Raises `NotFound`."""
    return await _made(_write_file, database_url, study, audience, name)


async def report(database_url: str, study: str, audience: Audience, suffix: str) -> Download:
    """The report as html or pdf. Raises `NotFound`, or `Conflict` while there is nobody to report on."""
    return await _made(_write_report, database_url, study, audience, suffix)


async def export(
    database_url: str, study: str, audience: Audience, form: str, *, panel_ids: bool
) -> Download:
    """A study's trials in a format, as a zip. Raises as `app.exports.service.write_export`."""
    write = partial(_write_export, panel_ids=panel_ids)
    return await _made(write, database_url, study, audience, form)


async def archive(database_url: str, study: str, *, panel_ids: bool, bundles: bool) -> Download:
    """A study with everybody's data. Raises as `app.exports.archive.writing.write_archive`."""
    write = partial(_write_archive, panel_ids=panel_ids, bundles=bundles)
    return await _made(write, database_url, study, "live", "")


async def _made(write: Write, database_url: str, study: str, audience: Audience, name: str) -> Download:
    handle, path = tempfile.mkstemp(prefix="metamerlab-")
    content = os.fdopen(handle, "rb")
    try:
        media_type = await aside(_write, write, database_url, study, audience, name, path)
    except BaseException:
        content.close()
        raise
    finally:
        Path(path).unlink()  # what is open stays readable
    return Download(media_type, os.fstat(content.fileno()).st_size, content)


def _write(write: Write, database_url: str, study: str, audience: Audience, name: str, path: str) -> str:
    return asyncio.run(_write_with_session(write, database_url, study, audience, name, path))


async def _write_with_session(
    write: Write, database_url: str, study: str, audience: Audience, name: str, path: str
) -> str:
    database = Database(database_url)
    try:
        # The file must be there: whoever gave up waiting has removed it.
        with Path(path).open("r+b") as out:
            async with database.reading() as session:
                return await write(session, study, audience, name, out)
    finally:
        await database.close()


async def _write_file(session: AsyncSession, study: str, audience: Audience, name: str, out: BinaryIO) -> str:
    analysis = await analyse(session, study, audience)
    if name != TRIALS or analysis.adaptive:
        media_type, content = await file_of(session, analysis, name)
        out.write(content)
        return media_type
    async for part in trials_csv_parts(session, analysis):
        out.write(part)
    return CSV


async def _write_report(
    session: AsyncSession, study: str, audience: Audience, suffix: str, out: BinaryIO
) -> str:
    analysis = await analyse(session, study, audience)
    require_participants(analysis)
    make, media_type = REPORTS[suffix]
    out.write(make(await load_report(session, analysis)))
    return media_type


async def preregistration(database_url: str, study: str, suffix: str) -> Download:
    """The pre-registration as md or pdf. Raises `NotFound`, or `Conflict` for a draft."""
    return await _made(_write_preregistration, database_url, study, "live", suffix)


async def _write_preregistration(
    session: AsyncSession, study: str, _audience: Audience, suffix: str, out: BinaryIO
) -> str:
    frozen = await load_preregistration(session, await experiments.get_study(session, study))
    content = preregistration_of(frozen)
    if suffix == "pdf":
        out.write(to_print(content))
        return "application/pdf"
    out.write(to_markdown(content.title, content.subtitle, content.sections))
    return "text/markdown; charset=utf-8"


async def _write_export(
    session: AsyncSession, study: str, audience: Audience, form: str, out: BinaryIO, *, panel_ids: bool
) -> str:
    files = ZipFiles(out)
    await write_export(session, study, audience, form, files, with_panel_ids=panel_ids)
    files.close()
    return ZIP


async def _write_archive(
    session: AsyncSession,
    study: str,
    _audience: Audience,
    _name: str,
    out: BinaryIO,
    *,
    panel_ids: bool,
    bundles: bool,
) -> str:
    await write_archive(session, study, out, with_panel_ids=panel_ids, with_bundles=bundles)
    return ZIP
