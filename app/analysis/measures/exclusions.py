"""The study's exclusion rules, applied: who stays, who is left out at which gate and why; pure.

A rule for participants is one `Gate`. To add one: a field in `app.experiments.exclusions`, and its gate here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from app.experiments.exclusions import Exclusions, TrialExclusions
from app.stimuli.medium import PICTURES, Medium


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What the rules need to know of one participant: counts of answered main trials.

    The columns of `app.analysis.queries.scores`, summed over conditions; and how many catch trials were
    answered, and how many of them right.
    """

    participant_id: int
    completed: bool
    trials: int
    kept: int
    paced: int
    quick: int
    timed: int
    untimely: int
    watched: int
    unattended: int
    catch_trials: int = 0
    catch_right: int = 0


@dataclass(frozen=True)
class Gate:
    """One rule. `label` is what a flow chart says; `reason` says why a participant fails, or "" if not."""

    name: str
    label: str
    reason: Callable[[Tally], str]


@dataclass(frozen=True)
class Ending:
    """One way in which sessions ended early; `label` is what a flow chart says of it."""

    name: str
    label: str
    participants: tuple[int, ...]


@dataclass(frozen=True)
class Exclusion:
    """One participant who was left out, at the first gate that was failed."""

    participant_id: int
    gate: str
    reason: str


@dataclass(frozen=True)
class Step:
    """One gate of the flow chart: how many it left out, and how many remained. Units are the flow's own."""

    name: str
    label: str
    excluded: int
    remaining: int


@dataclass(frozen=True, kw_only=True)
class Flow:
    """From all who consented to those who are analysed, and from all their trials to those that count.

    `steps` count participants; `trial_steps` count trials of the participants who remained, from
    `trials_before` on.
    """

    consented: int
    steps: tuple[Step, ...]
    exclusions: tuple[Exclusion, ...]
    trials_before: int
    trial_steps: tuple[Step, ...]

    @property
    def analysed(self) -> int:
        return self.steps[-1].remaining if self.steps else self.consented

    @property
    def trials_analysed(self) -> int:
        return self.trial_steps[-1].remaining if self.trial_steps else self.trials_before

    @property
    def gate_of(self) -> dict[int, str]:
        """The gate at which each left-out participant failed."""
        return {one.participant_id: one.gate for one in self.exclusions}


def gates_of(rules: Exclusions, medium: Medium = PICTURES) -> tuple[Gate, ...]:
    """The gates that a study declares, in order, between those that every analysis has."""
    return (
        Gate("no_answers", "no answer in the main part", _if(lambda one: one.trials == 0, "no answer")),
        *_declared(rules, medium),
        Gate("no_trials_left", "no trial left", _if(lambda one: one.kept == 0, "every trial was dropped")),
    )


def _declared(rules: Exclusions, medium: Medium) -> Iterator[Gate]:
    if rules.unfinished:
        yield Gate("unfinished", "did not finish", _if(lambda one: not one.completed, "did not finish"))
    if (least := rules.catch_right_below) is not None:
        label = f"fewer than {least} catch trials right"
        yield Gate("catch", label, _caught(least))
    if (limit_ms := rules.median_rt_below_ms) is not None:
        yield Gate(
            "too_fast",
            f"median response time below {limit_ms:g} ms",
            _majority("quick", "paced", f"{limit_ms:g} ms"),
        )
    if (share := rules.bad_timing_above) is not None:
        label = f"more than {share:.0%} of {medium.kind}s {medium.off_time}"
        yield Gate("bad_timing", label, _too_many("untimely", "timed", share, medium.off_time))
    if (share := rules.unattended_above) is not None:
        label = f"page without focus or hidden in more than {share:.0%} of trials"
        yield Gate("unattended", label, _too_many("unattended", "watched", share, "without focus or hidden"))


def _if(failed: Callable[[Tally], bool], reason: str) -> Callable[[Tally], str]:
    return lambda one: reason if failed(one) else ""


def _caught(least: int) -> Callable[[Tally], str]:
    def reason(one: Tally) -> str:
        missed = one.catch_right < least
        return f"{one.catch_right} of {one.catch_trials} catch trials right" if missed else ""

    return reason


def _majority(count: str, of: str, limit: str) -> Callable[[Tally], str]:
    """A median is below a limit if more than half of the values are."""

    def reason(one: Tally) -> str:
        found, known = getattr(one, count), getattr(one, of)
        return f"{found} of {known} answers came within {limit}" if 2 * found > known else ""

    return reason


def _too_many(count: str, of: str, share: float, what: str) -> Callable[[Tally], str]:
    """Trials for which nothing was measured are in neither number."""

    def reason(one: Tally) -> str:
        found, known = getattr(one, count), getattr(one, of)
        return f"{found} of {known} trials {what}" if found > share * known else ""

    return reason


def apply(
    rules: Exclusions,
    tallies: Sequence[Tally],
    consented: int,
    medium: Medium = PICTURES,
    endings: Sequence[Ending] = (),
) -> Flow:
    """Send every participant through the gates in order; who fails one goes no further.

    Parameters
    ----------
    rules
        The study's declared rules.
    tallies
        One per participant who answered any main trial.
    consented
        All who consented, at least as many as there are tallies; the others answered nothing.
    medium
        What was presented, for the words of the labels.
    endings
        Sessions that ended early, and those of whom nothing is left: they come first, whatever the rules.

    Raises
    ------
    ValueError
        There are more tallies than people who consented, or two of one participant.
    """
    if len({one.participant_id for one in tallies}) != len(tallies):
        raise ValueError("a participant has two tallies")
    if consented < len(tallies):
        raise ValueError(f"{len(tallies)} participants answered, but only {consented} consented")
    steps, exclusions, remaining = _ended(endings, consented)
    ended = {one.participant_id for one in exclusions}
    left = [one for one in tallies if one.participant_id not in ended]
    for gate in gates_of(rules, medium):
        failed = [Exclusion(one.participant_id, gate.name, why) for one in left if (why := gate.reason(one))]
        exclusions += failed
        gone = {one.participant_id for one in failed}
        left = [one for one in left if one.participant_id not in gone]
        if gate.name in {"no_answers", "no_trials_left"} and remaining == len(left):
            continue  # these two are no rules of the study: they are shown where they happen
        steps.append(Step(gate.name, gate.label, remaining - len(left), len(left)))
        remaining = len(left)
    return Flow(
        consented=consented,
        steps=tuple(steps),
        exclusions=tuple(exclusions),
        trials_before=sum(one.trials for one in left),
        trial_steps=_trial_steps(rules.trials, left, medium),
    )


def _ended(endings: Sequence[Ending], consented: int) -> tuple[list[Step], list[Exclusion], int]:
    """The gates of sessions that ended early, with who was left out at them and how many remained."""
    steps, exclusions, remaining = [], [], consented
    for ending in endings:
        if ending.participants:
            remaining -= len(ending.participants)
            steps.append(Step(ending.name, ending.label, len(ending.participants), remaining))
            exclusions += [Exclusion(who, ending.name, ending.label) for who in ending.participants]
    return steps, exclusions, remaining


def _trial_steps(rules: TrialExclusions, included: Sequence[Tally], medium: Medium) -> tuple[Step, ...]:
    remaining = sum(one.trials for one in included)
    steps = []
    if rules.bad_timing:
        late = sum(one.untimely for one in included)
        remaining -= late
        steps.append(Step("bad_timing", f"{medium.kind} {medium.off_time}", late, remaining))
    if pace := pace_in_words(rules):
        kept = sum(one.kept for one in included)
        steps.append(Step("rt_outside", pace, remaining - kept, kept))
    return tuple(steps)


def pace_in_words(rules: TrialExclusions) -> str:
    """The rule on single response times in words; "" if there is none."""
    parts = [f"below {rules.rt_below_ms:g} ms"] if rules.rt_below_ms is not None else []
    parts += [f"above {rules.rt_above_ms:g} ms"] if rules.rt_above_ms is not None else []
    return f"response time {' or '.join(parts)}" if parts else ""


def dropped_trials(trials: pd.DataFrame, rules: TrialExclusions) -> pd.Series:
    """Why each trial is dropped: the name of its step in `Flow.trial_steps`, or "".

    `trials` has the columns `on_time` (True, False or missing) and `rt_ms` (a number or missing). What was
    not measured is no reason to drop a trial.
    """
    reasons = pd.Series("", index=trials.index, dtype=object)
    low = 0.0 if rules.rt_below_ms is None else rules.rt_below_ms
    high = float("inf") if rules.rt_above_ms is None else rules.rt_above_ms
    reasons[(trials["rt_ms"] < low) | (trials["rt_ms"] > high)] = "rt_outside"
    if rules.bad_timing:
        reasons[trials["on_time"].eq(False).fillna(False).astype(bool)] = "bad_timing"
    return reasons


def tallies_of(scores: pd.DataFrame, catch: Mapping[int, tuple[int, int]] | None = None) -> list[Tally]:
    """One tally per participant from the rows of `app.analysis.queries.scores`.

    `catch` tells of participants how many catch trials they answered, and how many of them right.
    """
    apart = {"participant_id", "completed", "catch_trials", "catch_right"}
    counts = [name for name in Tally.__dataclass_fields__ if name not in apart]
    summed = scores.groupby("participant_id").agg({"completed": "first", **dict.fromkeys(counts, "sum")})
    tallies = []
    for row in summed.reset_index().to_dict("records"):
        trials, right = (catch or {}).get(row["participant_id"], (0, 0))
        tallies.append(Tally(**row, catch_trials=trials, catch_right=right))
    return tallies
