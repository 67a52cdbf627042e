"""What the pre-registration of a study of thresholds says where it differs from that of recognition."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.ext.asyncio import AsyncSession

from app.adaptive.psychometric import CRITERION
from app.analysis.preregistered_recognition import Parts
from app.analysis.report import methods
from app.analysis.report import thresholds_methods as own
from app.analysis.thresholds.dimensions import MeasuredDimension, groups_of
from app.analysis.thresholds.measured import Measured, measure
from app.analysis.thresholds.service import dimensions_of
from app.analysis.thresholds.trial_table import abx_columns
from app.analysis.wording import plural
from app.db.tables import Bundle
from app.experiments.adaptive import ALL, Adaptive
from app.experiments.schemas import StudyDefinition
from synthesis.bundle.dimensions import CONTROL, DimensionManifest
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError


@dataclass(frozen=True)
class FrozenThresholds:
    """A study of thresholds before anybody took part. `manifest` is None where it cannot be read now."""

    definition: StudyDefinition
    measured: Measured
    manifest: DimensionManifest | None

    @property
    def adaptive(self) -> Adaptive:
        return self.definition.adaptive or Adaptive()

    @property
    def dimensions(self) -> tuple[MeasuredDimension, ...]:
        """Those that the study measures; the control is always among them."""
        chosen = self.adaptive.dimensions
        return tuple(
            one for one in self.measured.dimensions if chosen == [ALL] or one.id in (*chosen, CONTROL)
        )

    @property
    def main_trials(self) -> int:
        """The most that a session has."""
        each = self.adaptive.dimensions_per_session or len(self.dimensions)
        return min(each, len(self.dimensions)) * self.adaptive.trials_per_dimension


async def load(session: AsyncSession, definition: StudyDefinition, bundle: Bundle) -> FrozenThresholds:
    dimensions = await dimensions_of(session, bundle)
    nothing = pd.DataFrame({column.name: [] for column in abx_columns(definition.task)})
    try:
        manifest = BundleStore(bundle.path).read_sealed(DimensionManifest)
    except BundleError:
        manifest = None
    return FrozenThresholds(definition, measure(definition.name, "live", nothing, dimensions), manifest)


def parts(frozen: FrozenThresholds) -> Parts:
    return Parts(
        measured=_measured(frozen),
        conditions=_conditions(frozen),
        procedure=tuple(_procedure(frozen)),
        stimuli=tuple(_stimuli(frozen)),
        analyses=tuple(_analyses()),
    )


def _measured(frozen: FrozenThresholds) -> str:
    medium = frozen.definition.task.medium
    return (
        "The threshold along each dimension: the level at which an observer without lapses is right in "
        f"{CRITERION:.1%} of trials, in the dimension’s own unit and in RMS contrast. An answer says of "
        "which of two pictures a third one was. Response times, "
        f"from {medium.rt_onset}, are recorded as well."
    )


def _conditions(frozen: FrozenThresholds) -> str:
    groups = groups_of(frozen.dimensions)
    listed = "; ".join(
        f"{group or CONTROL}: {', '.join(one.id for one in dimensions)}"
        for group, dimensions in groups.items()
    )
    each = frozen.adaptive.dimensions_per_session
    some = "" if each is None or each >= len(frozen.dimensions) else f" A session has {each} of them."
    return f"There are {plural(len(frozen.dimensions), 'dimension')} within participants ({listed}).{some}"


def _procedure(frozen: FrozenThresholds) -> Iterator[str]:
    definition = frozen.definition
    own_durations = ", with durations of the study’s own" if definition.timing else ""
    yield (
        f"The task followed the preset {definition.preset}{own_durations}: "
        f"{definition.task.sentence(definition.parameters, 2)}"
    )
    yield from own.adaptation(frozen.adaptive, frozen.measured, definition.practice_trials)
    yield methods.course(definition, frozen.main_trials)


def _stimuli(frozen: FrozenThresholds) -> Iterator[str]:
    if frozen.manifest is None:
        yield "The bundle could not be read when this was written; its digest is below."
        return
    yield from own.pictures(frozen.manifest)


def _analyses() -> Iterator[str]:
    yield own.estimates()
    yield (
        "A threshold is said to be not measured well where its interval spans more than two octaves or where "
        "it lies outside the levels. The inference criterion is p < .05, two-sided, unless the authors state "
        "another above."
    )
