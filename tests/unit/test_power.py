"""Participants for a given SEM: simulation against the closed formula, and the stopping rule."""

import math

import numpy as np
import pytest

from app.analysis.statistics.power import design_of, participants_needed, simulate_studies, stopping_rule

ACCURACIES = [0.9, 0.5, 0.1]


def variance(accuracy: float, trials: int, sd: float) -> float:
    """Of one participant's proportion: between participants, plus the mean binomial variance."""
    return sd**2 + (accuracy * (1 - accuracy) - sd**2) / trials


def test_simulated_studies_have_the_given_means_and_spread() -> None:
    studies = simulate_studies(ACCURACIES, 10, 0.06, 20, 2000, np.random.default_rng(1))
    assert studies.shape == (2000, 20, 3)
    assert studies.mean(axis=(0, 1)) == pytest.approx(ACCURACIES, abs=0.003)
    expected = [variance(accuracy, 10, 0.06) for accuracy in ACCURACIES]
    assert studies.var(axis=(0, 1)) == pytest.approx(expected, rel=0.03)


def test_extreme_means_and_no_spread_are_kept() -> None:
    random = np.random.default_rng(1)
    certain = simulate_studies([0, 1], 5, 0.2, 4, 3, random)
    assert (certain == [0, 1]).all()
    alike = simulate_studies([0.5], 400, 0.0, 50, 20, random)
    assert alike.var() == pytest.approx(0.25 / 400, rel=0.1)
    narrow = simulate_studies([0.98], 1000, 0.4, 100, 50, random)  # an SD that 0.98 cannot have is cut
    assert narrow.mean() == pytest.approx(0.98, abs=0.002)


def test_participants_needed_are_those_of_the_formula() -> None:
    """Widest condition: SD sqrt(.06^2 + (.25 - .06^2) / 10) = .168; .168 / sqrt(n) = .03 at n = 31.4."""
    power = participants_needed(ACCURACIES, 10, 0.06, 0.03, assurance=0.5, largest=80, studies=800)
    needed = variance(0.5, 10, 0.06) / 0.03**2
    assert needed == pytest.approx(31.4, abs=0.1)
    assert power.participants == pytest.approx(needed, abs=1.5)
    assert power.share >= 0.5
    assert power.participants is not None
    formula = [math.sqrt(variance(accuracy, 10, 0.06) / power.participants) for accuracy in ACCURACIES]
    assert power.sem_by_condition == pytest.approx(formula, rel=0.03)


def test_more_assurance_needs_more_participants_and_the_seed_decides() -> None:
    half, most, again = (
        participants_needed(ACCURACIES, 10, 0.06, 0.03, assurance=share, largest=80, studies=300, seed=3)
        for share in (0.5, 0.95, 0.95)
    )
    assert half.participants is not None and most.participants is not None
    assert half.participants < most.participants
    assert most == again


def test_too_few_participants_are_said_to_be() -> None:
    power = participants_needed(ACCURACIES, 10, 0.06, 0.01, largest=30, studies=100)
    assert power.participants is None
    assert power.note == "30 participants are not enough"
    assert power.sem_by_condition[1] == pytest.approx(math.sqrt(variance(0.5, 10, 0.06) / 30), rel=0.05)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"accuracies": [1.2]}, "accuracies"),
        ({"accuracies": []}, "accuracies"),
        ({"participant_sd": 0.5}, "participant_sd"),
        ({"trials_per_condition": 0}, "at least 1"),
        ({"target_sem": 0.0}, "target_sem"),
        ({"assurance": 1.0}, "assurance"),
    ],
)
def test_impossible_plans_are_refused(change: dict[str, object], message: str) -> None:
    plan: dict[str, object] = {
        "accuracies": [0.5], "trials_per_condition": 5, "participant_sd": 0.1, "target_sem": 0.1,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        participants_needed(**{**plan, **change})  # type: ignore[arg-type]


def test_the_rule_stops_when_the_widest_condition_is_narrow_enough() -> None:
    """By hand: 0 and 1 in turns, 12 participants: SD sqrt(12 x .25 / 11) = .5222, SEM .1508."""
    values = np.column_stack([np.linspace(0.8, 0.9, 12), [0, 1] * 6])
    status = stopping_rule(values, 0.151)
    assert (status.stop, status.participants, status.worst) == (True, 12, 1)
    assert status.largest_sem == pytest.approx(0.15076, abs=1e-5)
    assert status.still_needed == 0
    wanting = stopping_rule(values, 0.1)
    # By hand: SEM .15076 is to be .1, so (1.5076)^2 = 2.2727 times as many: 27.27 of 12, or 16 more.
    assert (wanting.stop, wanting.still_needed) == (False, 16)
    assert not stopping_rule(values, 0.150).stop


def test_the_rule_waits_for_its_minimum_and_for_missing_cells() -> None:
    few = stopping_rule(np.full((9, 2), 0.5), 0.1)
    assert (few.stop, few.largest_sem) == (False, None)
    assert few.note == "9 participants in the condition with fewest; the rule starts with 10"
    gaps = np.column_stack([np.linspace(0, 1, 12), [*np.linspace(0, 1, 4), *[math.nan] * 8]])
    assert "4 participants" in stopping_rule(gaps, 0.2).note
    assert stopping_rule(np.empty((0, 3)), 0.1).note.startswith("0 participants")


def test_alike_participants_stop_the_rule_with_a_caveat() -> None:
    assert "all participants alike" in stopping_rule(np.full((10, 2), 0.5), 0.1).note


def test_the_design_of_answers_is_the_one_worked_out_by_hand() -> None:
    """Shares .2 .4 .9, 10 trials: variance .13, less the mean of .16 .24 .09 over 9, .018148."""
    design = design_of([[10, 0], [10, 0], [10, 0]], [[2, 0], [4, 0], [9, 0]])
    assert design.accuracies == (pytest.approx(0.5),)
    assert design.trials_per_condition == 10
    assert design.participant_sd == pytest.approx(math.sqrt(0.13 - 0.49 / 9 / 3))


def test_the_design_of_simulated_answers_is_the_one_they_were_made_with() -> None:
    shares = simulate_studies(ACCURACIES, 20, 0.08, 400, 1, np.random.default_rng(5))[0]
    design = design_of(np.full(shares.shape, 20), shares * 20)
    assert design.accuracies == pytest.approx(ACCURACIES, abs=0.02)
    assert design.participant_sd == pytest.approx(0.08, abs=0.01)


def test_a_spread_of_one_participant_is_refused() -> None:
    with pytest.raises(ValueError, match="two participants"):
        design_of([[10, 10]], [[5, 5]])


def test_more_than_can_be_simulated_is_refused() -> None:
    with pytest.raises(ValueError, match="give at most 25000"):
        participants_needed([0.5, 0.6], 10, 0.1, 1e-9, largest=10**9)
