"""The gates: who is left out, where, and why; by hand."""

from typing import Any

import pandas as pd
import pytest

from app.analysis.measures.exclusions import Tally, apply, dropped_trials, gates_of, tallies_of
from app.experiments.exclusions import Exclusions, TrialExclusions

RULES = Exclusions(median_rt_below_ms=300, bad_timing_above=0.1, unattended_above=0.25)
GOOD = {
    "completed": True,
    "trials": 40,
    "kept": 40,
    "paced": 40,
    "quick": 0,
    "timed": 40,
    "untimely": 4,
    "watched": 40,
}


def tally(who: int, **changes: Any) -> Tally:
    return Tally(**{"participant_id": who, **GOOD, "unattended": 10, **changes})


def test_everybody_good_passes_every_gate() -> None:
    flow = apply(RULES, [tally(1), tally(2)], consented=2)
    assert [(step.name, step.excluded, step.remaining) for step in flow.steps] == [
        ("unfinished", 0, 2),
        ("too_fast", 0, 2),
        ("bad_timing", 0, 2),  # 4 of 40 is not more than 10 %
        ("unattended", 0, 2),
    ]
    assert (flow.analysed, flow.trials_analysed, flow.exclusions) == (2, 80, ())


def test_each_is_left_out_at_the_first_gate_that_fails_with_a_reason() -> None:
    flow = apply(
        RULES,
        [
            tally(1),
            tally(2, completed=False, quick=40),
            tally(3, quick=21),
            tally(4, untimely=5),
            tally(5, unattended=11),
        ],
        consented=7,
    )
    assert [(step.name, step.excluded, step.remaining) for step in flow.steps] == [
        ("no_answers", 2, 5),
        ("unfinished", 1, 4),
        ("too_fast", 1, 3),
        ("bad_timing", 1, 2),
        ("unattended", 1, 1),
    ]
    assert {one.participant_id: one.reason for one in flow.exclusions} == {
        2: "did not finish",
        3: "21 of 40 answers came within 300 ms",
        4: "5 of 40 trials more than a frame off",
        5: "11 of 40 trials without focus or hidden",
    }
    assert flow.gate_of == {2: "unfinished", 3: "too_fast", 4: "bad_timing", 5: "unattended"}


def test_half_of_the_answers_quick_is_not_a_median_below() -> None:
    assert apply(RULES, [tally(1, quick=20)], consented=1).analysed == 1


def test_what_was_not_measured_is_not_held_against_anybody() -> None:
    unknown = tally(1, timed=0, untimely=0, watched=0, unattended=0)
    assert apply(RULES, [unknown], consented=1).analysed == 1


def test_rules_that_are_not_declared_leave_nobody_out() -> None:
    none = Exclusions(unfinished=False)
    bad = tally(1, completed=False, quick=40, untimely=40, unattended=40)
    flow = apply(none, [bad], consented=1)
    assert (flow.analysed, flow.steps) == (1, ())
    assert apply(Exclusions(), [bad], consented=1).analysed == 0  # those who did not finish: by default


def test_a_participant_whose_trials_are_all_dropped_is_left_out() -> None:
    flow = apply(Exclusions(), [tally(1), tally(2, kept=0)], consented=2)
    assert flow.gate_of == {2: "no_trials_left"}
    assert flow.steps[-1].label == "no trial left"


def test_dropped_trials_are_counted_among_those_who_remain() -> None:
    rules = Exclusions(trials=TrialExclusions(bad_timing=True, rt_below_ms=200, rt_above_ms=5000))
    tallies = [tally(1, kept=34), tally(2, kept=0, completed=False)]
    flow = apply(rules, tallies, consented=2)
    assert flow.trials_before == 40
    assert [(step.name, step.excluded, step.remaining) for step in flow.trial_steps] == [
        ("bad_timing", 4, 36),
        ("rt_outside", 2, 34),
    ]
    assert flow.trial_steps[1].label == "response time below 200 ms or above 5000 ms"


def test_nobody_at_all() -> None:
    flow = apply(RULES, [], consented=0)
    assert (flow.analysed, flow.trials_analysed) == (0, 0)


@pytest.mark.parametrize(
    ("tallies", "consented", "message"),
    [([tally(1), tally(1)], 2, "two tallies"), ([tally(1), tally(2)], 1, "only 1 consented")],
)
def test_counts_that_contradict_each_other_are_refused(
    tallies: list[Tally], consented: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        apply(RULES, tallies, consented)


def test_tallies_are_sums_over_conditions() -> None:
    row = {"participant_id": 7, **GOOD, "unattended": 1, "correct": 3, "kept_correct": 3}
    scores = pd.DataFrame([{**row, "condition": "natural"}, {**row, "condition": "head"}])
    (found,) = tallies_of(scores)
    assert (found.participant_id, found.completed, found.trials, found.unattended) == (7, True, 80, 2)


def test_each_gate_says_its_limit() -> None:
    labels = [gate.label for gate in gates_of(RULES)]
    assert "median response time below 300 ms" in labels
    assert "more than 10% of pictures more than a frame off" in labels


def test_why_single_trials_are_dropped() -> None:
    trials = pd.DataFrame(
        {
            "on_time": pd.array([True, False, None, False, True], dtype="boolean"),
            "rt_ms": [100.0, 100.0, 500.0, 500.0, 9000.0],
        }
    )
    both = TrialExclusions(bad_timing=True, rt_below_ms=200, rt_above_ms=8000)
    assert dropped_trials(trials, both).tolist() == [
        "rt_outside",
        "bad_timing",
        "",
        "bad_timing",
        "rt_outside",
    ]
    assert dropped_trials(trials, TrialExclusions()).tolist() == [""] * 5


def test_answers_without_a_response_time_are_in_neither_number_of_the_median() -> None:
    flow = apply(RULES, [tally(1, paced=10, quick=6), tally(2, paced=0, quick=0)], consented=2)
    assert {one.participant_id: one.reason for one in flow.exclusions} == {
        1: "6 of 10 answers came within 300 ms"
    }


def test_a_trial_without_a_response_time_is_dropped_by_no_limit() -> None:
    trials = pd.DataFrame({"on_time": pd.array([True] * 3, dtype="boolean"), "rt_ms": [100.0, None, 9000.0]})
    rules = TrialExclusions(rt_below_ms=200, rt_above_ms=5000)
    assert dropped_trials(trials, rules).tolist() == ["rt_outside", "", "rt_outside"]
