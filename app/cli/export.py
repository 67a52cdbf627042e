"""`metamerlab export`"""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.files import write_files
from app.analysis.results import Trials
from app.analysis.service import analyse, trials
from app.cli.running import Json, reading, show
from app.core.errors import Conflict, NotFound
from app.experiments.schemas import Audience
from app.exports.formats import FORMATS

FORMAT_HELP = f"{', '.join(FORMATS)}. mvh: model-vs-human, only trials that count."


def export(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files.")],
    form: Annotated[str, typer.Option("--format", help=FORMAT_HELP)] = "csv",
    audience: Annotated[Audience, typer.Option(help="Whose answers: live, pilot or simulated.")] = "live",
    as_json: Json = False,
) -> None:
    """Write all answered main trials in a format that other programs read."""
    chosen = FORMATS.get(form)
    if chosen is None:
        raise NotFound("unknown_format", f"there is no format {form!r}; there are {', '.join(FORMATS)}")

    async def work(session: AsyncSession) -> Trials:
        return await trials(session, await analyse(session, study, audience))

    single = reading(work)
    if single.table.empty:
        raise Conflict("no_trials", f"no {audience} participant of {study} has answered a main trial")
    files = chosen.files(single)
    write_files(out, files)
    count = len(single.table if chosen.everything else single.kept)
    paths = [str(out / name) for name in files]
    result = {"study": study, "audience": audience, "format": form, "trials": count, "files": paths}
    show(as_json, result, f"{count} trials written to {out}: {', '.join(files)}")
