"""What is known of the progress of a study; pure."""

from dataclasses import dataclass

# Sessions that have not ended and of which nothing was heard for long: their places are given away.
GONE = "gone"


@dataclass(frozen=True)
class Course:
    """Where the sessions of one audience are and how they ended.

    `steps` are (kind of step, people who are at it now), in the order of the session; `ended` are (outcome,
    people) of sessions that ended otherwise than by being completed. `gone` have not ended, and were not
    heard of for the time after which a place is given to another.
    """

    consented: int
    completed: int
    steps: tuple[tuple[str, int], ...]
    gone: int
    ended: tuple[tuple[str, int], ...]
    median_duration_s: float | None

    @property
    def active(self) -> int:
        return sum(people for _, people in self.steps)


@dataclass(frozen=True)
class Quality:
    """What the answers so far are worth.

    `fewest` and `most` are main trials answered in a condition, by all who are in the curve; `on_time` is the
    share of timed trials; `largest_sem` is that of the worst condition, against `target_sem` where the study
    declares one.
    """

    analysed: int
    fewest: int
    most: int
    on_time: float | None
    largest_sem: float | None
    target_sem: float | None
    stop: bool
