"""The files of an analysis for an experimenter's browser: made aside, and sent piece by piece.

A file is finished before any of it is sent. What is sent is therefore one moment of the study, an error is an
error and no half file, and the database is free again however slowly the browser reads.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.aside import aside
from app.analysis.files import file_of, trials_csv_parts
from app.analysis.report.content import load as load_report
from app.analysis.report.page import to_html
from app.analysis.report.print import to_print
from app.analysis.service import analyse, require_participants
from app.analysis.tables.csv_tables import CSV
from app.db.session import Database
from app.experiments.schemas import Audience

REPORTS = {"html": (to_html, "text/html; charset=utf-8"), "pdf": (to_print, "application/pdf")}
TRIALS = "trials.csv"  # the only file that grows with the number of trials
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
    if name != TRIALS:
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
