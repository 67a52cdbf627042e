"""The trials of a study of thresholds: which originals and dimensions each participant is shown; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.adaptive.schedule import AbxTrial, dimensions_of, schedule
from app.core.errors import Invalid
from app.core.randomness import secret_seed
from app.experiments.adaptive import ALL, Adaptive
from app.experiments.schemas import StudyDefinition
from app.stimuli.schemas import Candidate, LevelPicture
from synthesis.bundle.dimensions import CONTROL
from synthesis.bundle.manifest import NATURAL

MOST_TRIALS = 100_000


@dataclass(frozen=True)
class PlannedAbx:
    """One trial of a plan; `phase` is practice, main or catch. Its level is chosen when it is given out."""

    phase: str
    original: Candidate
    dimension: str
    changed_first: bool
    x_changed: bool


@dataclass(frozen=True)
class AbxDesign:
    """What a study of thresholds shows, and how its plans are drawn.

    `dimensions` are the ids of those that the study measures, in the order of the bundle, and `levels` their
    nominal levels, rising. `pictures` are the certified levels of each (dimension, original), rising.
    """

    seed: int
    adaptive: Adaptive
    practice: int
    dimensions: tuple[str, ...]
    originals: tuple[Candidate, ...]
    levels: Mapping[str, tuple[float, ...]]
    pictures: Mapping[tuple[str, str], tuple[LevelPicture, ...]]

    @property
    def per_session(self) -> int:
        """How many dimensions a session has."""
        return min(self.adaptive.dimensions_per_session or len(self.dimensions), len(self.dimensions))

    @cached_property
    def trials(self) -> int:
        """All trials of a participant, unless the study's rule ends the main part earlier."""
        main = self.per_session * self.adaptive.trials_per_dimension
        return self.practice + main + self.catch_trials

    @property
    def catch_trials(self) -> int:
        """Trials of a participant at the largest level, beside those of practice."""
        return round(self.adaptive.catch_share * self.per_session * self.adaptive.trials_per_dimension)

    @property
    def not_certified(self) -> int:
        """How many levels of the study's dimensions cannot be shown for want of a certificate."""
        levels = sum(len(self.levels[dimension]) for dimension in self.dimensions) * len(self.originals)
        return levels - sum(len(found) for found in self.pictures.values())

    def plan(self, slot: int) -> list[PlannedAbx]:
        """The trials of one participant in order."""
        return [self._planned(one) for one in self._schedule(slot)]

    def picture(self, dimension: str, natural_id: str, level: float) -> LevelPicture:
        """The certified picture whose nominal level is nearest to `level`, as a ratio; the lower of two."""
        found = self.pictures[dimension, natural_id]
        return min(found, key=lambda one: max(one.target / level, level / one.target))

    def largest(self, dimension: str, natural_id: str) -> LevelPicture:
        """The certified picture that is changed most."""
        return self.pictures[dimension, natural_id][-1]

    def _schedule(self, slot: int) -> list[AbxTrial]:
        always = tuple(n for n, dimension in enumerate(self.dimensions) if dimension == CONTROL)
        shown = dimensions_of(self.seed, slot, len(self.dimensions), self.per_session, always)
        return schedule(
            self.seed,
            slot,
            shown,
            len(self.originals),
            self.adaptive.trials_per_dimension,
            practice=self.practice,
            catch_share=self.adaptive.catch_share,
        )

    def _planned(self, trial: AbxTrial) -> PlannedAbx:
        return PlannedAbx(
            trial.kind,
            self.originals[trial.image],
            self.dimensions[trial.dimension],
            trial.changed_first,
            trial.x_changed,
        )


def abx_design(
    definition: StudyDefinition,
    known: Sequence[str],
    candidates: Sequence[Candidate],
    levels: Sequence[LevelPicture],
    secret: str = "",
) -> AbxDesign:
    """The design of a study on its bundle, of which `known` are the dimensions.

    Raises `Invalid`: a dimension is not in the bundle, there are fewer than two, one has a single level, a
    picture has no certified level along one of them, there are fewer catch trials than must be right, or a
    session would be too long.
    """
    adaptive = definition.measuring
    dimensions = _dimensions(adaptive, known)
    originals = sorted(
        (one for one in candidates if one.condition == NATURAL), key=lambda one: one.natural_id
    )
    nominal: dict[str, set[float]] = {dimension: set() for dimension in dimensions}
    pictures: dict[tuple[str, str], list[LevelPicture]] = {}
    for one in levels:
        if one.dimension in nominal:
            nominal[one.dimension].add(one.target)
            if one.certified:
                pictures.setdefault((one.dimension, one.natural_id), []).append(one)
    for dimension in dimensions:
        if len(nominal[dimension]) == 1:
            raise Invalid(
                "too_few_levels",
                f"adaptive.dimensions: {dimension!r} has one level, and a threshold lies among several; "
                "leave it out, or make a grid with more",
            )
        for original in originals:
            if (dimension, original.natural_id) not in pictures:
                raise Invalid(
                    "no_certified_level",
                    f"adaptive.dimensions: no level of {original.natural_id!r} along {dimension!r} passed "
                    "its certificate; leave the dimension out, or make the bundle again without the picture",
                )
    design = AbxDesign(
        seed=secret_seed(definition.seed, secret),
        adaptive=adaptive,
        practice=definition.practice_trials,
        dimensions=dimensions,
        originals=tuple(originals),
        levels={dimension: tuple(sorted(nominal[dimension])) for dimension in dimensions},
        pictures={key: tuple(sorted(found, key=lambda one: one.target)) for key, found in pictures.items()},
    )
    _require_possible(design, definition.exclusions.catch_right_below)
    return design


def _require_possible(design: AbxDesign, least: int | None) -> None:
    """Raises `Invalid`: fewer catch trials than the `least` that must be right, or too long a session."""
    if least is not None and least > design.catch_trials:
        raise Invalid(
            "too_few_catch_trials",
            f"exclusions.catch_right_below: {least} of {design.catch_trials} catch trials cannot be right; "
            "lower it, or give a larger adaptive.catch_share",
        )
    if design.trials > MOST_TRIALS:
        raise Invalid(
            "too_many_trials",
            f"adaptive: a session would have {design.trials:,} trials; give fewer trials_per_dimension or "
            f"dimensions_per_session, so that there are {MOST_TRIALS:,} at most",
        )


def _dimensions(adaptive: Adaptive, known: Sequence[str]) -> tuple[str, ...]:
    """Those that a study measures, in the order of the bundle; the control is always among them."""
    wanted = known if adaptive.dimensions == [ALL] else adaptive.dimensions
    if unknown := [name for name in wanted if name not in known]:
        raise Invalid(
            "unknown_dimension",
            f"adaptive.dimensions: the bundle has no dimension {unknown[0]!r}; it has {', '.join(known)}",
        )
    found = tuple(name for name in known if name in wanted or name == CONTROL)
    if len(found) < 2:
        raise Invalid(
            "too_few_dimensions",
            "adaptive.dimensions: a study needs two at least, so that none comes twice running; take "
            "another, or make a grid with the control",
        )
    return found
