"""A study's rows as an archive has them, some thousands at a time, and their way back."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import utc_text
from app.db.tables import (
    AbxTrial,
    Event,
    Participant,
    PlannedTrial,
    Recruitment,
    Response,
    StepResult,
    Stimulus,
    StudyStimulus,
)
from app.experiments.service import NetworkBundle
from app.stimuli.levels import MADE_LIVE

Rows = AsyncIterator[dict[str, Any]]
AT_ONCE = 5_000
OF_ANSWER = ("answer", "correct", "rt_ms", "timing", "received_at", "on_time", "attended", "flags")


class StudyRows:
    """Places are learnt as rows are written: bundles, stimuli and people come before what names them."""

    def __init__(self, session: AsyncSession, study_id: int, bundles: list[NetworkBundle]) -> None:
        self._session, self._study_id, self._bundles = session, study_id, bundles
        self._stimuli: dict[int, int] = {}
        self._own: dict[int, int] = {}
        self._people: dict[int, int] = {}

    async def bundles(self) -> Rows:
        for one in self._bundles:
            yield {"network": one.network, **_columns(one.bundle, *OF_BUNDLE)}

    async def stimuli(self) -> Rows:
        for place, one in enumerate(self._bundles):
            query = self._shown_of(select(Stimulus), one)
            async for row in self._each(query.order_by(Stimulus.id)):
                self._stimuli[row[0].id] = len(self._stimuli)
                yield {"bundle": place, **_columns(row[0], *OF_STIMULUS)}

    async def own_stimuli(self) -> Rows:
        query = select(StudyStimulus).where(StudyStimulus.study_id == self._study_id)
        async for (row,) in self._each(query.order_by(StudyStimulus.id)):
            self._own[row.id] = len(self._own)
            data = b64encode(row.data).decode()
            yield {"category": row.category, "media_type": row.media_type, "data": data}

    async def people(self) -> Rows:
        query = select(Participant).where(Participant.study_id == self._study_id).order_by(Participant.id)
        async for (row,) in self._each(query):
            self._people[row.id] = len(self._people)
            yield _columns(row, *OF_PERSON)

    async def trials(self) -> Rows:
        answer = [getattr(Response, name).label(f"a_{name}") for name in OF_ANSWER]
        abx = [getattr(AbxTrial, name).label(f"x_{name}") for name in OF_ABX]
        query = self._of_people(
            select(
                PlannedTrial.participant_id,
                PlannedTrial.trial_index,
                PlannedTrial.phase,
                PlannedTrial.stimulus_id,
                PlannedTrial.study_stimulus_id,
                PlannedTrial.set_aside_at,
                PlannedTrial.dropped_at,
                AbxTrial.stimulus_id.label("changed_id"),
                *abx,
                Response.id,
                *answer,
            )
            .outerjoin(AbxTrial, AbxTrial.planned_trial_id == PlannedTrial.id)
            .outerjoin(Response, Response.planned_trial_id == PlannedTrial.id),
            PlannedTrial,
        )
        async for row in self._each(query.order_by(PlannedTrial.participant_id, PlannedTrial.trial_index)):
            yield {
                "person": self._people[row.participant_id],
                "trial_index": row.trial_index,
                "phase": row.phase,
                "stimulus": _place(self._stimuli, row.stimulus_id),
                "own_stimulus": _place(self._own, row.study_stimulus_id),
                "set_aside_at": _value(row.set_aside_at),
                "dropped_at": _value(row.dropped_at),
                "abx": None
                if row.x_dimension is None
                else {
                    "stimulus": _place(self._stimuli, row.changed_id),
                    **{name: _value(getattr(row, f"x_{name}")) for name in OF_ABX},
                },
                "answer": None
                if row.id is None
                else {name: _value(getattr(row, f"a_{name}")) for name in OF_ANSWER},
            }

    async def steps(self) -> Rows:
        query = self._of_people(select(StepResult), StepResult)
        async for (row,) in self._each(query.order_by(StepResult.participant_id, StepResult.position)):
            found = _columns(row, "position", "kind", "result", "flags", "received_at")
            yield {"person": self._people[row.participant_id], **found}

    async def events(self) -> Rows:
        query = self._of_people(select(Event), Event)
        async for (row,) in self._each(query.order_by(Event.participant_id, Event.id)):
            found = _columns(row, "kind", "detail", "happened_at")
            yield {"person": self._people[row.participant_id], **found}

    async def panel_ids(self) -> Rows:
        query = select(Recruitment).where(Recruitment.study_id == self._study_id)
        async for (row,) in self._each(query.order_by(Recruitment.participant_id)):
            found = _columns(row, "source", "visit", "errand")
            yield {"person": self._people[row.participant_id], "panel_id": row.person, **found}

    async def made_live(self, one: NetworkBundle) -> list[str]:
        """The blobs of the pictures that were made while the study ran and that its trials showed."""
        query = self._shown_of(select(Stimulus.blob_sha256), one).where(Stimulus.seed >= MADE_LIVE)
        return sorted(await self._session.scalars(query))

    def _shown_of(self, query: Select[Any], one: NetworkBundle) -> Select[Any]:
        """A bundle's stimuli; of those that were made while a study ran, the ones that this study showed."""
        query = query.where(Stimulus.bundle_id == one.bundle.id)
        if one.bundle.dimensions is None:
            return query
        shown = self._of_people(
            select(AbxTrial.stimulus_id).join(PlannedTrial, PlannedTrial.id == AbxTrial.planned_trial_id),
            PlannedTrial,
        )
        return query.where(or_(Stimulus.seed < MADE_LIVE, Stimulus.id.in_(shown)))

    def _of_people(self, query: Select[Any], table: Any) -> Select[Any]:
        return query.join(Participant, Participant.id == table.participant_id).where(
            Participant.study_id == self._study_id
        )

    async def _each(self, query: Select[Any]) -> AsyncIterator[Any]:
        rows = await self._session.stream(query)
        async for part in rows.partitions(AT_ONCE):
            for row in part:
                yield row
            self._session.expunge_all()  # rows that were written are not kept


OF_BUNDLE = ("digest", "model", "medium", "layers", "categories", "dimensions", "ingested_at")
OF_ABX = ("dimension", "changed_first", "x_changed", "asked_level", "level", "fell_back", "issued_at")
OF_STIMULUS = (
    "natural_id", "category", "condition", "seed", "blob_sha256", "source_sha256", "media_type", "certified",
    "certificate",
)  # fmt: skip
OF_PERSON = (
    "audience", "slot", "status", "outcome", "consented_at", "last_seen_at", "completed_at", "ended_at",
    "flags",
)  # fmt: skip


def _columns(row: Any, *names: str) -> dict[str, Any]:
    return {name: _value(getattr(row, name)) for name in names}


def _value(value: Any) -> Any:
    return utc_text(value) if isinstance(value, datetime) else value


def _place(places: Mapping[int, int], row_id: int | None) -> int | None:
    return None if row_id is None else places[row_id]


async def insert_rows(session: AsyncSession, table: Any, rows: list[dict[str, Any]]) -> list[int]:
    """Store rows; returns their ids in the order of the rows."""
    if not rows:
        return []
    statement = insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(await session.scalars(statement, rows))


async def add_rows(session: AsyncSession, table: Any, rows: list[dict[str, Any]]) -> None:
    """Store rows whose ids are given."""
    if rows:
        await session.execute(insert(table), rows)


async def known_stimuli(session: AsyncSession, bundle_id: int) -> dict[tuple[str, str, int, str], int]:
    """The ids of a bundle's stimuli by natural stimulus, condition, seed and blob."""
    query = select(
        Stimulus.natural_id, Stimulus.condition, Stimulus.seed, Stimulus.blob_sha256, Stimulus.id
    ).where(Stimulus.bundle_id == bundle_id)
    rows = await session.execute(query)
    return {(natural, condition, seed, blob): row_id for natural, condition, seed, blob, row_id in rows}
