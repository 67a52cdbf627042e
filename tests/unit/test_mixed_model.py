"""The logistic mixed model: recovery of known parameters, another program's numbers, and thin data."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.statistics.mixed_model import ConditionOdds, MixedModel, logistic_mixed_model

CONDITIONS = ["natural", "block2", "block10", "head", "logits"]
LOGITS = np.array([2, 1.5, 0.5, -0.5, -2])  # of a typical participant and stimulus
PARTICIPANT_SD, STIMULUS_SD = 0.6, 0.8


def simulated(seed: int, participants: int = 24, stimuli: int = 200) -> pd.DataFrame:
    """Trials of known parameters; each participant sees each stimulus once, conditions equally often."""
    random = np.random.default_rng(seed)
    condition = np.concatenate([random.permutation(stimuli) % len(CONDITIONS) for _ in range(participants)])
    ability = random.normal(0, PARTICIPANT_SD, participants).repeat(stimuli)
    ease = np.tile(random.normal(0, STIMULUS_SD, stimuli), participants)
    chance = 1 / (1 + np.exp(-(LOGITS[condition] + ability + ease)))
    return pd.DataFrame(
        {
            "participant_id": np.arange(participants).repeat(stimuli),
            "natural_id": np.tile(np.arange(stimuli), participants),
            "condition": np.array(CONDITIONS)[condition],
            "correct": random.random(participants * stimuli) < chance,
        }
    )


def line(model: MixedModel, condition: str) -> ConditionOdds:
    return next(entry for entry in model.conditions if entry.condition == condition)


def test_it_agrees_with_gpboost() -> None:
    """Reference: GPBoost 1.8.0, likelihood bernoulli_logit, Laplace, matrix_inversion_method cholesky."""
    model = logistic_mixed_model(simulated(1), CONDITIONS)
    assert (model.converged, model.reference, model.notes) == (True, "natural", ())
    assert (model.participants, model.stimuli, model.trials) == (24, 200, 4800)
    assert model.log_likelihood == pytest.approx(-2419.49, abs=0.02)
    assert model.participant_sd**2 == pytest.approx(0.7701, rel=0.01)
    assert model.stimulus_sd**2 == pytest.approx(0.6636, rel=0.01)
    assert model.intercept == pytest.approx(2.0125, abs=0.02)
    assert model.intercept_standard_error == pytest.approx(0.2120, rel=0.01)
    assert [entry.log_odds for entry in model.conditions[1:]] == pytest.approx(
        [-0.5199, -1.3783, -2.5254, -3.8256], abs=0.002
    )
    assert [entry.standard_error for entry in model.conditions[1:]] == pytest.approx(
        [0.1272, 0.1234, 0.1251, 0.1395], rel=0.01
    )


def test_known_parameters_are_recovered() -> None:
    """Means over eight simulated studies, within three standard errors of the mean."""
    models = [logistic_mixed_model(simulated(seed), CONDITIONS) for seed in range(100, 108)]
    found = np.array([[entry.log_odds for entry in model.conditions[1:]] for model in models])
    errors = np.array([[entry.standard_error for entry in model.conditions[1:]] for model in models])
    margin = 3 * errors.mean(axis=0) / len(models) ** 0.5
    assert (np.abs(found.mean(axis=0) - (LOGITS[1:] - LOGITS[0])) < margin).all()
    assert np.mean([model.participant_sd for model in models]) == pytest.approx(PARTICIPANT_SD, abs=0.1)
    assert np.mean([model.stimulus_sd for model in models]) == pytest.approx(STIMULUS_SD, abs=0.06)


def test_odds_ratio_interval_and_p_belong_together() -> None:
    entry = line(logistic_mixed_model(simulated(1), CONDITIONS, level=0.9), "head")
    assert entry.log_odds is not None and entry.standard_error is not None
    assert entry.odds_ratio == pytest.approx(np.exp(entry.log_odds))
    assert entry.low == pytest.approx(np.exp(entry.log_odds - 1.644854 * entry.standard_error))
    assert entry.high == pytest.approx(np.exp(entry.log_odds + 1.644854 * entry.standard_error))
    assert entry.z == pytest.approx(entry.log_odds / entry.standard_error)


def test_participants_and_stimuli_may_change_places() -> None:
    trials = simulated(1, participants=40, stimuli=15)
    swapped = trials.rename(columns={"participant_id": "natural_id", "natural_id": "participant_id"})
    model, other = (logistic_mixed_model(each, CONDITIONS) for each in (trials, swapped))
    assert (model.participant_sd, model.stimulus_sd) == pytest.approx(
        (other.stimulus_sd, other.participant_sd), rel=1e-3
    )
    assert model.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-3)


def test_a_condition_without_errors_is_left_out_with_a_word() -> None:
    trials = simulated(2, participants=6, stimuli=40)
    trials.loc[trials["condition"] == "natural", "correct"] = True
    trials.loc[trials["condition"] == "logits", "correct"] = False
    model = logistic_mixed_model(trials, [*CONDITIONS, "unseen"])
    assert model.reference == "block2"
    natural, logits, unseen = (line(model, name) for name in ("natural", "logits", "unseen"))
    assert natural.note == f"all {natural.trials} answers right: no finite odds ratio"
    assert "answers wrong" in logits.note
    assert unseen.note == "nobody saw this condition"
    assert (natural.odds_ratio, natural.low, natural.p) == (None, None, None)
    assert model.trials == len(trials) - natural.trials - logits.trials
    assert line(model, "head").odds_ratio is not None


def test_a_random_factor_without_variance_is_named() -> None:
    trials = simulated(3)
    trials["correct"] = np.random.default_rng(4).random(len(trials)) < 0.7
    notes = logistic_mixed_model(trials, CONDITIONS).notes
    assert "the SD of participants is estimated as zero (singular fit)" in notes


def test_stimuli_shown_once_get_a_caveat() -> None:
    trials = simulated(5, participants=6, stimuli=40)
    trials["natural_id"] = range(len(trials))
    notes = logistic_mixed_model(trials, CONDITIONS).notes
    assert any("fewer than two trials per stimulus" in note for note in notes)


def test_what_cannot_be_fitted_is_refused() -> None:
    trials = simulated(2, participants=3, stimuli=20)
    for changed, message in (
        (trials[trials["participant_id"] == 0], "two or more participants"),
        (trials.assign(natural_id=0), "two or more stimuli"),
        (trials.assign(correct=True), "right and wrong answers"),
        (trials.assign(condition="tail"), "unknown conditions: tail"),
        (trials[:0], "right and wrong answers"),
    ):
        with pytest.raises(ValueError, match=message):
            logistic_mixed_model(changed, CONDITIONS)
