"""Adaptive procedures recover known thresholds, and choose from the answers alone."""

import numpy as np
import pytest

from app.adaptive.estimate import Estimate, estimate
from app.adaptive.procedure import Answer, Procedure
from app.adaptive.psychometric import CRITERION, Psychometric
from app.adaptive.registry import PROCEDURES

LEVELS = tuple(float(level) for level in np.geomspace(0.1, 6.4, 12))
THRESHOLDS = np.geomspace(0.35, 2.8, 18)


def measured(
    procedure: Procedure, observer: Psychometric, trials: int, random: np.random.Generator
) -> tuple[list[Answer], Estimate]:
    answers: list[Answer] = []
    for _ in range(trials):
        level = LEVELS[procedure.choose(answers, LEVELS)]
        answers.append(Answer(level, bool(random.random() < observer(level))))
    return answers, estimate(answers, LEVELS)


def test_the_threshold_is_where_70_7_percent_are_right() -> None:
    assert Psychometric(1.3, lapse=0)(1.3) == pytest.approx(CRITERION)
    assert Psychometric(1.3)([0.0, 1e9]) == pytest.approx([0.5, 0.98])


@pytest.mark.parametrize("name", ["psi-marginal", "psi"])
def test_18_thresholds_are_recovered(name: str) -> None:
    random = np.random.default_rng(5)
    found = [measured(PROCEDURES[name], Psychometric(value), 40, random)[1] for value in THRESHOLDS]
    errors = np.log2([one.threshold for one in found] / THRESHOLDS)
    assert np.sqrt(np.mean(errors**2)) <= 0.40
    assert abs(errors.mean()) <= 0.10


def test_intervals_cover_the_truth() -> None:
    random = np.random.default_rng(6)
    truths = np.repeat(THRESHOLDS, 8)
    found = [measured(PROCEDURES["psi"], Psychometric(value), 40, random)[1] for value in truths]
    covered = [one.low <= truth <= one.high for one, truth in zip(found, truths, strict=True)]
    assert 0.90 <= np.mean(covered) <= 0.99


def test_a_staircase_settles_near_70_7_percent() -> None:
    observer = Psychometric(0.8)
    answers, _ = measured(PROCEDURES["two-down-one-up"], observer, 2000, np.random.default_rng(7))
    assert np.mean([answer.right for answer in answers[50:]]) == pytest.approx(CRITERION, abs=0.03)


def test_the_library_chooses_as_the_method_written_out() -> None:
    answers, _ = measured(PROCEDURES["psi"], Psychometric(0.9), 25, np.random.default_rng(8))
    for count in range(len(answers)):
        chosen = [PROCEDURES[name].choose(answers[:count], LEVELS) for name in ("psi", "psi-marginal")]
        assert chosen[0] == chosen[1]


@pytest.mark.parametrize("name", PROCEDURES)
def test_a_choice_rests_on_its_own_answers_alone(name: str) -> None:
    """Another dimension in between, or a reload at every trial, changes nothing."""
    procedure = PROCEDURES[name]
    answers, _ = measured(procedure, Psychometric(0.7), 20, np.random.default_rng(9))
    again = []
    for count in range(20):
        procedure.choose([Answer(LEVELS[3], False)] * 5, LEVELS)
        again.append(LEVELS[procedure.choose(answers[:count], LEVELS)])
    assert again == [answer.level for answer in answers]


@pytest.mark.parametrize("levels", [(1.0,), (0.0, 1.0), (2.0, 1.0), (1.0, 1.0)])
def test_levels_that_do_not_rise_are_refused(levels: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="levels: at least two are needed, above 0 and rising"):
        PROCEDURES["psi-marginal"].choose([], levels)


@pytest.mark.parametrize("values", [(0.0, 2.0, 0.0), (1.0, 0.0, 0.0), (1.0, 2.0, 0.5)])
def test_what_is_no_psychometric_function_is_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="no psychometric function"):
        Psychometric(*values)
