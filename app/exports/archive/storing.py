"""The rows of an archive into the database, some thousands at a time."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.tokens import new_asset_token, new_token, token_sha256
from app.db.tables import (
    AbxTrial,
    Bundle,
    Event,
    Participant,
    PlannedTrial,
    Recruitment,
    Response,
    StepResult,
    StudyStimulus,
)
from app.exports.archive import layout
from app.exports.archive.batches import at, batches
from app.exports.archive.checking import Archive, refuse
from app.exports.archive.queries import add_rows, insert_rows
from app.exports.archive.stimuli import store_stimuli


class Storing:
    """Stores an archive's rows; ids are the database's own, by the rows' places in the archive.

    Tokens are drawn anew, and nobody is told them: no page can go on with a session of an imported study.
    """

    def __init__(self, session: AsyncSession, archive: Archive, study_id: int) -> None:
        self._session, self._archive, self._study_id = session, archive, study_id
        self._stimuli: list[int] = []
        self._own: list[int] = []
        self._people: list[int] = []
        self._audiences: list[str] = []

    async def store(self, bundles: Sequence[tuple[Bundle, bool]]) -> None:
        """`bundles` are in order, each with whether it is new here. Raises `Invalid`."""
        self._stimuli = await store_stimuli(self._session, self._archive, bundles)
        await self._store_own_stimuli()
        await self._store_people()
        await self._store_trials()
        await self._store_steps()
        await self._store_events()
        if self._archive.index.with_panel_ids:
            await self._store_panel_ids()

    async def _store_own_stimuli(self) -> None:
        for row in self._archive.rows("own_stimuli", layout.OwnStimulusRow):
            self._own += await self._insert(StudyStimulus, [{"study_id": self._study_id, **row.model_dump()}])

    async def _store_people(self) -> None:
        for rows in batches(self._archive.rows("people", layout.PersonRow)):
            self._audiences += [row.audience for row in rows]
            self._people += await self._insert(
                Participant,
                [
                    {
                        "study_id": self._study_id,
                        "token_sha256": token_sha256(new_token()),
                        "flags": _texts(row.flags),
                        **row.model_dump(exclude={"flags"}),
                    }
                    for row in rows
                ],
            )

    async def _store_trials(self) -> None:
        for rows in batches(self._archive.rows("trials", layout.TrialRow)):
            planned = await self._insert(PlannedTrial, [self._planned(row) for row in rows])
            answers = [
                {
                    "planned_trial_id": planned_id,
                    "client_uuid": str(uuid4()),
                    "flags": _texts(row.answer.flags),
                    **row.answer.model_dump(exclude={"flags"}),
                }
                for planned_id, row in zip(planned, rows, strict=True)
                if row.answer is not None
            ]
            await self._insert(Response, answers)
            await add_rows(
                self._session,
                AbxTrial,
                [
                    {
                        "planned_trial_id": planned_id,
                        "stimulus_id": self._stimulus(row.abx.stimulus),
                        **row.abx.model_dump(exclude={"stimulus"}),
                    }
                    for planned_id, row in zip(planned, rows, strict=True)
                    if row.abx is not None
                ],
            )

    def _planned(self, row: layout.TrialRow) -> dict[str, Any]:
        if (row.stimulus is None) == (row.own_stimulus is None):
            refuse(self._archive.path, f"trial {row.trial_index} of person {row.person} has not one stimulus")
        own = row.own_stimulus
        return {
            "participant_id": at(self._archive, self._people, row.person, "person"),
            "trial_index": row.trial_index,
            "phase": row.phase,
            "stimulus_id": self._stimulus(row.stimulus),
            "study_stimulus_id": None if own is None else at(self._archive, self._own, own, "own stimulus"),
            "asset_token": new_asset_token(),
            "set_aside_at": row.set_aside_at,
            "dropped_at": row.dropped_at,
        }

    def _stimulus(self, place: int | None) -> int | None:
        return None if place is None else at(self._archive, self._stimuli, place, "stimulus")

    async def _store_steps(self) -> None:
        for rows in batches(self._archive.rows("steps", layout.StepRow)):
            await self._insert(
                StepResult,
                [
                    {
                        "participant_id": at(self._archive, self._people, row.person, "person"),
                        "client_uuid": str(uuid4()),
                        "flags": _texts(row.flags),
                        **row.model_dump(exclude={"person", "flags"}),
                    }
                    for row in rows
                ],
            )

    async def _store_events(self) -> None:
        for rows in batches(self._archive.rows("events", layout.EventRow)):
            await self._insert(
                Event,
                [
                    {
                        "participant_id": at(self._archive, self._people, row.person, "person"),
                        **row.model_dump(exclude={"person"}),
                    }
                    for row in rows
                ],
            )

    async def _store_panel_ids(self) -> None:
        for rows in batches(self._archive.rows(layout.PANEL, layout.PanelRow)):
            await self._insert(
                Recruitment,
                [
                    {
                        "participant_id": at(self._archive, self._people, row.person, "person"),
                        "study_id": self._study_id,
                        "audience": self._audiences[row.person],
                        "source": row.source,
                        "person": row.panel_id,
                        "visit": row.visit,
                        "errand": row.errand,
                    }
                    for row in rows
                ],
            )

    async def _insert(self, table: Any, rows: list[dict[str, Any]]) -> list[int]:
        return await insert_rows(self._session, table, rows)


def _texts(flags: Any) -> list[str]:
    return [flag for flag in flags if isinstance(flag, str)] if isinstance(flags, list) else []
