"""`metamerlab simulate`"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.wording import readable
from app.cli.background_server import background_server
from app.cli.running import Json, reading, show
from app.core.config import read_settings
from app.simulation.people.kinds import KINDS, LAYERS
from app.simulation.people.mix import drawn, mix_of, people_of
from app.simulation.visit import Taken
from app.simulation.visits import Visits, run, visits_of

MIX_HELP = "Kinds of participants, as counts or shares: layers=14,guessing=2. " + "; ".join(
    f"{kind.name} {kind.about}" for kind in KINDS.values()
)


def simulate(
    study: Annotated[str, typer.Argument(metavar="STUDY")],
    participants: Annotated[
        int | None,
        typer.Option("-n", min=1, max=100_000, help="How many; by default the mix's counts, or 20."),
    ] = None,
    mix: Annotated[str, typer.Option(help=MIX_HELP)] = LAYERS.name,
    url: Annotated[
        str | None, typer.Option(help="Address of a running server; without it, one is started for the time.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    thresholds: Annotated[
        Path | None,
        typer.Option(help="For a study of thresholds, a YAML file of those that people are given."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Send simulated participants through a study by the HTTP interface that people use."""
    shares = mix_of(mix, KINDS)
    people = [KINDS[name] for name in drawn(shares, people_of(shares, participants), seed)]

    async def work(session: AsyncSession) -> Visits:
        return await visits_of(session, study, seed, people, thresholds)

    visits = reading(work)
    settings = read_settings()
    began = time.monotonic()
    with background_server(settings) if url is None else nullcontext(url) as address, _progress() as progress:
        bar = progress.add_task("simulated participants", total=len(people))
        taken = asyncio.run(run(visits, address, settings.database_url, lambda: progress.advance(bar)))
    result = {
        "study": study,
        "participants": len(taken),
        "trials": sum(each.trials for each in taken),
        "seconds": round(time.monotonic() - began, 2),
        "seed": seed,
        **_given(visits),
        **_counts(taken),
    }
    show(as_json, result, _text(result))


def _given(visits: Visits) -> dict[str, Any]:
    """What the simulated people can do."""
    if visits.thresholds is None:
        return {"accuracy": visits.accuracy}
    return {"thresholds": visits.thresholds.thresholds}


def _counts(taken: Sequence[Taken]) -> dict[str, Any]:
    """Numbers of participants by kind, by outcome, and by outcome within each kind."""
    kinds = Counter(each.kind for each in taken)
    return {
        "kinds": dict(sorted(kinds.items())),
        "outcomes": dict(sorted(Counter(each.outcome for each in taken).items())),
        "outcomes_by_kind": {
            kind: dict(sorted(Counter(each.outcome for each in taken if each.kind == kind).items()))
            for kind in sorted(kinds)
        },
    }


def _text(result: dict[str, Any]) -> str:
    by_kind = result["outcomes_by_kind"]
    lines = [
        f"{result['participants']} simulated participants answered {result['trials']} trials in "
        f"{result['seconds']} s."
    ]
    if by_kind != {LAYERS.name: {"complete": result["participants"]}}:
        lines.append("How their sessions ended:")
        for kind, outcomes in by_kind.items():
            ends = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
            lines.append(f"  {kind:<18}{ends}")
    if "thresholds" in result:
        lines.append("The thresholds they were given on average:")
        lines += [f"  {name:<18}{value:.4g}" for name, value in result["thresholds"].items()]
        return "\n".join(lines)
    accuracy = result["accuracy"]
    lines.append("The accuracy they were given:" if len(by_kind) == 1 else "The accuracy of layers:")
    wide = max(14, *(len(readable(name)) + 1 for name in accuracy))
    lines += [f"  {readable(name):<{wide}}{share:.3f}" for name, share in accuracy.items()]
    return "\n".join(lines)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
