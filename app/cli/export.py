"""`metamerlab export`"""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import COMMAND_LINE
from app.cli.running import Json, in_transaction, reading, show
from app.core.clock import utc_now
from app.experiments.schemas import Audience
from app.exports.files import into_folder
from app.exports.formats.registry import FORMATS
from app.exports.service import note_download, write_export

FORMAT_HELP = f"{', '.join(FORMATS)}. mvh: model-vs-human; it and matrix have only trials that count."
PanelIds = Annotated[
    bool,
    typer.Option("--with-panel-ids", help="Also write the ids by which recruiters know participants."),
]


def note(study: str, what: str, *, with_panel_ids: bool) -> None:
    """Say in the audit log that data are taken away."""

    async def work(session: AsyncSession) -> None:
        await note_download(session, COMMAND_LINE, study, what, utc_now(), with_panel_ids=with_panel_ids)

    in_transaction(work)


def export(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files.")],
    form: Annotated[str, typer.Option("--format", help=FORMAT_HELP)] = "csv",
    audience: Annotated[Audience, typer.Option(help="Whose answers: live, pilot or simulated.")] = "live",
    panel_ids: PanelIds = False,
    as_json: Json = False,
) -> None:
    """Write all answered main trials in a format that other programs read."""
    names: list[str] = []
    note(study, f"{form}, {audience}", with_panel_ids=panel_ids)

    async def work(session: AsyncSession) -> int:
        with into_folder(out) as files:
            count = await write_export(session, study, audience, form, files, with_panel_ids=panel_ids)
        names.extend(files.names)
        return count

    count = reading(work)
    paths = [str(out / name) for name in names]
    result = {"study": study, "audience": audience, "format": form, "trials": count, "files": paths}
    listed = ", ".join(names) if len(names) <= 10 else f"{len(names)} files"
    show(as_json, result, f"{count} trials written to {out}: {listed}")
