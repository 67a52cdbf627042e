"""How simulated participants answer trials; pure."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from app.tasks.observer import SimulatedObserver

LAPSE_SHARE = 0.15  # of the trials of one who lapses

# Makes an observer from the accuracy by condition that the study's simulated people have, what can be
# answered, and a generator.
Answering = Callable[[Mapping[str, float], Sequence[str], np.random.Generator], SimulatedObserver]


def by_layer(
    accuracy: Mapping[str, float], categories: Sequence[str], random: np.random.Generator
) -> SimulatedObserver:
    return SimulatedObserver(accuracy, categories, random)


class _Heedless(SimulatedObserver):
    """Answers alike, however easy a trial is."""

    def seeing(self, accuracy: float) -> SimulatedObserver:
        return self


def always_right(
    accuracy: Mapping[str, float], categories: Sequence[str], random: np.random.Generator
) -> SimulatedObserver:
    return _Heedless(dict.fromkeys(accuracy, 1.0), categories, random)


def guessing(
    accuracy: Mapping[str, float], categories: Sequence[str], random: np.random.Generator
) -> SimulatedObserver:
    """Each answer is equally likely, whatever is shown."""
    return _Heedless(dict.fromkeys(accuracy, 1 / len(categories)), categories, random)


class _Lapsing(SimulatedObserver):
    """As `lapsing`."""

    def seeing(self, accuracy: float) -> SimulatedObserver:
        return self.with_accuracy(_lapsed(accuracy, 1 / len(self._categories)))


def lapsing(
    accuracy: Mapping[str, float], categories: Sequence[str], random: np.random.Generator
) -> SimulatedObserver:
    """In `LAPSE_SHARE` of the trials any answer is equally likely; in the others as `by_layer`.

    An observer's wrong answers are uniform over the other categories, so the answers of both together are
    those of an observer whose accuracy is the mean of the two.
    """
    chance = 1 / len(categories)
    lapsed = {name: _lapsed(share, chance) for name, share in accuracy.items()}
    return _Lapsing(lapsed, categories, random)


def _lapsed(accuracy: float, chance: float) -> float:
    return (1 - LAPSE_SHARE) * accuracy + LAPSE_SHARE * chance


class _OneSided(_Heedless):
    """Gives one answer to every trial."""

    def __init__(
        self, accuracy: Mapping[str, float], categories: Sequence[str], random: np.random.Generator
    ) -> None:
        super().__init__(accuracy, categories, random)
        self._only: str = categories[int(random.integers(len(categories)))]

    def answer(self, condition: str, category: str) -> str:
        return self._only


def one_sided(
    accuracy: Mapping[str, float], categories: Sequence[str], random: np.random.Generator
) -> SimulatedObserver:
    """The same answer in all trials, drawn once."""
    return _OneSided(accuracy, categories, random)
