"""What the pages of synthesis runs show, ready to be printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from app.db.tables import Bundle, SynthesisRun
from app.synthesis_runs.schemas import LIVE, TAKEN
from app.synthesis_runs.service import is_stale
from app.web.templating import PageContext
from synthesis.common.wording import counts_in_brackets


@dataclass(frozen=True)
class Progress:
    """How far the present stage is; `pace` is its rate and the time that is left, in words."""

    stage: str
    done: int
    total: int
    pace: str


@dataclass(frozen=True)
class RunRow:
    """`is_live` if the run may change by itself, so that the page looks again."""

    id: int
    name: str
    state: str
    is_live: bool
    progress: Progress | None
    note: str


@dataclass(frozen=True)
class RunsContext(PageContext):
    template: ClassVar[str] = "admin/runs.html"

    runs: tuple[RunRow, ...]
    is_live: bool


@dataclass(frozen=True)
class LayerRow:
    name: str
    certified: int
    failed: int


@dataclass(frozen=True)
class Ingested:
    """The bundle that a run has become; `sheet` is the address of its contact sheet, or empty.

    With `null_alone` its network answered nothing, and the null alone certified its metamers.
    """

    id: int
    digest: str
    path: str
    naturals: int
    layers: tuple[LayerRow, ...]
    sheet: str
    null_alone: bool


@dataclass(frozen=True)
class RunContext(PageContext):
    template: ClassVar[str] = "admin/run.html"

    run: RunRow
    spec: str
    spec_folder: str
    history: tuple[tuple[str, str], ...]
    can_cancel: bool
    can_retry: bool
    ingested: Ingested | None


@dataclass(frozen=True)
class NewRunContext(PageContext):
    """The form, with what was entered and what is wrong with it."""

    template: ClassVar[str] = "admin/new_run.html"

    name: str
    spec: str
    folder: str
    problems: tuple[str, ...]


def runs_page(runs: Sequence[SynthesisRun], now: datetime, stale_after: timedelta) -> RunsContext:
    rows = tuple(run_row(run, now, stale_after) for run in runs)
    return RunsContext(rows, any(row.is_live for row in rows))


def run_page(
    run: SynthesisRun, ingested: Ingested | None, now: datetime, stale_after: timedelta
) -> RunContext:
    return RunContext(
        run=run_row(run, now, stale_after),
        spec=run.spec,
        spec_folder=run.spec_folder,
        history=_history(run),
        can_cancel=run.state in ("queued", "running") or is_stale(run, now, stale_after),
        can_retry=run.state in ("failed", "cancelled"),
        ingested=ingested,
    )


def ingested_bundle(
    bundle: Bundle, counts: dict[tuple[str, bool], int], sheet: str, *, null_alone: bool
) -> Ingested:
    """`counts` are the bundle's pictures by (condition, whether certified)."""
    return Ingested(
        id=bundle.id,
        digest=bundle.digest[:12],
        path=bundle.path,
        naturals=counts.get(("natural", True), 0),
        layers=tuple(
            LayerRow(layer, counts.get((layer, True), 0), counts.get((layer, False), 0))
            for layer in bundle.layers
        ),
        sheet=sheet,
        null_alone=null_alone,
    )


def run_row(run: SynthesisRun, now: datetime, stale_after: timedelta) -> RunRow:
    return RunRow(
        id=run.id,
        name=run.name,
        state=run.state,
        is_live=run.state in LIVE,
        progress=_progress(run),
        note=_note(run, now, stale_after),
    )


def _progress(run: SynthesisRun) -> Progress | None:
    if run.state not in TAKEN or run.stage is None:
        return None
    done, total = run.done or 0, run.total or 0
    return Progress(run.stage, done, total, _pace(run.per_second, run.seconds_left))


def _note(run: SynthesisRun, now: datetime, stale_after: timedelta) -> str:
    if run.state == "queued":
        return "Waits for a worker, which is started on a server with: metamerlab worker"
    if run.state in TAKEN and run.heartbeat_at and is_stale(run, now, stale_after):
        silent = f"Its worker has been silent since {_moment(run.heartbeat_at)}"
        return f"{silent}; the next one continues it." if run.state == "running" else f"{silent}."
    if run.state == "cancelling":
        return "Its worker has been asked to stop."
    if run.state == "running":
        return "" if run.stage else "Its worker is starting the synthesis program."
    if run.state == "finished":
        return _certified(run.summary)
    return run.error or "What it has finished is kept."


def _certified(summary: dict[str, Any]) -> str:
    """`summary` is a `synthesis.bundle.events.RunSummary`; those of earlier releases have no faults."""
    faults = counts_in_brackets(summary.get("faults", {}))
    why = f", the others not{faults}" if faults else ""
    return f"{summary['passed']} of {summary['items']} metamers have their certificate{why}."


def _history(run: SynthesisRun) -> tuple[tuple[str, str], ...]:
    """When what happened."""
    rows = [("Queued", _moment(run.queued_at))]
    if run.started_at:
        rows.append(("Begun", _moment(run.started_at)))
    if run.ended_at:
        rows.append(("Ended", _moment(run.ended_at)))
    if run.attempt:
        rows.append(("Taken by a worker", "once" if run.attempt == 1 else f"{run.attempt} times"))
        rows.append(("Latest worker", f"{run.host}, process {run.pid}"))
    return tuple(rows)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _pace(per_second: float | None, seconds_left: float | None) -> str:
    if not per_second:
        return ""
    rate = f"{per_second:.2g} per second" if per_second >= 0.1 else f"{per_second * 3600:.3g} per hour"
    return f"{rate}, {_duration(seconds_left)} left" if seconds_left else rate


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
