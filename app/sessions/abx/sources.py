"""Where the levels of a study of thresholds come from: a grid made before, or pictures made meanwhile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import PictureRequest
from app.experiments.abx_design import AbxDesign
from app.live_pictures import service as live_pictures
from app.live_pictures.steps import steps_of
from app.sessions.abx.queries import Open, Shown
from app.stimuli.schemas import LevelPicture


class LevelSource(Protocol):
    """What can be chosen, and the picture of what was chosen."""

    def levels(self, design: AbxDesign, dimension: str) -> Sequence[float]:
        """The nominal levels that a procedure chooses from, rising."""

    async def shown(
        self, session: AsyncSession, design: AbxDesign, trial: Open, level: float, now: datetime
    ) -> Shown:
        """The picture of a trial at one of these levels. Without a picture, it is being made."""


class Grid:
    """The certified pictures of the bundle."""

    def levels(self, design: AbxDesign, dimension: str) -> Sequence[float]:
        return design.levels[dimension]

    async def shown(
        self, session: AsyncSession, design: AbxDesign, trial: Open, level: float, now: datetime
    ) -> Shown:
        return shows(design.picture(trial.dimension, trial.natural_id, level))


class Live:
    """Fine steps between the ends of the grid. What the grid does not have is asked for, once for all."""

    def levels(self, design: AbxDesign, dimension: str) -> Sequence[float]:
        return steps_of(design.levels[dimension])

    async def shown(
        self, session: AsyncSession, design: AbxDesign, trial: Open, level: float, now: datetime
    ) -> Shown:
        if level in design.levels[trial.dimension]:
            return shows(design.picture(trial.dimension, trial.natural_id, level))
        request = await self._asked(session, design, trial, level, now)
        if request.state in ("queued", "taken"):
            return Shown()
        return await self._ended(session, design, trial, level, request)

    async def settled(
        self, session: AsyncSession, design: AbxDesign, trial: Open, level: float, now: datetime
    ) -> Shown:
        """What a trial shows whose picture was waited for: it, or the nearest that is there."""
        request = await self._asked(session, design, trial, level, now)
        return await self._ended(session, design, trial, level, request)

    async def _asked(
        self, session: AsyncSession, design: AbxDesign, trial: Open, level: float, now: datetime
    ) -> PictureRequest:
        step = list(self.levels(design, trial.dimension)).index(level)
        return await live_pictures.ask(
            session, trial.bundle_id, trial.original_id, trial.dimension, step, level, now
        )

    async def _ended(
        self, session: AsyncSession, design: AbxDesign, trial: Open, level: float, request: PictureRequest
    ) -> Shown:
        if request.stimulus_id is not None:
            made = await live_pictures.picture(session, request.stimulus_id)
            if made.certified:
                return shows(made)
        which = (trial.bundle_id, trial.natural_id, trial.dimension)
        there = [*design.pictures[trial.dimension, trial.natural_id]]
        there += await live_pictures.certified(session, *which)
        return shows(nearest(there, level), fell_back=request.stimulus_id is None)


LIVE = Live()
SOURCES: dict[str, LevelSource] = {"grid": Grid(), "live": LIVE}


def shows(picture: LevelPicture, *, fell_back: bool = False) -> Shown:
    return Shown(picture.id, picture.value, fell_back)


def nearest(pictures: Sequence[LevelPicture], level: float) -> LevelPicture:
    """That whose nominal level is nearest to `level`, as a ratio; the lower of two."""
    rising = sorted(pictures, key=lambda one: one.target)
    return min(rising, key=lambda one: max(one.target / level, level / one.target))
