"""How many participants: by simulation before a study, and by a stopping rule while it runs; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from app.analysis.statistics.contrasts import Floats
from app.core.randomness import generator

# Below this, a spread over participants is taken for none.
SMALLEST_SD = 1e-4
ROUNDING = 1e-12

AT_LEAST = 10  # participants before a stopping rule is looked at
MOST_CELLS = 50_000  # participants times conditions of one simulated study: 1000 studies take 1 GB


@dataclass(frozen=True, kw_only=True)
class Power:
    """Participants that give the wanted SEM.

    `participants` is None if not even `largest` are enough, and `note` says so. `share` is the share of
    simulated studies in which every condition had an SEM of at most `target_sem` with that number;
    `sem_by_condition` is the root mean square SEM (ddof 1) with it.
    """

    participants: int | None
    target_sem: float
    share: float
    sem_by_condition: tuple[float, ...]
    studies: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Stopping:
    """State of the rule "SEM at most x in every condition"; `largest_sem` is that of condition `worst`.

    `still_needed` estimates how many more participants it takes if they vary as those so far.
    """

    stop: bool
    participants: int
    target_sem: float
    largest_sem: float | None = None
    worst: int | None = None
    still_needed: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Design:
    """What a simulation of studies takes, as `simulate_studies` describes it."""

    accuracies: tuple[float, ...]
    trials_per_condition: int
    participant_sd: float


@dataclass(frozen=True)
class Precision:
    """What simulated studies reach with 2, 3, ... participants.

    `reached` is the number of studies with the wanted SEM in every condition, shape (numbers,), `squares` the
    sum over studies of the squared SEM, shape (numbers, conditions).
    """

    studies: int
    reached: npt.NDArray[np.int_]
    squares: Floats


def design_of(trials: npt.ArrayLike, correct: npt.ArrayLike) -> Design:
    """The design that answers so far point to.

    `trials` and `correct` are numbers of trials, shape (participants, conditions), 0 where nothing was seen;
    conditions that nobody saw are passed over. The SD of true accuracies is the spread over participants less
    what binomial answers add, p (1 - p) / (n - 1) of each, pooled over conditions; a negative variance is 0.

    Raises ValueError if no condition has two participants with two trials each.
    """
    shown, right = np.asarray(trials, dtype=float), np.asarray(correct, dtype=float)
    enough = shown >= 2
    if not (enough.sum(axis=0) >= 2).any():
        raise ValueError("a spread needs two participants with two trials each in a condition")
    seen = shown.sum(axis=0) > 0
    share = np.divide(right, shown, out=np.full(shown.shape, np.nan), where=shown > 0)
    variances = []
    for column, counts, used in zip(share.T, shown.T, enough.T, strict=True):
        if used.sum() >= 2:
            values = column[used]
            variances.append(values.var(ddof=1) - (values * (1 - values) / (counts[used] - 1)).mean())
    return Design(
        accuracies=tuple(float(mean) for mean in np.nanmean(share[:, seen], axis=0)),
        trials_per_condition=max(1, round(float(np.median(shown[shown > 0])))),
        participant_sd=float(np.sqrt(max(0.0, np.mean(variances)))),
    )


def simulate_studies(
    accuracies: Sequence[float],
    trials_per_condition: int,
    participant_sd: float,
    participants: int,
    studies: int,
    random: np.random.Generator,
) -> Floats:
    """Proportions correct of simulated studies, shape (studies, participants, conditions).

    A participant's true accuracy in a condition follows a beta distribution with the given mean and SD; one
    ability, the quantile, holds for all conditions. Trials are independent given that accuracy.

    Parameters
    ----------
    accuracies
        Mean accuracy of each condition over the population, each in [0, 1].
    trials_per_condition
        Trials of one participant in one condition.
    participant_sd
        SD of the true accuracy over the population, in [0, 0.5). Where a mean is so near 0 or 1 that no beta
        distribution without modes at its ends has that SD, the largest that one has is taken.
    """
    mean = np.asarray(accuracies, dtype=float)
    if mean.ndim != 1 or not len(mean) or not ((mean >= 0) & (mean <= 1)).all():
        raise ValueError(f"accuracies: {list(accuracies)} are not proportions between 0 and 1")
    if not 0 <= participant_sd < 0.5:
        raise ValueError(f"participant_sd: {participant_sd} is not in [0, 0.5)")
    if min(trials_per_condition, participants, studies) < 1:
        raise ValueError("trials_per_condition, participants and studies must be at least 1")
    true = _true_accuracies(mean, participant_sd, random.random((studies, participants, 1)))
    return random.binomial(trials_per_condition, true) / trials_per_condition


def participants_needed(
    accuracies: Sequence[float],
    trials_per_condition: int,
    participant_sd: float,
    target_sem: float,
    *,
    assurance: float = 0.8,
    largest: int = 200,
    studies: int = 1000,
    seed: int = 0,
) -> Power:
    """Fewest participants with whom the SEM is at most `target_sem` in every condition in most studies.

    "Most" is the share `assurance`, which must then hold for every larger number up to `largest`, too. The
    other parameters are those of `simulate_studies`; `largest` times conditions is at most `MOST_CELLS`.
    """
    if not 0 < assurance < 1:
        raise ValueError("assurance must be in (0, 1)")
    design = Design(
        accuracies=tuple(accuracies),
        trials_per_condition=trials_per_condition,
        participant_sd=participant_sd,
    )
    found = precision(design, target_sem, largest, studies, generator(seed, "power"))
    return needed([found], target_sem, assurance)


def precision(
    design: Design, target_sem: float, largest: int, studies: int, random: np.random.Generator
) -> Precision:
    """What a batch of simulated studies reaches with 2, 3, ... `largest` participants."""
    if target_sem <= 0 or largest < 2:
        raise ValueError("target_sem must be positive, largest at least 2")
    if largest * len(design.accuracies) > MOST_CELLS:
        most = MOST_CELLS // len(design.accuracies)
        raise ValueError(
            f"largest: {largest} participants are more than can be simulated; give at most {most}"
        )
    proportions = simulate_studies(
        design.accuracies, design.trials_per_condition, design.participant_sd, largest, studies, random
    )
    sems = _sems_as_participants_come(proportions)  # (studies, 2..largest, conditions)
    return Precision(studies, (sems.max(axis=2) <= target_sem).sum(axis=0), (sems**2).sum(axis=0))


def needed(batches: Sequence[Precision], target_sem: float, assurance: float) -> Power:
    """The fewest participants by all studies of these batches, as `participants_needed` says."""
    studies = sum(batch.studies for batch in batches)
    shares = np.sum([batch.reached for batch in batches], axis=0) / studies
    squares = np.sum([batch.squares for batch in batches], axis=0) / studies
    enough = np.flatnonzero(np.minimum.accumulate(shares[::-1])[::-1] >= assurance)
    at = int(enough[0]) if len(enough) else len(shares) - 1
    return Power(
        participants=at + 2 if len(enough) else None,
        target_sem=target_sem,
        share=float(shares[at]),
        sem_by_condition=tuple(float(sem) for sem in np.sqrt(squares[at])),
        studies=studies,
        note="" if len(enough) else f"{len(shares) + 1} participants are not enough",
    )


def stopping_rule(values: npt.ArrayLike, target_sem: float, *, at_least: int = AT_LEAST) -> Stopping:
    """Whether to stop: every condition has an SEM (ddof 1) of at most `target_sem`.

    `values` (participants, conditions) are those so far, NaN where missing. The rule starts with `at_least`
    participants, since a few who happen to be alike have a small SEM. It looks at precision and never at the
    size of an effect, so it does not raise the rate of false positives as stopping at a small p does.
    """
    table = np.asarray(values, dtype=float)
    counts = np.isfinite(table).sum(axis=0)
    seen = int(counts.min()) if table.size else 0
    if seen < max(2, at_least):
        note = f"{seen} participants in the condition with fewest; the rule starts with {max(2, at_least)}"
        return Stopping(stop=False, participants=len(table), target_sem=target_sem, note=note)
    sems = np.nanstd(table, axis=0, ddof=1) / np.sqrt(counts)
    worst = int(sems.argmax())
    return Stopping(
        stop=bool(sems[worst] <= target_sem),
        participants=len(table),
        target_sem=target_sem,
        largest_sem=float(sems[worst]),
        worst=worst,
        still_needed=int(
            np.maximum(np.ceil(counts * ((sems / target_sem) ** 2 - ROUNDING)) - counts, 0).max()
        ),
        note="" if sems.min() > 0 else "a condition has SEM 0: all participants alike in it",
    )


def _true_accuracies(mean: Floats, sd: float, quantile: Floats) -> Floats:
    """Quantiles of beta distributions with the given means and SD; means of 0 and 1 have no spread."""
    if sd < SMALLEST_SD:
        return np.broadcast_to(mean, (*quantile.shape[:-1], len(mean)))
    inner = np.clip(mean, SMALLEST_SD, 1 - SMALLEST_SD)
    nearest = np.minimum(inner, 1 - inner)  # distance to the nearer end
    widest = nearest * np.sqrt((1 - nearest) / (1 + nearest))  # both shape parameters at least 1
    size = inner * (1 - inner) / np.minimum(sd, widest) ** 2 - 1
    drawn = betaincinv(inner * size, (1 - inner) * size, quantile)
    return np.asarray(np.where(mean == inner, drawn, mean), dtype=np.float64)


def _sems_as_participants_come(proportions: Floats) -> Floats:
    """SEM (ddof 1) of the first 2, 3, ... participants, shape (studies, participants - 1, conditions)."""
    count = np.arange(1, proportions.shape[1] + 1)[:, None]
    total = proportions.cumsum(axis=1)
    squares = (proportions**2).cumsum(axis=1)
    variance = np.maximum(squares - total**2 / count, 0)[:, 1:] / (count[1:] - 1)
    return np.asarray(np.sqrt(variance / count[1:]), dtype=np.float64)
