"""What the pages of a running study show, ready to be printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from app.admin.accounts.dates import minute
from app.admin.dashboard.staircases import Staircase, staircases
from app.analysis.wording import duration_in_words, readable
from app.db.tables import Study
from app.experiments.schemas import AUDIENCES, Audience
from app.experiments.service import definition_of
from app.progress.results import Course, Quality
from app.progress.service import Life, Row
from app.recruitment.ledger import Account
from app.steps.course import outcomes_of
from app.web.templating import PageContext

NOTHING = "–"
AUDIENCE_NAMES: Mapping[Audience, str] = {"live": "Live", "pilot": "Pilot", "simulated": "Simulated"}
STEP_NAMES = {
    "trials": "main trials",
    "rest_break": "a break",
    "end": "the end, not sent yet",
}
OUTCOME_NAMES = {
    "complete": "completed",
    "no_consent": "did not consent",
    "expired": "left, and came back too late",
    "withdrawn": "withdrew",
    "full": "came when the study was full",
    "returned": "gave the place back (returned)",
    "timed_out": "took too long (timed out)",
}


@dataclass(frozen=True)
class Figure:
    """A number with what it is a number of."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class PanelContext(PageContext):
    """The part of the page that follows the study: it is sent anew whenever something happened."""

    template: ClassVar[str] = "admin/dashboard/panel.html"

    completed: int
    target: int
    figures: tuple[Figure, ...]
    steps: tuple[Figure, ...]
    ended: tuple[Figure, ...]
    quality: tuple[Figure, ...]
    read_at: str


@dataclass(frozen=True)
class ProgressContext(PageContext):
    template: ClassVar[str] = "admin/dashboard/progress.html"

    study: str
    title: str
    status: str
    audience: str
    audiences: tuple[tuple[str, str], ...]
    may_change: bool
    panel: str


def panel_of(
    study: Study, course: Course, quality: Quality | None, money: Account | None, currency: str, read_at: str
) -> PanelContext:
    """`quality` takes as long as the curve: the page is there without it, and it follows."""
    definition = definition_of(study)
    duration = course.median_duration_s
    figures = [
        Figure("Consented", str(course.consented)),
        Figure("At it now", str(course.active)),
        Figure("Completed", str(course.completed), f"of {definition.participants} wanted"),
        Figure("Left", str(course.gone), "not heard of for long; their places are given away"),
        Figure(
            "Median duration",
            NOTHING if duration is None else duration_in_words(duration),
            f"announced: {definition.duration_minutes} minutes",
        ),
    ]
    if money is not None:
        spent, budget = money.committed_minor / 100, money.budget_minor / 100
        figures.append(Figure("Paid or promised", f"{spent:.2f} {currency}", f"of {budget:.2f} {currency}"))
    names = OUTCOME_NAMES | outcomes_of(definition.course)
    return PanelContext(
        completed=course.completed,
        target=definition.participants,
        figures=tuple(figures),
        steps=tuple(Figure(_step_name(kind), str(people)) for kind, people in course.steps),
        ended=tuple(Figure(names.get(name, readable(name)), str(people)) for name, people in course.ended),
        quality=_quality(quality),
        read_at=read_at,
    )


def _step_name(kind: str) -> str:
    return STEP_NAMES.get(kind, readable(kind))


def _quality(quality: Quality | None) -> tuple[Figure, ...]:
    if quality is None:
        return ()
    balance = f"{quality.fewest} to {quality.most}" if quality.most else NOTHING
    sem = NOTHING if quality.largest_sem is None else f"{quality.largest_sem:.4f}"
    against = "the study declares no rule"
    if quality.target_sem is not None:
        against = f"to stop at {quality.target_sem:g}: " + ("reached" if quality.stop else "not yet")
    return (
        Figure("In the curve", str(quality.analysed), "after exclusions"),
        Figure("Trials in a condition", balance, "from the fewest to the most"),
        Figure(
            "On time", NOTHING if quality.on_time is None else f"{quality.on_time:.1%}", "of timed trials"
        ),
        Figure("Largest SEM", sem, against),
    )


@dataclass(frozen=True)
class ParticipantRow:
    number: int
    state: str
    consented: str
    ended: str
    duration: str
    trials: str
    on_time: str
    flags: str


@dataclass(frozen=True)
class ParticipantsContext(PageContext):
    template: ClassVar[str] = "admin/dashboard/participants.html"

    study: str
    audience: str
    audiences: tuple[tuple[str, str], ...]
    status: str
    statuses: tuple[tuple[str, str], ...]
    rows: tuple[ParticipantRow, ...]
    newer: str
    older: str


STATUSES = (
    ("", "all"),
    ("active", "under way"),
    ("completed", "completed"),
    ("screened_out", "screened out"),
    ("expired", "ended otherwise"),
    ("withdrawn", "withdrawn"),
)


def participant_row(row: Row, names: Mapping[str, str]) -> ParticipantRow:
    one = row.participant
    state = names.get(one.outcome or "", readable(one.outcome or "")) if one.outcome else one.status
    end = one.ended_at
    return ParticipantRow(
        number=one.id,
        state="under way" if one.status == "active" else state,
        consented=minute(one.consented_at),
        ended=minute(end) if end else NOTHING,
        duration=duration_in_words((end - one.consented_at).total_seconds()) if end else NOTHING,
        trials=f"{row.answered} of {row.planned}",
        on_time=f"{row.on_time / row.timed:.0%}" if row.timed else NOTHING,
        flags=", ".join(map(readable, one.flags or [])),
    )


def audience_links() -> tuple[tuple[str, str], ...]:
    return tuple((audience, AUDIENCE_NAMES[audience]) for audience in AUDIENCES)


@dataclass(frozen=True)
class StepRow:
    position: int
    kind: str
    received: str
    result: str
    flags: str


@dataclass(frozen=True)
class EventRow:
    when: str
    kind: str
    detail: str


@dataclass(frozen=True)
class TrialRow:
    number: int
    phase: str
    condition: str
    category: str
    answer: str
    right: str
    rt: str
    on_time: str


@dataclass(frozen=True)
class ParticipantContext(PageContext):
    template: ClassVar[str] = "admin/dashboard/participant.html"

    study: str
    audience: str
    row: ParticipantRow
    steps: tuple[StepRow, ...]
    events: tuple[EventRow, ...]
    trials: tuple[TrialRow, ...]
    staircases: tuple[Staircase, ...]
    dropped: int
    most_events: int


def participant_page(
    study: Study, life: Life, names: Mapping[str, str], most_events: int
) -> ParticipantContext:
    answered = [trial for trial in life.trials if trial.answer is not None]
    timed = [trial.on_time for trial in answered if trial.on_time is not None]
    dropped = sum(trial.dropped_at is not None for trial in life.trials)
    row = Row(life.participant, len(life.trials) - dropped, len(answered), len(timed), sum(timed))
    return ParticipantContext(
        study=study.name,
        audience=life.participant.audience,
        row=participant_row(row, names),
        steps=tuple(
            StepRow(
                one.position,
                readable(one.kind),
                minute(one.received_at),
                _in_words(one.result),
                ", ".join(one.flags or []),
            )
            for one in life.steps
        ),
        events=tuple(
            EventRow(minute(one.happened_at), readable(one.kind), _in_words(one.detail))
            for one in life.events
        ),
        trials=tuple(_trial_row(trial) for trial in life.trials if trial.dropped_at is None),
        staircases=staircases(life.trials),
        dropped=dropped,
        most_events=most_events,
    )


def _trial_row(trial: Any) -> TrialRow:
    marks = {True: "yes", False: "no", None: NOTHING}
    return TrialRow(
        number=trial.trial_index + 1,
        phase=trial.phase,
        condition=_condition(trial),
        category=_shown(trial),
        answer=NOTHING if trial.answer is None else trial.answer or "(none)",
        right=marks[trial.correct],
        rt=NOTHING if trial.rt_ms is None else f"{trial.rt_ms:.0f}",
        on_time=marks[trial.on_time],
    )


def _condition(trial: Any) -> str:
    if trial.dimension is not None:
        return str(trial.dimension)
    return NOTHING if trial.condition is None else readable(trial.condition)


def _shown(trial: Any) -> str:
    """The category of what was shown; in the ABX task the original and the level that it was moved to."""
    if trial.dimension is None:
        return str(trial.category)
    if trial.level is None:
        return f"{trial.natural_id}, not given out yet"
    instead = f", asked for {trial.asked_level:.3g}" if trial.fell_back else ""
    return f"{trial.natural_id} at {trial.level:.3g}{instead}"


MOST_CHARACTERS = 400


def _in_words(values: Any) -> str:
    """A small JSON object on one line."""
    if not isinstance(values, dict):
        return NOTHING
    text = "; ".join(f"{key}: {value}" for key, value in values.items() if value not in (None, "", [], {}))
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
