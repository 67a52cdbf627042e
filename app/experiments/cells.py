"""Which stimuli a study may present, in the numbers that the design works with; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.core.errors import Invalid
from app.core.randomness import generator, secret_seed
from app.experiments import design
from app.experiments.balance import most_trials
from app.experiments.conditions import Conditions, Network, chosen_layers
from app.experiments.naturals import SharedNatural, shared_naturals
from app.experiments.schemas import ALL, StudyDefinition
from app.stimuli.schemas import Candidate
from synthesis.bundle.manifest import NATURAL


@dataclass(frozen=True)
class PlannedStimulus:
    phase: str
    stimulus: Candidate


@dataclass(frozen=True)
class BundleStimuli:
    """What a bundle of a study holds. `layers` are all matched ones; `network` is its name in the study."""

    network: str
    layers: Sequence[str]
    candidates: Sequence[Candidate]


@dataclass(frozen=True)
class Cells:
    """`stimuli` holds what may be shown of each cell that has any, by seed; these cells are `valid`, shape
    (stimuli, conditions).

    `main_trials` are those of every participant; None where participants' numbers differ a little.
    """

    seed: int
    naturals: tuple[SharedNatural, ...]
    conditions: Conditions
    stimuli: dict[design.Cell, list[Candidate]]
    practice: tuple[int, ...]
    valid: design.Matrix
    main_trials: int | None

    @cached_property
    def not_certified(self) -> int:
        """How many cells of the main part are left out for want of a certified stimulus."""
        return int((~np.delete(self.valid, list(self.practice), axis=0)).sum())

    @cached_property
    def trials(self) -> int:
        """Trials of a participant, practice included, rounded where participants' numbers differ."""
        if self.main_trials is not None:
            return len(self.practice) + self.main_trials
        return len(self.practice) + round(design.mean_main_trials(self.valid, self.practice))

    def plan(self, slot: int) -> list[PlannedStimulus]:
        """The stimuli of one participant in order."""
        plan = design.make_plan(self.seed, slot, self.valid, self.practice, self.main_trials)
        natural = self.conditions.names.index(NATURAL)
        practice = [
            PlannedStimulus("practice", self._stimulus((n, natural), plan.block)) for n in plan.practice
        ]
        return practice + [PlannedStimulus("main", self._stimulus(cell, plan.block)) for cell in plan.main]

    def _stimulus(self, cell: design.Cell, block: int) -> Candidate:
        """Where a cell has metamers of several seeds, the blocks take turns."""
        candidates = self.stimuli[cell]
        return candidates[block % len(candidates)]


def study_cells(definition: StudyDefinition, bundles: Sequence[BundleStimuli], secret: str = "") -> Cells:
    """The cells of a study on the stimuli of its bundles, which are in the order of the study file.

    With the study's secret nobody else can work out its plans from its published seed.

    Raises `Invalid`: a layer is not in its bundle, the bundles hold different natural stimuli, there are too
    few of them for practice or for the main trials, or a condition has no certified stimulus at all.
    """
    conditions = study_conditions(definition, [(bundle.network, bundle.layers) for bundle in bundles])
    naturals = shared_naturals([(bundle.network, bundle.candidates) for bundle in bundles])
    seed = secret_seed(definition.seed, secret)
    try:
        categories = [natural.category for natural in naturals]
        practice = design.choose_practice(seed, categories, definition.practice_trials)
    except ValueError as error:
        raise Invalid(
            "too_few_stimuli", f"practice_trials: {error}; lower it or make a larger bundle"
        ) from None
    stimuli = _by_cell(bundles, conditions, naturals, _natural_bundles(seed, naturals, practice))
    valid = np.zeros((len(naturals), len(conditions.names)), dtype=bool)
    valid[tuple(zip(*stimuli, strict=True))] = True
    main_trials = _main_trials(definition, conditions, design.without(valid, practice))
    return Cells(seed, naturals, conditions, stimuli, practice, valid, main_trials)


def study_conditions(definition: StudyDefinition, bundles: Sequence[tuple[str, Sequence[str]]]) -> Conditions:
    """The conditions of a study on bundles, each given as its network's name and its matched layers.

    Raises `Invalid`: a layer is not in its bundle.
    """
    networks = []
    for source, (network, matched) in zip(definition.sources, bundles, strict=True):
        try:
            layers = chosen_layers(matched, source.layers, ALL)
        except ValueError as error:
            raise Invalid("unknown_layer", f"{_layers_of(definition, network)}: {error}") from None
        networks.append(Network(network, layers))
    return Conditions(tuple(networks), named=definition.stimuli is not None)


def _layers_of(definition: StudyDefinition, network: str) -> str:
    """The field of the study file that names a network's layers, as a message begins."""
    return "layers" if definition.stimuli is None else f"stimuli, {network}, layers"


def _natural_bundles(
    seed: int, naturals: Sequence[SharedNatural], practice: tuple[int, ...]
) -> dict[int, int]:
    """Which bundle's copy of each natural stimulus is shown: all bundles equally often, give or take one.

    That holds of those for practice and of all others as well.
    """
    bundles = len(naturals[0].ids) if naturals else 1
    main = [n for n in range(len(naturals)) if n not in practice]
    order = [*practice, *generator(seed, "natural bundles").permutation(np.array(main, dtype=int))]
    return {int(natural): place % bundles for place, natural in enumerate(order)}


def _by_cell(
    bundles: Sequence[BundleStimuli],
    conditions: Conditions,
    naturals: Sequence[SharedNatural],
    natural_bundle: dict[int, int],
) -> dict[design.Cell, list[Candidate]]:
    places = {name: place for place, name in enumerate(conditions.names)}
    stimuli: dict[design.Cell, list[Candidate]] = {}
    for number, (bundle, network) in enumerate(zip(bundles, conditions.networks, strict=True)):
        rows = {natural.ids[number]: row for row, natural in enumerate(naturals)}
        columns = {layer: places[conditions.name(network.name, layer)] for layer in network.layers}
        for one in sorted(bundle.candidates, key=lambda candidate: candidate.seed):
            row = rows[one.natural_id]
            if one.condition == NATURAL and natural_bundle[row] == number:
                stimuli[row, places[NATURAL]] = [one]
            elif one.certified and one.condition in columns:
                stimuli.setdefault((row, columns[one.condition]), []).append(one)
    return stimuli


def _main_trials(definition: StudyDefinition, conditions: Conditions, certified: design.Matrix) -> int | None:
    """A participant's main trials, if they are to be the same for everybody. Raises `Invalid`."""
    counts = dict(zip(conditions.names, certified.sum(axis=0).tolist(), strict=True))
    poorest = min(counts, key=lambda name: counts[name])
    if not counts[poorest]:
        condition = conditions[poorest]
        raise Invalid(
            "empty_condition",
            f"{_layers_of(definition, condition.network)}: no metamer of {condition.layer!r} passed its "
            "certificate; leave the layer out",
        )
    most, each = most_trials(certified), definition.trials_per_condition
    if definition.trials is None and each is None:
        return None if definition.stimuli is None else most
    asked = f"trials: {definition.trials} are" if each is None else f"trials_per_condition: {each} in each of"
    wanted = definition.trials or 0
    if each is not None:
        wanted = each * len(counts)
        asked += f" {len(counts)} conditions are {wanted},"
    if wanted > most:
        limit = most if each is None else most // len(counts)
        advice = f"give {limit} at most" if limit else "take fewer layers"
        raise Invalid(
            "too_many_trials",
            f"{asked} more than a participant can have: {poorest!r} has {most} certified stimuli besides "
            f"those for practice; {advice}, or make a larger bundle",
        )
    return wanted
