"""How many participants a draft needs, by simulating studies in batches."""

from dataclasses import asdict
from typing import Any

from app.analysis.aside import aside
from app.analysis.statistics.power import Design, Precision, needed, precision
from app.core.errors import Conflict
from app.core.randomness import generator
from app.drafts.jobs import Report
from app.experiments.checking import CheckedStudy
from app.simulation.accuracies import study_accuracies
from app.stimuli import service as stimuli

BATCHES, STUDIES = 10, 100  # of each batch
LARGEST = 200
USUAL_SD = 0.08  # over people, of their true accuracy: what published studies of this kind come to
USUAL_SEM = 0.02
ASSURANCE = 0.8
NOT_OF_THRESHOLDS = (
    "this simulation is of proportions correct and does not apply to a study of thresholds: the command "
    "make bench-adaptive says how precise a threshold is after so many trials"
)


def design(study: CheckedStudy, participant_sd: float) -> Design:
    """What is expected of a study: the accuracies of its simulated observers, and its own trials.

    Raises `Conflict` for a study that measures thresholds.
    """
    if study.definition.task.adaptive:
        raise Conflict("no_power", NOT_OF_THRESHOLDS)
    conditions = study.cells.conditions
    names = study.definition.vocabulary or stimuli.answerable(study.bundles[0].manifest)
    accuracy = study_accuracies(conditions, len(study.definition.task.choices(names)))
    before = len(study.cells.aside) + study.cells.catch_trials
    return Design(
        accuracies=tuple(accuracy[name] for name in conditions.names),
        trials_per_condition=max(1, (study.cells.trials - before) // len(conditions.names)),
        participant_sd=participant_sd,
    )


async def work(expected: Design, target_sem: float, report: Report) -> dict[str, Any]:
    """`Power` as JSON, with what was expected."""
    largest = min(LARGEST, max(2, 50_000 // len(expected.accuracies)))
    batches: list[Precision] = []
    for number in range(BATCHES):
        batches.append(await aside(_batch, expected, target_sem, largest, number))
        await report.done(number + 1)
    return {**asdict(needed(batches, target_sem, ASSURANCE)), "expected": asdict(expected)}


def _batch(expected: Design, target_sem: float, largest: int, number: int) -> Precision:
    return precision(expected, target_sem, largest, STUDIES, generator(0, "power", number))
