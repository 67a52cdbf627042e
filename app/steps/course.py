"""The course of a session: which steps it has, and which of them is due; pure."""

from collections.abc import Collection, Iterator, Sequence

from app.steps.registry import KINDS, parameters_of
from app.steps.step import Step, StepKind, StepParameters
from app.steps.trials import TrialsParameters, blocks_of

Course = tuple[Step, ...]
BREAK = "rest_break"  # what comes between two blocks of trials


def preset_course(names: Sequence[str], practice_trials: int) -> tuple[StepParameters, ...]:
    """The steps of a task's own course; without practice trials, those of practice are left out."""
    return tuple(parameters_of(name) for name in names if practice_trials or not KINDS[name].of_practice)


def checked(steps: Sequence[StepParameters], practice_trials: int, medium: str) -> None:
    """Raises `ValueError` with one line unless these steps make a session of that many practice trials."""
    kinds = [KINDS[step.kind] for step in steps]
    for kind in kinds:
        if kind.medium not in (None, medium):
            raise ValueError(f"{kind.name} is for {kind.medium}s; this study's preset is for {medium}s")
        if kind.of_practice and not practice_trials:
            raise ValueError(f"{kind.name} needs practice trials, and practice_trials is 0")
    held = [kind.holds for kind in kinds if kind.holds]
    if "main" not in held:
        raise ValueError("the main trials are missing; add the step trials")
    if practice_trials and "practice" not in held:
        raise ValueError(
            f"practice_trials is {practice_trials}, and the step practice is missing; add it, or set "
            "practice_trials: 0"
        )
    for kind in kinds:
        if kind.holds and held.count(kind.holds) > 1:
            raise ValueError(f"{kind.name} comes twice; a participant has these trials once")
    if held != sorted(held, reverse=True):
        raise ValueError("practice comes after trials; put it before them")


def pages_of(steps: Sequence[StepParameters]) -> tuple[StepKind, ...]:
    """The kinds of steps without trials that these steps lead to, each once."""
    kinds = dict.fromkeys([*(step.kind for step in steps), BREAK])
    return tuple(KINDS[name] for name in kinds if KINDS[name].result is not None)


def course_of(steps: Sequence[StepParameters], practice: int, total: int) -> Course:
    """The steps of a session with a plan of `total` trials, of which the first `practice` are for practice.

    Main trials are cut into blocks, with a break between two.
    """
    course: list[Step] = []
    done = 0
    for parameters, trials in _contents(steps, practice, total):
        course.append(Step(len(course), parameters, done, trials))
        done += len(trials)
    return tuple(course)


def _contents(
    steps: Sequence[StepParameters], practice: int, total: int
) -> Iterator[tuple[StepParameters, range]]:
    for parameters in steps:
        holds = KINDS[parameters.kind].holds
        if isinstance(parameters, TrialsParameters):
            for number, block in enumerate(blocks_of(range(practice, total), parameters)):
                if number:
                    yield parameters_of(BREAK), range(0)
                yield parameters, block
        else:
            yield parameters, range(practice) if holds == "practice" else range(0)


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
