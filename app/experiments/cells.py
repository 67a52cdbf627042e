"""Which pictures a study may show, in the numbers that the design works with; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.core.errors import Invalid
from app.experiments import design
from app.experiments.schemas import ALL, StudyDefinition
from app.stimuli.schemas import Picture
from synthesis.bundle.manifest import NATURAL


@dataclass(frozen=True)
class PlannedPicture:
    phase: str
    picture: Picture


@dataclass(frozen=True)
class Cells:
    """`valid` has shape (stimuli, conditions): cells with at least one certified picture."""

    seed: int
    natural_ids: tuple[str, ...]
    conditions: tuple[str, ...]
    pictures: dict[design.Cell, list[Picture]]
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
        return int((~self._main).sum())

    @cached_property
    def _main(self) -> design.Matrix:
        return np.delete(self.valid, list(self.practice), axis=0)

    @property
    def empty_conditions(self) -> list[str]:
        """Conditions without any picture for the main part."""
        counts = self._main.sum(axis=0)
        return [name for name, count in zip(self.conditions, counts, strict=True) if count == 0]

    @cached_property
    def trials(self) -> int:
        """Trials of a participant, practice included, rounded: participants' numbers differ a little."""
        return len(self.practice) + round(design.mean_main_trials(self.valid, self.practice))

    def plan(self, slot: int) -> list[PlannedPicture]:
        """The pictures of one participant in order."""
        plan = design.make_plan(self.seed, slot, self.valid, self.practice)
        natural = self.conditions.index(NATURAL)
        practice = [
            PlannedPicture("practice", self._picture((n, natural), plan.block)) for n in plan.practice
        ]
        return practice + [PlannedPicture("main", self._picture(cell, plan.block)) for cell in plan.main]

    def _picture(self, cell: design.Cell, block: int) -> Picture:
        """Where a cell has metamers of several seeds, the blocks take turns."""
        candidates = self.pictures[cell]
        return candidates[block % len(candidates)]


def study_cells(
    definition: StudyDefinition, bundle_layers: Sequence[str], bundle_pictures: Sequence[Picture]
) -> Cells:
    """The cells of a study on the pictures of its bundle.

    Raises `Invalid`: a layer is not in the bundle, there are too few pictures for practice, or a condition
    has no certified picture at all.
    """
    conditions = (NATURAL, *_layers(definition, bundle_layers))
    naturals = sorted((p for p in bundle_pictures if p.condition == NATURAL), key=lambda p: p.natural_id)
    number = {natural.natural_id: n for n, natural in enumerate(naturals)}
    try:
        practice = design.choose_practice(
            definition.seed, [natural.category for natural in naturals], definition.practice_trials
        )
    except ValueError as error:
        raise Invalid(
            "too_few_pictures", f"practice_trials: {error}; lower it or make a larger bundle"
        ) from None
    pictures: dict[design.Cell, list[Picture]] = {}
    for picture in sorted(bundle_pictures, key=lambda p: p.seed):
        if picture.certified and picture.condition in conditions:
            cell = (number[picture.natural_id], conditions.index(picture.condition))
            pictures.setdefault(cell, []).append(picture)
    cells = Cells(definition.seed, tuple(number), conditions, pictures, practice)
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
