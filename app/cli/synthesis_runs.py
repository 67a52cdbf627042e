"""`metamerlab synthesis ...`"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.actor import COMMAND_LINE
from app.cli.running import Json, in_transaction, reading, show
from app.core.clock import utc_now
from app.core.config import read_settings
from app.db.tables import SynthesisRun
from app.synthesis_runs import service
from synthesis.common.safe_yaml import SIZE_LIMIT
from synthesis.common.text_file import read_text

app = typer.Typer(help="Synthesis runs, carried out by `metamerlab worker`.", no_args_is_help=True)

Id = Annotated[int, typer.Argument(metavar="ID", help="As `list` shows it.")]


@app.command()
def queue(
    spec: Annotated[Path, typer.Argument(metavar="SPEC.yaml", help="Its paths are meant from its folder.")],
    name: Annotated[
        str | None, typer.Option(help="Of the run and of its bundle's folder; else the file's.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a spec and queue a run of it."""
    text = read_text(spec, SIZE_LIMIT).content
    service.check_spec(text, spec.parent, str(spec))

    async def work(session: AsyncSession) -> SynthesisRun:
        chosen = name or re.sub("[^a-z0-9]+", "-", spec.stem.lower()).strip("-")
        return await service.queue(session, COMMAND_LINE, chosen, text, spec.parent, utc_now())

    run = in_transaction(work)
    show(as_json, _description(run), f"Run {run.id} ({run.name}) is queued.")


@app.command("list")
def list_runs(as_json: Json = False) -> None:
    """All runs, newest first."""

    async def work(session: AsyncSession) -> list[dict[str, Any]]:
        return [_description(run) for run in await service.all_runs(session)]

    runs = reading(work)
    text = "\n".join(_in_words(run) for run in runs)
    show(as_json, runs, text or "There are no runs yet; `metamerlab synthesis queue SPEC.yaml`.")


@app.command()
def cancel(run_id: Id, as_json: Json = False) -> None:
    """Take a run out of the queue, or stop it; what it has finished is kept."""
    stale_after = timedelta(seconds=read_settings().worker_stale_seconds)

    async def work(session: AsyncSession) -> SynthesisRun:
        return await service.cancel(session, COMMAND_LINE, run_id, utc_now(), stale_after)

    run = in_transaction(work)
    words = "is cancelled" if run.state == "cancelled" else "is being cancelled by its worker"
    show(as_json, _description(run), f"Run {run.id} ({run.name}) {words}.")


@app.command()
def retry(run_id: Id, as_json: Json = False) -> None:
    """Queue a failed or cancelled run again; it continues from what it has finished."""

    async def work(session: AsyncSession) -> SynthesisRun:
        return await service.retry(session, COMMAND_LINE, run_id, utc_now())

    run = in_transaction(work)
    show(as_json, _description(run), f"Run {run.id} ({run.name}) is queued again.")


def _description(run: SynthesisRun) -> dict[str, Any]:
    progress = {name: getattr(run, name) for name in service.NO_PROGRESS}
    return {
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "attempt": run.attempt,
        "progress": progress if run.stage else None,
        "error": run.error,
        "summary": run.summary or None,
        "queued_at": run.queued_at.isoformat(),
    }


def _in_words(run: dict[str, Any]) -> str:
    line = f"{run['id']:>4}  {run['name']}  {run['state']}"
    if progress := run["progress"]:
        line += f"  {progress['stage']} {progress['done']}/{progress['total']}"
    if summary := run["summary"]:
        line += f"  {summary['passed']} of {summary['items']} metamers certified"
    return f"{line}  {run['error']}" if run["error"] else line
