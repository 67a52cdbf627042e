"""Which stimuli a study may present, in the numbers that the design works with; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.core.errors import Invalid
from app.core.randomness import secret_seed
from app.experiments import design
from app.experiments.schemas import ALL, StudyDefinition
from app.stimuli.schemas import Candidate
from synthesis.bundle.manifest import NATURAL


@dataclass(frozen=True)
class PlannedStimulus:
    phase: str
    stimulus: Candidate


@dataclass(frozen=True)
class Cells:
    """`valid` has shape (stimuli, conditions): cells with at least one certified stimulus."""

    seed: int
    natural_ids: tuple[str, ...]
    conditions: tuple[str, ...]
    stimuli: dict[design.Cell, list[Candidate]]
    practice: tuple[int, ...]

    @cached_property
    def valid(self) -> design.Matrix:
        valid = np.zeros((len(self.natural_ids), len(self.conditions)), dtype=bool)
        for cell in self.stimuli:
            valid[cell] = True
        return valid

    @cached_property
    def not_certified(self) -> int:
        """How many cells of the main part are left out for want of a certified stimulus."""
        return int((~self._main).sum())

    @cached_property
    def _main(self) -> design.Matrix:
        return np.delete(self.valid, list(self.practice), axis=0)

    @property
    def empty_conditions(self) -> list[str]:
        """Conditions without any stimulus for the main part."""
        counts = self._main.sum(axis=0)
        return [name for name, count in zip(self.conditions, counts, strict=True) if count == 0]

    @cached_property
    def trials(self) -> int:
        """Trials of a participant, practice included, rounded: participants' numbers differ a little."""
        return len(self.practice) + round(design.mean_main_trials(self.valid, self.practice))

    def plan(self, slot: int) -> list[PlannedStimulus]:
        """The stimuli of one participant in order."""
        plan = design.make_plan(self.seed, slot, self.valid, self.practice)
        natural = self.conditions.index(NATURAL)
        practice = [
            PlannedStimulus("practice", self._stimulus((n, natural), plan.block)) for n in plan.practice
        ]
        return practice + [PlannedStimulus("main", self._stimulus(cell, plan.block)) for cell in plan.main]

    def _stimulus(self, cell: design.Cell, block: int) -> Candidate:
        """Where a cell has metamers of several seeds, the blocks take turns."""
        candidates = self.stimuli[cell]
        return candidates[block % len(candidates)]


def study_cells(
    definition: StudyDefinition,
    bundle_layers: Sequence[str],
    candidates: Sequence[Candidate],
    secret: str = "",
) -> Cells:
    """The cells of a study on the stimuli of its bundle.

    With the study's secret nobody else can work out its plans from its published seed.

    Raises `Invalid`: a layer is not in the bundle, there are too few stimuli for practice, or a condition
    has no certified stimulus at all.
    """
    conditions = (NATURAL, *_layers(definition, bundle_layers))
    naturals = sorted((p for p in candidates if p.condition == NATURAL), key=lambda p: p.natural_id)
    number = {natural.natural_id: n for n, natural in enumerate(naturals)}
    seed = secret_seed(definition.seed, secret)
    try:
        practice = design.choose_practice(
            seed, [natural.category for natural in naturals], definition.practice_trials
        )
    except ValueError as error:
        raise Invalid(
            "too_few_stimuli", f"practice_trials: {error}; lower it or make a larger bundle"
        ) from None
    stimuli: dict[design.Cell, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda p: p.seed):
        if one.certified and one.condition in conditions:
            cell = (number[one.natural_id], conditions.index(one.condition))
            stimuli.setdefault(cell, []).append(one)
    cells = Cells(seed, tuple(number), conditions, stimuli, practice)
    if empty := cells.empty_conditions:
        raise Invalid(
            "empty_condition",
            f"layers: no metamer of {empty[0]!r} passed its certificate; leave the layer out",
        )
    return cells


def _layers(definition: StudyDefinition, bundle_layers: Sequence[str]) -> list[str]:
    if definition.layers == [ALL]:
        return list(bundle_layers)
    unknown = [layer for layer in definition.layers if layer not in bundle_layers]
    if unknown:
        known = ", ".join(bundle_layers)
        raise Invalid("unknown_layer", f"layers: the bundle has no layer {unknown[0]!r}; it has {known}")
    return [layer for layer in bundle_layers if layer in definition.layers]
