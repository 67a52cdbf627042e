"""`metamerlab archive ...`"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import COMMAND_LINE
from app.cli.export import PanelIds, note
from app.cli.running import Json, in_transaction, reading, show
from app.core.clock import utc_now
from app.core.config import read_settings
from app.exports.archive.checking import opened
from app.exports.archive.importing import Imported, import_archive
from app.exports.archive.layout import Index
from app.exports.archive.writing import write_archive
from app.exports.files import whole_file

app = typer.Typer(
    help="A study with all its data as one file, for other installations and for keeping.",
    no_args_is_help=True,
)


@app.command("export")
def export_archive(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The archive to write, such as STUDY.zip.")],
    bundles: Annotated[
        bool, typer.Option("--with-bundles", help="Also put the stimuli and their certificates in.")
    ] = False,
    panel_ids: PanelIds = False,
    as_json: Json = False,
) -> None:
    """Write a study with everybody's data, and what is needed to count it again elsewhere."""
    note(study, "archive", with_panel_ids=panel_ids)

    async def work(session: AsyncSession) -> Index:
        with whole_file(out) as file:
            return await write_archive(session, study, file, with_bundles=bundles, with_panel_ids=panel_ids)

    index = reading(work)
    result = {"file": str(out), "size_bytes": out.stat().st_size, "rows": index.rows}
    people, trials = index.rows["people"], index.rows["trials"]
    show(as_json, result, f"{out}: {study} with {people} participants and {trials} trials")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    name: Annotated[
        str | None, typer.Option("--as", metavar="NAME", help="Another name than the study had.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check an archive and store its study, closed, with all data: all of it or nothing."""
    folder = read_settings().bundle_folder
    with opened(file) as archive:
        study = name or archive.index.study.name

        async def work(session: AsyncSession) -> Imported:
            return await import_archive(session, COMMAND_LINE, archive, study, folder, utc_now())

        found = in_transaction(work)
    show(as_json, asdict(found), _in_words(found, folder))


def _in_words(found: Imported, folder: Path) -> str:
    lines = [
        f"{found.study}: {found.participants} participants, {found.trials} trials, from {found.origin}.",
        "The recognition tables are the same, byte by byte."
        if found.same_figures
        else "note: this release counts the recognition tables otherwise than the archive has them.",
    ]
    lines += [f"Its bundle {digest} can be put into {folder / digest}." for digest in found.bundles_to_fetch]
    return "\n".join(lines)
