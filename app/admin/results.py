"""The results of a study as its page shows them, counted anew only when something has changed."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.ext.asyncio import AsyncSession

from app.admin.irregular import Irregular
from app.admin.irregular import load as load_irregular
from app.analysis.aside import aside
from app.analysis.inference import stage_effects
from app.analysis.matrices.matrix import Record
from app.analysis.results import Quality, StudyAnalysis
from app.analysis.service import analyse, quality
from app.analysis.thresholds.measured import Measured
from app.analysis.thresholds.service import measured_of
from app.db.tables import Study
from app.experiments.schemas import Audience
from app.progress import service as progress

KEPT = 16


@dataclass(frozen=True)
class Results:
    """`effects` are of a study of recognition, `measured` of one of thresholds."""

    analysis: StudyAnalysis
    quality: Quality
    irregular: Irregular
    effects: Sequence[tuple[str, Record]]
    measured: Measured | None


class ResultsKept:
    """Results by study and audience, with the version of the data that they were counted from."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, Audience], tuple[Any, Results]] = OrderedDict()

    async def of(self, session: AsyncSession, study: Study, audience: Audience) -> Results:
        """The results of the data as they are in this transaction."""
        key = (study.id, audience)
        version = (study.status, study.opened_at, *await progress.version(session, study.id))
        kept = self._kept.get(key)
        if kept is None or kept[0] != version:
            kept = version, await _counted(session, study, audience)
            self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept[1]


async def _counted(session: AsyncSession, study: Study, audience: Audience) -> Results:
    analysis = await analyse(session, study.name, audience)
    return Results(
        analysis,
        await quality(session, analysis),
        await load_irregular(session, analysis),
        () if analysis.adaptive else await run_in_threadpool(stage_effects, analysis),
        await measured_of(session, analysis, run=aside) if analysis.adaptive else None,
    )
