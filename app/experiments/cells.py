"""Which stimuli a study may present, in the numbers that the design works with; pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.core.errors import Invalid
from app.core.randomness import generator, secret_seed
from app.experiments import design
from app.experiments.balance import most_trials
from app.experiments.catch import CatchStimulus, drawn, places
from app.experiments.conditions import Conditions, Network, chosen_layers
from app.experiments.naturals import SharedNatural, shared_naturals
from app.experiments.schemas import ALL, StudyDefinition
from app.stimuli.schemas import Candidate
from synthesis.bundle.manifest import NATURAL
from synthesis.common.wording import counts_in_brackets


@dataclass(frozen=True)
class PlannedStimulus:
    """`phase` is practice, gate, main or catch; a catch trial presents a stimulus of the study's own."""

    phase: str
    stimulus: Candidate | CatchStimulus


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

    `faults` counts the metamers without certificate by the reason. `main_trials` are those of every
    participant, without catch trials; None where participants' numbers differ a little. `practice` and `gate`
    are numbers of natural stimuli that are kept out of the main part; of the `catch` stimuli, `catch_trials`
    are presented.
    """

    seed: int
    naturals: tuple[SharedNatural, ...]
    conditions: Conditions
    stimuli: dict[design.Cell, list[Candidate]]
    faults: Mapping[str, int]
    practice: tuple[int, ...]
    valid: design.Matrix
    main_trials: int | None
    gate: tuple[int, ...] = ()
    catch_trials: int = 0
    catch: tuple[CatchStimulus, ...] = ()

    @property
    def aside(self) -> tuple[int, ...]:
        """The natural stimuli that are kept out of the main part."""
        return self.practice + self.gate

    @cached_property
    def not_certified(self) -> int:
        """How many cells of the main part are left out for want of a certified stimulus."""
        return int((~np.delete(self.valid, list(self.aside), axis=0)).sum())

    @cached_property
    def trials(self) -> int:
        """All trials of a participant, rounded where participants' numbers differ."""
        main = self.main_trials
        if main is None:
            main = round(design.mean_main_trials(self.valid, self.aside))
        return len(self.aside) + main + self.catch_trials

    def plan(self, slot: int) -> list[PlannedStimulus]:
        """The stimuli of one participant in order."""
        plan = design.make_plan(self.seed, slot, self.valid, self.practice, self.main_trials, self.gate)
        natural = self.conditions.names.index(NATURAL)
        before = [
            PlannedStimulus(phase, self._stimulus((n, natural), plan.block))
            for phase, numbers in (("practice", plan.practice), ("gate", plan.gate))
            for n in numbers
        ]
        main = [PlannedStimulus("main", self._stimulus(cell, plan.block)) for cell in plan.main]
        return before + self._with_catch_trials(main, slot)

    def _with_catch_trials(self, main: list[PlannedStimulus], slot: int) -> list[PlannedStimulus]:
        if not self.catch_trials:
            return main
        random = generator(self.seed, "catch trials", slot)
        chosen = drawn(self.catch, self.catch_trials, random)
        places_before = places(len(main), self.catch_trials, random)
        for place, stimulus in zip(reversed(places_before), chosen, strict=True):
            main.insert(place, PlannedStimulus("catch", stimulus))
        return main

    def _stimulus(self, cell: design.Cell, block: int) -> Candidate:
        """Where a cell has metamers of several seeds, the blocks take turns."""
        candidates = self.stimuli[cell]
        return candidates[block % len(candidates)]


def study_cells(
    definition: StudyDefinition,
    bundles: Sequence[BundleStimuli],
    secret: str = "",
    catch: Sequence[CatchStimulus] = (),
) -> Cells:
    """The cells of a study on the stimuli of its bundles, which are in the order of the study file.

    With the study's secret nobody else can work out its plans from its published seed. `catch` are what its
    catch trials present.

    Raises `Invalid`: a layer is not in its bundle, the bundles hold different natural stimuli, there are too
    few of them for practice or for the main trials, or a condition has no certified stimulus at all.
    """
    conditions = study_conditions(definition, [(bundle.network, bundle.layers) for bundle in bundles])
    naturals = shared_naturals([(bundle.network, bundle.candidates) for bundle in bundles])
    seed = secret_seed(definition.seed, secret)
    first, gate = definition.practice_trials, definition.gate_trials
    try:
        categories = [natural.category for natural in naturals]
        aside = design.choose_aside(seed, categories, first + gate)
    except ValueError as error:
        raise Invalid(
            "too_few_stimuli", f"practice_trials: {error}; lower it or make a larger bundle"
        ) from None
    stimuli = _by_cell(bundles, conditions, naturals, _natural_bundles(seed, naturals, aside))
    valid = np.zeros((len(naturals), len(conditions.names)), dtype=bool)
    valid[tuple(zip(*stimuli, strict=True))] = True
    faults = [_faults(bundle, one.layers) for bundle, one in zip(bundles, conditions.networks, strict=True)]
    main_trials = _main_trials(definition, conditions, design.without(valid, aside), bundles)
    return Cells(
        seed=seed,
        naturals=naturals,
        conditions=conditions,
        stimuli=stimuli,
        faults=sum(faults, Counter()),
        practice=aside[:first],
        valid=valid,
        main_trials=main_trials,
        gate=aside[first:],
        catch_trials=definition.trials_step.catch,
        catch=tuple(catch),
    )


def _aside_for(definition: StudyDefinition) -> str:
    return "practice and gate" if definition.gate_trials else "practice"


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


def _natural_bundles(seed: int, naturals: Sequence[SharedNatural], aside: tuple[int, ...]) -> dict[int, int]:
    """Which bundle's copy of each natural stimulus is shown: all bundles equally often, give or take one.

    That holds of those that are kept aside and of all others as well.
    """
    bundles = len(naturals[0].ids) if naturals else 1
    main = [n for n in range(len(naturals)) if n not in aside]
    order = [*aside, *generator(seed, "natural bundles").permutation(np.array(main, dtype=int))]
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


def _faults(bundle: BundleStimuli, layers: Collection[str]) -> Counter[str]:
    """How many metamers of these layers are not certified, by the reason."""
    return Counter(
        one.fault for one in bundle.candidates if one.condition in layers and not one.certified and one.fault
    )


def _main_trials(
    definition: StudyDefinition,
    conditions: Conditions,
    certified: design.Matrix,
    bundles: Sequence[BundleStimuli],
) -> int | None:
    """A participant's main trials, if they are to be the same for everybody. Raises `Invalid`."""
    counts = dict(zip(conditions.names, certified.sum(axis=0).tolist(), strict=True))
    poorest = min(counts, key=lambda name: counts[name])
    if not counts[poorest]:
        condition = conditions[poorest]
        bundle = next(one for one in bundles if one.network == condition.network)
        why = counts_in_brackets(_faults(bundle, [condition.layer]))
        raise Invalid(
            "empty_condition",
            f"{_layers_of(definition, condition.network)}: no metamer of {condition.layer!r} passed its "
            f"certificate{why}; leave the layer out",
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
            f"those for {_aside_for(definition)}; {advice}, or make a larger bundle",
        )
    return wanted
