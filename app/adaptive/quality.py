"""Which estimates are not to be trusted, and which observers did not do the task; pure."""

from collections.abc import Sequence

from scipy.stats import binomtest

from app.adaptive.estimate import Estimate

LEAST_RIGHT = 0.75
WIDEST_OCTAVES = 2.0
SIGNIFICANCE = 0.001
EDGE = 0.02


def doubts(found: Estimate, levels: Sequence[float]) -> list[str]:
    """Why a dimension is not measured well; empty if it is.

    The reasons: the 95 % interval spans more than two octaves; the threshold lies below the least or above
    the largest level, so that it was not bracketed.
    """
    reasons = []
    if found.high > found.low * 2**WIDEST_OCTAVES:
        reasons.append(f"its 95 % interval spans more than {WIDEST_OCTAVES:g} octaves")
    if found.threshold < levels[0] * (1 - EDGE):
        reasons.append("its threshold lies below the least level")
    if found.threshold > levels[-1] * (1 + EDGE):
        reasons.append("its threshold lies above the largest level")
    return reasons


def guesses(right: int, trials: int) -> bool:
    """Whether an observer may have guessed all the time: right in less than 75 % of the easiest trials
    (practice not counted), and not more often than chance allows at p < .001.
    """
    if not trials or right >= LEAST_RIGHT * trials:
        return False
    return float(binomtest(right, trials, 0.5, alternative="greater").pvalue) > SIGNIFICANCE


def one_sided(first: int, trials: int) -> bool:
    """Whether an observer prefers one answer: the share of "first" differs from half at p < .001, where it
    was right in half of the trials.
    """
    return bool(trials) and float(binomtest(first, trials, 0.5).pvalue) < SIGNIFICANCE
