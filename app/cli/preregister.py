"""`metamerlab preregister`"""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.files import write_files
from app.analysis.preregistration import load, preregistration
from app.analysis.report.content import Report
from app.analysis.report.markdown import to_markdown
from app.analysis.report.print import to_print
from app.cli.running import Json, reading, show
from app.experiments import service as experiments

ENDINGS = (".md", ".pdf")


def preregister(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="FILE.md or FILE.pdf; without an ending, both.")],
    as_json: Json = False,
) -> None:
    """Write the pre-registration of a frozen study: design, sample, exclusions, analyses, digests."""

    async def work(session: AsyncSession) -> Report:
        return preregistration(await load(session, await experiments.get_study(session, study)))

    content = reading(work)
    wanted = [out] if out.suffix in ENDINGS else [out.with_name(f"{out.name}{ending}") for ending in ENDINGS]
    write_files(out.parent, {path.name: _made(content, path.suffix) for path in wanted})
    paths = [str(path) for path in wanted]
    show(as_json, {"study": study, "files": paths}, f"Written: {', '.join(paths)}")


def _made(content: Report, ending: str) -> bytes:
    if ending == ".pdf":
        return to_print(content)
    return to_markdown(content.title, content.subtitle, content.sections)
