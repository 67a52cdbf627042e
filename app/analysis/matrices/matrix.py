"""The ANOVAs of a participant x stage x observer matrix: a record per model and effect, with caveats; pure.

Missing cells: a stage that no participant of some observer has is left out, and then every participant who
lacks a cell of a remaining stage, as MATLAB's `fitrm` does in the published analysis. Both are noted. Humans
and networks are different subjects even if they share a number: each observer is numbered from 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np

from app.analysis.matrices.matrix_file import OBSERVERS, Subject, Table
from app.analysis.statistics.anova import Effect, EffectName, mixed_anova, one_way_within, two_way_within
from app.analysis.statistics.permutation import permute_mixed, permute_one_way, permute_two_way

MIXED_EFFECTS: tuple[EffectName, ...] = ("observer", "stage", "interaction")
MODEL_EFFECTS: tuple[EffectName, ...] = ("model", "stage", "interaction")
LISTED = 3  # participants that a note names


@dataclass(frozen=True, kw_only=True)
class Record:
    """One effect in one table; None is a number that is not defined, and `note` says why.

    `model` names two models joined by " and " where they are compared. `p_perm` comes from permutations; the
    other statistics are those of `anova.Effect`. `humans` and `networks` count the participants in the test.
    """

    experiment: str
    model: str
    effect: EffectName
    F: float | None = None
    df1: int | None = None
    df2: int | None = None
    p: float | None = None
    p_gg: float | None = None
    p_hf: float | None = None
    p_perm: float | None = None
    eta_p2: float | None = None
    epsilon_gg: float | None = None
    epsilon_hf: float | None = None
    humans: int
    networks: int
    stages: int
    note: str = ""


@dataclass(frozen=True)
class Complete:
    """The part of a table without missing cells, and what was left out to get it."""

    stages: list[int]
    subjects: list[Subject]
    notes: list[str]

    def count(self, observer: str) -> int:
        return sum(subject[0] == observer for subject in self.subjects)


def observer_by_stage(table: Table, *, permutations: int = 10_000, seed: int = 0) -> list[Record]:
    """Mixed ANOVA of `observer`, `stage` and `interaction`; always three records, in this order.

    With one observer only, `stage` is a repeated-measures ANOVA, and the other two have no numbers.
    """
    kept = complete_part(table, OBSERVERS)
    values, groups = table.values(kept.subjects, kept.stages), [subject[0] for subject in kept.subjects]
    present = [observer for observer in OBSERVERS if table.subjects(observer)]
    problem = _too_little(kept, present)
    if problem:
        return [_record(table, kept, name, problem) for name in MIXED_EFFECTS]
    if len(present) < 2:
        alone = f"only {present[0]} participants in the table: nothing to compare"
        p = permute_one_way(values, permutations=permutations, seed=seed)
        stage = _record(table, kept, one_way_within(values), alone, p)
        return [_record(table, kept, "observer", alone), stage, _record(table, kept, "interaction", alone)]
    p_perm = permute_mixed(values, groups, permutations=permutations, seed=seed)
    return [
        _record(table, kept, effect, _weighting(kept, effect), p_perm[effect.effect])
        for effect in mixed_anova(values, groups)
    ]


def human_stage(table: Table, *, permutations: int = 10_000, seed: int = 0) -> Record:
    """Repeated-measures ANOVA of stage among the humans of a table."""
    kept = complete_part(table, ("human",))
    problem = _too_little(kept, ["human"])
    if problem:
        return _record(table, kept, "stage", problem)
    values = table.values(kept.subjects, kept.stages)
    p = permute_one_way(values, permutations=permutations, seed=seed)
    return _record(table, kept, one_way_within(values), "", p)


def model_by_stage(tables: Sequence[Table], *, permutations: int = 10_000, seed: int = 0) -> list[Record]:
    """Humans' model x stage ANOVA for each pair of models of one experiment that have the same stages."""
    records = []
    for first, second in combinations(tables, 2):
        if first.experiment != second.experiment or first.conditions != second.conditions:
            continue
        kept = _complete_in_both(first, second)
        both = Table(first.experiment, f"{first.model} and {second.model}", first.conditions)
        problem = _too_little(kept, ["human"])
        if problem:
            records += [_record(both, kept, name, problem) for name in MODEL_EFFECTS]
            continue
        values = np.stack([table.values(kept.subjects, kept.stages) for table in (first, second)], axis=1)
        p_perm = permute_two_way(values, permutations=permutations, seed=seed)
        records += [
            _record(both, kept, effect, "", p_perm[effect.effect]) for effect in two_way_within(values)
        ]
    return records


def within_networks(
    experiment: str, model: str, values: np.ndarray, permutations: int = 10_000, seed: int = 0
) -> list[Record]:
    """Humans' model x stage ANOVA of several networks' layers: `values` (participants, networks, stages)."""
    table = Table(experiment, model)
    people = [("human", str(number)) for number in range(len(values))]
    kept = Complete(list(range(values.shape[2])), people, [])
    problem = _too_little(kept, ["human"])
    if problem:
        return [_record(table, kept, name, problem) for name in MODEL_EFFECTS]
    p_perm = permute_two_way(values, permutations=permutations, seed=seed)
    return [_record(table, kept, effect, "", p_perm[effect.effect]) for effect in two_way_within(values)]


def complete_part(table: Table, observers: Iterable[str]) -> Complete:
    """Leave out stages that an observer lacks altogether, then participants who lack a remaining stage."""
    notes = list(table.notes)
    stages = table.stages()
    subjects: list[Subject] = []
    for observer in observers:
        members = table.subjects(observer)
        for stage in list(stages) if members else []:
            if not any(stage in table.cells[subject] for subject in members):
                stages.remove(stage)
                notes.append(f"stage {stage} ({table.conditions[stage]}) left out: no {observer} has it")
        subjects += members
    lacking = [subject for subject in subjects if not table.cells[subject].keys() >= set(stages)]
    if lacking:
        named = ", ".join(" ".join(subject) for subject in lacking[:LISTED])
        more = f" and {len(lacking) - LISTED} more" if len(lacking) > LISTED else ""
        notes.append(
            f"{len(lacking)} of {len(subjects)} participants left out for missing cells: {named}{more}"
        )
    return Complete(stages, [subject for subject in subjects if subject not in lacking], notes)


def _complete_in_both(first: Table, second: Table) -> Complete:
    one, other = complete_part(first, ("human",)), complete_part(second, ("human",))
    stages = [stage for stage in one.stages if stage in other.stages]
    subjects = [subject for subject in one.subjects if subject in other.subjects]
    return Complete(stages, subjects, list(dict.fromkeys([*one.notes, *other.notes])))


def _too_little(kept: Complete, observers: Sequence[str]) -> str:
    """Why there is no test at all; empty if there is one."""
    if len(kept.stages) < 2:
        return f"{len(kept.stages)} stage with data: nothing to compare"
    counts = {observer: kept.count(observer) for observer in observers}
    if sum(counts.values()) <= len(counts) or min(counts.values()) < 1:
        found = " and ".join(f"{count} {observer}" for observer, count in counts.items())
        return f"{found} without missing cells: too few participants to estimate an error"
    return ""


def _weighting(kept: Complete, effect: Effect) -> str:
    """The effect of stage is the only one that depends on how groups of unequal size are weighed."""
    humans, networks = (kept.count(observer) for observer in OBSERVERS)
    if effect.effect != "stage" or humans == networks:
        return ""
    return f"{humans} humans and {networks} networks weigh the same (type III sums of squares)"


def _record(
    table: Table, kept: Complete, effect: Effect | EffectName, note: str, p_perm: float | None = None
) -> Record:
    """A record of an effect, or, of its name alone, one without numbers."""
    numbers = asdict(effect) if isinstance(effect, Effect) else {"effect": effect, "note": ""}
    notes = [note, numbers.pop("note"), *kept.notes]
    return Record(
        experiment=table.experiment,
        model=table.model,
        **numbers,
        p_perm=p_perm,
        humans=kept.count("human"),
        networks=kept.count("network"),
        stages=len(kept.stages),
        note="; ".join(text for text in notes if text),
    )
