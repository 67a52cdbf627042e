"""Observers with known thresholds, measured by the pure procedures, as a table of issued trials."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from app.adaptive.procedure import Answer, Procedure
from app.adaptive.psychometric import Psychometric
from app.adaptive.registry import PROCEDURES
from app.analysis.thresholds.dimensions import MeasuredDimension, ServedLevel

TARGETS = tuple(float(level) for level in np.geomspace(0.1, 6.4, 12))
ORIGINALS = ("p1", "p2", "p3", "p4")


def dimension(
    layer: str, component: int = 1, *, rms_at_1: float = 0.02, power: float = 0.8, unit: str = "sd"
) -> MeasuredDimension:
    """Levels whose measured values are up to 8 % off their targets, and RMS = rms_at_1 * value^power.

    Of each original the RMS is another multiple; the geometric mean of these multiples is 1.
    """
    served = tuple(
        ServedLevel(original, target, target * off, multiple * rms_at_1 * (target * off) ** power)
        for original, off, multiple in zip(
            ORIGINALS, (1.08, 0.95, 1.02, 0.93), (0.5, 2.0, 0.8, 1.25), strict=True
        )
        for target in TARGETS
    )
    return MeasuredDimension(f"{layer}-{component}", layer, component, "+", unit, TARGETS, served)


def observed(
    truths: Mapping[int, Mapping[str, Psychometric]],
    dimensions: Sequence[MeasuredDimension],
    *,
    trials: int = 40,
    seed: int = 1,
    procedure: str = "psi",
) -> pd.DataFrame:
    """The trials of participants who see as `truths` say, by participant and dimension."""
    random = np.random.default_rng(seed)
    rows = [
        row
        for participant, own in truths.items()
        for one in dimensions
        for row in _run(PROCEDURES[procedure], participant, own[one.id], one, trials, random)
    ]
    return pd.DataFrame(rows)


def _run(
    procedure: Procedure,
    participant: int,
    observer: Psychometric,
    one: MeasuredDimension,
    trials: int,
    random: np.random.Generator,
) -> list[dict[str, object]]:
    answers: list[Answer] = []
    rows: list[dict[str, object]] = []
    shown = {(level.original, level.target): level for level in one.served}
    for number in range(trials):
        asked = one.targets[procedure.choose(answers, one.targets)]
        picture = shown[ORIGINALS[number % len(ORIGINALS)], asked]
        right = bool(random.random() < observer(picture.value))
        answers.append(Answer(picture.value, right))
        first = bool(random.random() < 0.5)
        rows.append(
            {
                "participant_id": participant,
                "participant_excluded": "",
                "trial_excluded": "",
                "phase": "main",
                "dimension": one.id,
                "original": picture.original,
                "asked_level": asked,
                "level": picture.value,
                "rms": picture.rms,
                "fell_back": False,
                "answer": "first" if first == right else "second",
                "correct": right,
            }
        )
    return rows
