"""Which pictures a study may show, in the numbers that the design works with; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.core.errors import Invalid
from app.db.tables import Stimulus
from app.experiments import design
from app.experiments.schemas import ALL, StudyDefinition
from synthesis.bundle.manifest import NATURAL


@dataclass(frozen=True)
class PlannedPicture:
    phase: str
    stimulus: Stimulus


@dataclass(frozen=True)
class Cells:
    """`valid` has shape (stimuli, conditions): cells with at least one certified picture."""

    seed: int
    natural_ids: tuple[str, ...]
    conditions: tuple[str, ...]
    pictures: dict[design.Cell, list[Stimulus]]
    practice: tuple[int, ...]

    @cached_property
    def valid(self) -> design.Matrix:
        valid = np.zeros((len(self.natural_ids), len(self.conditions)), dtype=bool)
        for cell in self.pictures:
            valid[cell] = True
        return valid

    @cached_property
    def not_certified(self) -> int:
        """How many cells of the main part are left out for want of a certified picture."""
        main = np.delete(self.valid, list(self.practice), axis=0)
        return int((~main).sum())

    @cached_property
    def trials(self) -> int:
        """Trials of the first participant, practice included; that of others may differ by one or two."""
        return len(self.plan(0))

    def plan(self, slot: int) -> list[PlannedPicture]:
        """The pictures of one participant in order."""
        plan = design.make_plan(self.seed, slot, self.valid, self.practice)
        natural = self.conditions.index(NATURAL)
        practice = [
            PlannedPicture("practice", self._picture((n, natural), plan.block)) for n in plan.practice
        ]
        return practice + [PlannedPicture("main", self._picture(cell, plan.block)) for cell in plan.main]

    def _picture(self, cell: design.Cell, block: int) -> Stimulus:
        """Where a cell has metamers of several seeds, the blocks take turns."""
        candidates = self.pictures[cell]
        return candidates[block % len(candidates)]


def study_cells(
    definition: StudyDefinition, bundle_layers: Sequence[str], stimuli: Sequence[Stimulus]
) -> Cells:
    """The cells of a study on the stimuli of its bundle.

    Raises `Invalid`: a layer is not in the bundle, there are too few pictures for practice, or a condition
    has no certified picture at all.
    """
    conditions = (NATURAL, *_layers(definition, bundle_layers))
    naturals = sorted((s for s in stimuli if s.condition == NATURAL), key=lambda s: s.natural_id)
    number = {natural.natural_id: n for n, natural in enumerate(naturals)}
    try:
        practice = design.choose_practice(
            definition.seed, [natural.category for natural in naturals], definition.practice_trials
        )
    except ValueError as error:
        raise Invalid(
            "too_few_pictures", f"practice_trials: {error}; lower it or make a larger bundle"
        ) from None
    pictures: dict[design.Cell, list[Stimulus]] = {}
    for stimulus in sorted(stimuli, key=lambda s: s.seed):
        if stimulus.certified and stimulus.condition in conditions:
            cell = (number[stimulus.natural_id], conditions.index(stimulus.condition))
            pictures.setdefault(cell, []).append(stimulus)
    cells = Cells(definition.seed, tuple(number), conditions, pictures, practice)
    _require_every_condition(cells)
    return cells


def _layers(definition: StudyDefinition, bundle_layers: Sequence[str]) -> list[str]:
    if definition.layers == [ALL]:
        return list(bundle_layers)
    unknown = [layer for layer in definition.layers if layer not in bundle_layers]
    if unknown:
        known = ", ".join(bundle_layers)
        raise Invalid("unknown_layer", f"layers: the bundle has no layer {unknown[0]!r}; it has {known}")
    return [layer for layer in bundle_layers if layer in definition.layers]


def _require_every_condition(cells: Cells) -> None:
    main = np.delete(cells.valid, list(cells.practice), axis=0)
    for condition, certified in zip(cells.conditions, main.sum(axis=0), strict=True):
        if certified == 0:
            raise Invalid(
                "empty_condition",
                f"layers: no metamer of {condition!r} passed its certificate; leave the layer out",
            )
