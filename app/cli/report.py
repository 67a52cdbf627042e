"""`metamerlab report`"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import service
from app.analysis.files import write_files
from app.analysis.measures.observers import read_answers
from app.analysis.report.content import Report, load
from app.analysis.report.page import to_html
from app.analysis.report.print import to_print
from app.cli.analyze_thresholds import OtherStudy, load_other
from app.cli.running import Json, reading, show
from app.experiments.schemas import Audience

MAKERS: dict[str, Callable[[Report], bytes]] = {".html": to_html, ".pdf": to_print}


def report(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="FILE.html or FILE.pdf; without an ending, both.")
    ],
    audience: Annotated[Audience, typer.Option(help="Whose answers: live, pilot or simulated.")] = "live",
    observers: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR", help="A network's answers, by `python -m synthesis recognize`; repeat it."
        ),
    ] = None,
    rule: Annotated[
        str | None, typer.Option(help="The networks' decision rule: feather, geirhos ...")
    ] = None,
    beside: OtherStudy = None,
    as_json: Json = False,
) -> None:
    """Write a report of a study: methods, tables, figures, exclusions, software; as HTML, PDF or both."""
    networks = read_answers(observers, rule) if observers else None

    async def work(session: AsyncSession) -> Report:
        analysis = await service.analyse(session, study, audience)
        service.require_participants(analysis)
        return await load(session, analysis, networks, await load_other(session, analysis, beside))

    content = reading(work)
    wanted = [out] if out.suffix in MAKERS else [out.with_name(f"{out.name}{ending}") for ending in MAKERS]
    write_files(out.parent, {path.name: MAKERS[path.suffix](content) for path in wanted})
    paths = [str(path) for path in wanted]
    show(as_json, {"study": study, "audience": audience, "files": paths}, f"Written: {', '.join(paths)}")
