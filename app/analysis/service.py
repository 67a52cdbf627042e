"""One study's answers of one kind of participants: the tidy table, the curve, and numbers of quality."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import queries
from app.analysis.codebook import TIMING_NAMES, TRIAL_COLUMNS
from app.analysis.figures import Caption, participants_in_words
from app.analysis.recognition import Recognition, recognition
from app.core.errors import Conflict
from app.db.tables import Bundle, Study
from app.experiments import service as experiments
from app.experiments.schemas import ALL, KINDS, Kind
from app.stimuli import queries as stimuli_queries
from synthesis.bundle.manifest import NATURAL

# A page's clock is rounded, so a picture that is exactly one frame off may seem a trifle more.
CLOCK_ROUNDING_MS = 0.5


@dataclass(frozen=True)
class Count:
    """Participants of one study and kind."""

    consented: int = 0
    completed: int = 0


@dataclass(frozen=True)
class Quality:
    """Numbers about the data of those who are in the curve; None where there is nothing to count.

    `timed_trials` are the main trials whose page sent the picture's duration.
    """

    median_duration_s: float | None
    median_rt_ms: float | None
    timed_trials: int
    within_one_frame_share: float | None


@dataclass(frozen=True)
class StudyAnalysis:
    """`trials` has the columns of the codebook; `counts` holds all kinds."""

    study: Study
    bundle: Bundle
    kind: Kind
    trials: pd.DataFrame
    recognition: Recognition
    quality: Quality
    counts: dict[Kind, Count]

    @property
    def caption(self) -> Caption:
        return Caption(study=self.study.name, model=self.bundle.model, kind=self.kind)


async def analyse(
    session: AsyncSession, name: str, kind: Kind, *, include_partial: bool = False
) -> StudyAnalysis:
    """The analysis of one study. Raises `NotFound` for an unknown name; no answers yet is no error."""
    study = await experiments.get_study(session, name)
    bundle = await stimuli_queries.get_bundle(session, study.bundle_id)
    trials = _tidy(await queries.main_trials(session, study.id, kind), study.name, kind)
    curve = recognition(
        trials, conditions_of(study, bundle), bundle.categories, include_partial=include_partial
    )
    counts = (await counts_by_study(session)).get(study.id, {})
    times = await queries.completion_times(session, study.id, kind)
    durations = [(end - start).total_seconds() for start, end in times if end is not None]
    shown = trials if include_partial else trials[trials["completed"]]
    return StudyAnalysis(
        study=study,
        bundle=bundle,
        kind=kind,
        trials=trials,
        recognition=curve,
        quality=_quality(shown, durations),
        counts={each: counts.get(each, Count()) for each in KINDS},
    )


async def counts_by_study(session: AsyncSession) -> dict[int, dict[Kind, Count]]:
    """Consented and completed participants by study and kind."""
    counts: dict[int, dict[Any, Count]] = {}
    for study_id, kind, consented, completed in await queries.participant_counts(session):
        counts.setdefault(study_id, {})[kind] = Count(consented, completed)
    return counts


def require_participants(analysis: StudyAnalysis) -> None:
    """Raises `Conflict` if the curve has nobody in it, and says who else there is."""
    if analysis.recognition.participants:
        return
    others = ", ".join(f"{analysis.counts[kind].completed} {kind}" for kind in KINDS)
    unfinished = analysis.counts[analysis.kind].consented
    started = f" ({participants_in_words(unfinished, analysis.kind)} began)" if unfinished else ""
    raise Conflict(
        "no_participants",
        f"no {analysis.kind} participant of {analysis.study.name} has finished{started}; finished: {others}",
    )


def conditions_of(study: Study, bundle: Bundle) -> list[str]:
    """The study's conditions in the curve's order: natural, then its layers in depth order."""
    chosen = experiments.definition_of(study).layers
    return [NATURAL, *(layer for layer in bundle.layers if ALL in chosen or layer in chosen)]


def _tidy(rows: Sequence[Any], study: str, kind: str) -> pd.DataFrame:
    """The table of the codebook from the rows of `queries.main_trials`."""
    records = []
    for row in rows:
        record = dict(row._mapping)
        timing = record.pop("timing")
        records.append(
            {"study": study, "kind": kind, **record, **{name: timing.get(name) for name in TIMING_NAMES}}
        )
    table = pd.DataFrame(records, columns=[column.name for column in TRIAL_COLUMNS])
    for column in ("requested_image_ms", "achieved_image_ms", "frame_ms", "rt_ms"):
        table[column] = pd.to_numeric(table[column])
    for column in ("image_frames", "dropped_frames", "focus_losses"):
        table[column] = table[column].astype("Int64")
    off_ms = (table["achieved_image_ms"] - table["requested_image_ms"]).abs()
    within = (off_ms <= table["frame_ms"] + CLOCK_ROUNDING_MS).astype("boolean")
    table["image_within_one_frame"] = within.mask(off_ms.isna() | table["frame_ms"].isna())
    return table.astype({"completed": bool, "correct": bool, "hidden": "boolean"})


def _quality(trials: pd.DataFrame, durations_s: Sequence[float]) -> Quality:
    timed = trials["image_within_one_frame"].dropna()
    return Quality(
        median_duration_s=median(durations_s) if durations_s else None,
        median_rt_ms=float(trials["rt_ms"].median()) if len(trials) else None,
        timed_trials=len(timed),
        within_one_frame_share=float(timed.mean()) if len(timed) else None,
    )
