"""The course of a session: which steps it has, and which of them is due; pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Any

from app.steps.gate import GateParameters
from app.steps.registry import KINDS, parameters_of
from app.steps.step import PHASES, Parts, Step, StepKind, StepParameters
from app.steps.trials import TrialsParameters, blocks_of

Course = tuple[Step, ...]
BREAK = "rest_break"  # what comes between two blocks of trials
ENTRY = "consent"
NONE = "none"  # what a study file says of a step that it leaves out


def preset_course(
    given: Sequence[str | Mapping[str, Any]], practice_trials: int
) -> tuple[StepParameters, ...]:
    """The steps of a task's own course; without practice trials, those of practice are left out."""
    steps = map(parameters_of, given)
    return tuple(step for step in steps if practice_trials or not KINDS[step.kind].of_practice)


def amended(course: Sequence[StepParameters], changes: Mapping[str, Any]) -> list[StepParameters]:
    """A course with other parameters for some of its steps, or without some.

    `changes` holds, by the kind of step, parameters that take the place of the course's, or "none" for a step
    that is left out. Raises `ValueError`: a kind that the course has not.
    """
    kinds = [step.kind for step in course]
    for kind in changes:
        if kind not in kinds:
            raise ValueError(f"{kind}: the preset has no such step; it has {', '.join(kinds)}")
    return [_amended(step, changes.get(step.kind, {})) for step in course if changes.get(step.kind) != NONE]


def _amended(step: StepParameters, change: Any) -> StepParameters:
    if not isinstance(change, Mapping):
        raise ValueError(f"{step.kind}: give its parameters as in {{trials: 12}}, or {NONE} to leave it out")
    return parameters_of({**step.model_dump(exclude_unset=True), **change, "kind": step.kind})


def checked(steps: Sequence[StepParameters], practice_trials: int, medium: str) -> None:
    """Raises `ValueError` with one line unless these steps make a session of that many practice trials."""
    kinds = [KINDS[step.kind] for step in steps]
    for number, kind in enumerate(kinds):
        if kind.medium not in (None, medium):
            raise ValueError(f"{kind.name} is for {kind.medium}s; this study's preset is for {medium}s")
        if kind.of_practice and not practice_trials:
            raise ValueError(f"{kind.name} needs practice trials, and practice_trials is 0")
        if kind.at_entry and number:
            raise ValueError(f"{kind.name} comes first, since people enter by it; put it first")
    held = [kind.holds for kind in kinds if kind.holds]
    if "main" not in held:
        raise ValueError("the main trials are missing; add the step trials")
    main = next(number for number, kind in enumerate(kinds) if kind.holds == "main")
    for kind in kinds[:main]:
        if kind.after_main:
            raise ValueError(f"{kind.name} comes after the main trials; put it behind trials")
    if practice_trials and "practice" not in held:
        raise ValueError(
            f"practice_trials is {practice_trials}, and the step practice is missing; add it, or set "
            "practice_trials: 0"
        )
    for kind in kinds:
        if kind.holds and held.count(kind.holds) > 1:
            raise ValueError(f"{kind.name} comes twice; a participant has these trials once")
    _require_order([kind for kind in kinds if kind.holds])


def _require_order(kinds: Sequence[StepKind]) -> None:
    """The order of a plan's trials is fixed: practice, gate, main."""
    places = [PHASES.index(kind.holds) for kind in kinds if kind.holds]
    for place, (earlier, later) in enumerate(pairwise(places)):
        if later < earlier:
            names = kinds[place + 1].name, kinds[place].name
            raise ValueError(f"{names[0]} comes after {names[1]}; put it before them")


def require_steps(needs: Mapping[str, str], steps: Sequence[StepParameters]) -> None:
    """Raises `ValueError` with one line unless each kind that a field `needs` comes before all trials."""
    before = [step.kind for step in takewhile(lambda step: not KINDS[step.kind].holds, steps)]
    for kind, field in needs.items():
        if kind not in before:
            raise ValueError(
                f"{field}: needs the step {kind} before the first trials; add it to steps, or leave this out"
            )


def gate_trials(steps: Sequence[StepParameters]) -> int:
    """How many trials of a plan are for the gate."""
    return sum(step.trials for step in steps if isinstance(step, GateParameters))


def catch_trials(steps: Sequence[StepParameters]) -> int:
    """How many catch trials lie among the main ones."""
    return sum(step.catch for step in steps if isinstance(step, TrialsParameters))


def outcomes_of(steps: Sequence[StepParameters]) -> dict[str, str]:
    """How a session with these steps can end before its end, each with what a flow chart says of it."""
    return {name: label for step in steps for name, label in KINDS[step.kind].outcomes.items()}


def pages_of(steps: Sequence[StepParameters]) -> tuple[StepKind, ...]:
    """The kinds of steps without trials that these steps lead to, each once."""
    return tuple(kind for kind in kinds_of(steps) if kind.result is not None)


def kinds_of(steps: Sequence[StepParameters]) -> tuple[StepKind, ...]:
    """The kinds of steps that these steps lead to, each once."""
    return tuple(KINDS[name] for name in dict.fromkeys([*(step.kind for step in steps), BREAK]))


@lru_cache(maxsize=256)
def course_of(steps: tuple[StepParameters, ...], parts: Parts) -> Course:
    """The steps of a session with a plan of these parts.

    Main trials are cut into blocks, with a break between two.
    """
    course: list[Step] = []
    done = 0
    for parameters, trials in _contents(steps, parts):
        course.append(Step(len(course), parameters, done, trials))
        done += len(trials)
    return tuple(course)


def _contents(steps: Sequence[StepParameters], parts: Parts) -> Iterator[tuple[StepParameters, range]]:
    for parameters in steps:
        holds = KINDS[parameters.kind].holds
        trials = parts.trials_of(holds) if holds else range(0)
        if isinstance(parameters, TrialsParameters):
            for number, block in enumerate(blocks_of(trials, parameters)):
                if number:
                    yield parameters_of(BREAK), range(0)
                yield parameters, block
        else:
            yield parameters, trials


def from_due_on(course: Course, results: Collection[int], next_index: int | None) -> Course:
    """The steps that are left, the one that is due first; none when the session is through.

    Parameters
    ----------
    results
        Positions of the steps whose result is stored.
    next_index
        The first trial that is neither answered nor set aside; None if there is none.

    A step of trials is passed with its last trial. A page is passed when its result is stored, or when a
    trial after it is answered: sessions of earlier releases stored nothing of their pages.
    """
    reached = sum(len(step.trials) for step in course) if next_index is None else next_index

    def passed(step: Step) -> bool:
        if KINDS[step.kind].holds:
            return reached >= step.trials.stop
        return step.position in results or reached > step.before

    return tuple(course[next((n for n, step in enumerate(course) if not passed(step)), len(course)) :])


def settled(left: Course) -> Course:
    """Of the steps that are left, those that are known: none after one that may end the session, or whose
    result says how trials are shown."""
    for number, step in enumerate(left):
        if KINDS[step.kind].outcomes or KINDS[step.kind].for_trials:
            return left[: number + 1]
    return left


def step_of_trial(course: Course, trial_index: int) -> Step:
    """The step that holds a trial. Raises `StopIteration` for a trial that no step holds."""
    return next(step for step in course if trial_index in step.trials)


def block_of_trial(course: Course, trial_index: int) -> range:
    """The trials of the block that a trial belongs to."""
    return step_of_trial(course, trial_index).trials
