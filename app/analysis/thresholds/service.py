"""Thresholds of one audience of a study, from the database."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis import queries as trials_queries
from app.analysis.measures.exclusions import dropped_trials
from app.analysis.pages import steps_of_study
from app.analysis.results import StudyAnalysis
from app.analysis.thresholds import queries
from app.analysis.thresholds.dimensions import MeasuredDimension, ServedLevel
from app.analysis.thresholds.measured import Measured, measure
from app.analysis.thresholds.results import Thresholds
from app.analysis.thresholds.trial_table import abx_table
from app.db.tables import Bundle
from app.stimuli.levels import MADE_LIVE

Run = Callable[..., Awaitable[Any]]


async def thresholds(session: AsyncSession, analysis: StudyAnalysis) -> Thresholds:
    """All that is measured of an analysis; no answers yet are no error."""
    return Thresholds(
        analysis,
        await measured_of(session, analysis),
        await steps_of_study(session, analysis.study, analysis.audience),
    )


async def measured_of(
    session: AsyncSession, analysis: StudyAnalysis, run: Run = asyncio.to_thread
) -> Measured:
    """The thresholds of an analysis with its exclusions.

    `run` says where the work is done: beside the event loop, or in another process.
    """
    dimensions = await dimensions_of(session, analysis.bundles[0].bundle)
    table = await abx_trials(session, analysis, run)
    measured: Measured = await run(measure, analysis.study.name, analysis.audience, table, dimensions)
    return measured


async def abx_trials(
    session: AsyncSession, analysis: StudyAnalysis, run: Run = asyncio.to_thread
) -> pd.DataFrame:
    """Every trial that was given out (`trial_table.abx_columns`), with why any of them does not count."""
    study, audience = analysis.study, analysis.audience
    rows = await queries.abx_trials(session, study.id, audience)
    offsets = await trials_queries.utc_offsets(session, study.id, audience)
    records = [dict(row._mapping) for row in rows]
    table: pd.DataFrame = await run(abx_table, records, study.name, audience, analysis.task, offsets)
    people, gate_of, flags = table["participant_id"], analysis.flow.gate_of, analysis.flags
    dropped = dropped_trials(table, analysis.rules.trials)
    return table.assign(
        participant_excluded=[gate_of.get(who, "") for who in people],
        participant_flags=[" ".join(flags.get(who, ())) for who in people],
        trial_excluded=dropped.where(table["phase"].eq("main") & table["correct"].notna(), ""),
    )


async def dimensions_of(session: AsyncSession, bundle: Bundle) -> tuple[MeasuredDimension, ...]:
    """The dimensions of a bundle in its order, with their levels and certified pictures."""
    rows = await queries.served_levels(session, bundle.id)
    by_id: dict[str, list[Any]] = {}
    for row in rows:
        by_id.setdefault(row[0], []).append(row)
    return tuple(_dimension(one, by_id.get(one["id"], [])) for one in bundle.dimensions or ())


def _dimension(described: dict[str, Any], rows: Sequence[Any]) -> MeasuredDimension:
    grid = {number: cert["target"] for _, _, number, _, cert in rows if number < MADE_LIVE}
    return MeasuredDimension(
        id=described["id"],
        layer=described.get("layer", ""),
        component=described.get("component", 0),
        direction=described.get("direction", ""),
        unit=described.get("unit", "sd"),
        targets=tuple(grid[number] for number in sorted(grid)),
        served=tuple(_served(rows)),
    )


def _served(rows: Sequence[Any]) -> Iterable[ServedLevel]:
    for _, original, _, certified, certificate in rows:
        if certified:
            yield ServedLevel(original, certificate["target"], certificate["value"], certificate["rms"])
