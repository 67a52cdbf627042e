"""Logistic mixed model of trials: condition fixed, participant and stimulus crossed random intercepts; pure.

    logit P(correct) = x'beta + u[participant] + v[stimulus],  u ~ N(0, s_u^2),  v ~ N(0, s_v^2)

Maximum likelihood by the Laplace approximation (`laplace.py`), which pulls the SDs down a little where a
participant or a stimulus has few trials. Standard errors are conditional on the SDs and intervals are Wald's:
take them as approximate below some 20 participants. There are no random slopes, so participants are taken to
differ in level only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from app.analysis.statistics import laplace

SMALLEST_SD = 0.02  # in logits; below, a random factor counts as absent


@dataclass(frozen=True, kw_only=True)
class ConditionOdds:
    """One condition against the reference; None is not defined, and `note` says why.

    `log_odds` is the difference of logits, `odds_ratio` its exponential with the interval `low` to `high`,
    and `p` that of Wald's z.
    """

    condition: str
    trials: int
    log_odds: float | None = None
    standard_error: float | None = None
    odds_ratio: float | None = None
    low: float | None = None
    high: float | None = None
    z: float | None = None
    p: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MixedModel:
    """The fitted model. SDs and `intercept` are in logits; the intercept is the reference's, of a typical
    participant and stimulus. `notes` are caveats in words.
    """

    reference: str
    conditions: tuple[ConditionOdds, ...]
    intercept: float
    intercept_standard_error: float
    participant_sd: float
    stimulus_sd: float
    participants: int
    stimuli: int
    trials: int
    level: float
    log_likelihood: float
    converged: bool
    notes: tuple[str, ...] = ()


def logistic_mixed_model(
    trials: pd.DataFrame, conditions: Sequence[str], *, stimulus: str = "natural_id", level: float = 0.95
) -> MixedModel:
    """Fit the model; the first condition with right and wrong answers is the reference.

    A condition whose answers are all right or all wrong has no finite estimate: its trials are left out of
    the fit, and its line says so.

    Parameters
    ----------
    trials
        One row per answered trial: `participant_id`, `condition`, `correct` (bool) and the column `stimulus`.
    conditions
        All conditions, in the order of the table; usually natural first.
    stimulus
        Column of the stimulus that a metamer was made from, so that conditions share stimuli.
    level
        Coverage of the intervals, in (0, 1).

    Raises
    ------
    ValueError
        A trial of an unknown condition, fewer than two participants or stimuli, or no condition with both
        right and wrong answers.
    """
    unknown = sorted(set(trials["condition"]) - set(conditions))
    if unknown:
        raise ValueError(f"trials of unknown conditions: {', '.join(unknown)}")
    counts = {name: trials.loc[trials["condition"] == name, "correct"].astype(bool) for name in conditions}
    fitted = [name for name in conditions if 0 < counts[name].sum() < len(counts[name])]
    if not fitted:
        raise ValueError("no condition has right and wrong answers: there is nothing to model")
    used = trials[trials["condition"].isin(fitted)]
    participant, stimulus_level = (pd.factorize(used[column])[0] for column in ("participant_id", stimulus))
    if not participant.any() or not stimulus_level.any():
        raise ValueError("the model needs two or more participants and two or more stimuli")
    design = np.column_stack([np.ones(len(used)), *(used["condition"] == name for name in fitted[1:])])
    fit = laplace.fit(
        design.astype(float), used["correct"].to_numpy(dtype=float), participant, stimulus_level
    )
    errors = np.sqrt(np.diag(fit.covariance))
    lines = {fitted[0]: ConditionOdds(condition=fitted[0], trials=len(counts[fitted[0]]), note="reference")}
    for name, estimate, error in zip(fitted[1:], fit.beta[1:], errors[1:], strict=True):
        lines[name] = _odds(name, len(counts[name]), float(estimate), float(error), level)
    return MixedModel(
        reference=fitted[0],
        conditions=tuple(lines.get(name) or _not_estimable(name, counts[name]) for name in conditions),
        intercept=float(fit.beta[0]),
        intercept_standard_error=float(errors[0]),
        participant_sd=fit.sds[0],
        stimulus_sd=fit.sds[1],
        participants=int(participant.max()) + 1,
        stimuli=int(stimulus_level.max()) + 1,
        trials=len(used),
        level=level,
        log_likelihood=fit.log_likelihood,
        converged=fit.converged,
        notes=tuple(_notes(fit, len(used), int(stimulus_level.max()) + 1)),
    )


def _odds(name: str, trials: int, estimate: float, error: float, level: float) -> ConditionOdds:
    reach = float(ndtri((1 + level) / 2)) * error
    z = estimate / error
    return ConditionOdds(
        condition=name,
        trials=trials,
        log_odds=estimate,
        standard_error=error,
        odds_ratio=float(np.exp(estimate)),
        low=float(np.exp(estimate - reach)),
        high=float(np.exp(estimate + reach)),
        z=z,
        p=float(2 * ndtr(-abs(z))),
    )


def _not_estimable(name: str, correct: pd.Series) -> ConditionOdds:
    if not len(correct):
        note = "nobody saw this condition"
    else:
        note = f"all {len(correct)} answers {'right' if correct.all() else 'wrong'}: no finite odds ratio"
    return ConditionOdds(condition=name, trials=len(correct), note=note)


def _notes(fit: laplace.Fit, trials: int, stimuli: int) -> list[str]:
    notes = []
    if not fit.converged:
        notes.append("the fit did not converge: do not report it")
    for factor, sd in zip(("participants", "stimuli"), fit.sds, strict=True):
        if sd < SMALLEST_SD:
            notes.append(f"the SD of {factor} is estimated as zero (singular fit)")
    if trials < 2 * stimuli:
        notes.append("fewer than two trials per stimulus: the SD of stimuli is poorly determined")
    return notes
