"""`metamerlab export`"""

import io
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.files import codebook_csv, steps_csv, trials_csv, write_files
from app.analysis.pages import pages_of_study
from app.analysis.results import Trials
from app.analysis.service import analyse, trials
from app.cli.running import Json, reading, show
from app.core.errors import Conflict
from app.experiments.schemas import Audience
from app.exports import mvh

Format = Literal["csv", "parquet", "mvh"]


def export(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files.")],
    form: Annotated[
        Format, typer.Option("--format", help="mvh: model-vs-human, only trials that count.")
    ] = "csv",
    audience: Annotated[Audience, typer.Option(help="Whose answers: live, pilot or simulated.")] = "live",
    as_json: Json = False,
) -> None:
    """Write all answered main trials in a format that other programs read."""

    async def work(session: AsyncSession) -> Trials:
        return await trials(session, await analyse(session, study, audience))

    single = reading(work)
    if single.table.empty:
        raise Conflict("no_trials", f"no {audience} participant of {study} has answered a main trial")
    files = _files(single, form)
    write_files(out, files)
    count = len(single.kept if form == "mvh" else single.table)
    paths = [str(out / name) for name in files]
    result = {"study": study, "audience": audience, "format": form, "trials": count, "files": paths}
    show(as_json, result, f"{count} trials written to {out}: {', '.join(files)}")


def _files(single: Trials, form: Format) -> dict[str, bytes]:
    if form == "mvh":
        if single.kept.empty:
            raise Conflict("all_excluded", "the exclusions leave no trial; --format csv writes all of them")
        return mvh.written(single.kept, single.analysis.study.name)
    analysis = single.analysis
    codebook = {"codebook.csv": codebook_csv(analysis.task, pages_of_study(analysis.study))}
    if form == "csv":
        return {"trials.csv": trials_csv(single.table), "steps.csv": steps_csv(single.steps), **codebook}
    tables = {"trials": single.table, "steps": single.steps}
    return {f"{name}.parquet": _parquet(table) for name, table in tables.items()} | codebook


def _parquet(table: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    table.to_parquet(stream, index=False)
    return stream.getvalue()
