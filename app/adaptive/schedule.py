"""Which dimension and image each trial of a session has; pure.

The schedule is fixed when a participant consents. Only the level of a trial is left open: it is chosen when
the trial is given out. One dimension never comes twice running, so that a trial can be given out while the
one before it is still being answered, and no choice rests on an answer that is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import gcd
from typing import Literal

import numpy as np

from app.core.randomness import generator

Kind = Literal["practice", "main", "catch"]
# Whether the changed picture is A, and whether X is the changed one.
Arrangement = tuple[bool, bool]
ARRANGEMENTS: tuple[Arrangement, ...] = tuple(product((True, False), (True, False)))


@dataclass(frozen=True)
class AbxTrial:
    """One trial: the original of image `image` and one of its changes along `dimension` (both numbers from
    0).

    `changed_first` says that A is the changed picture, `x_changed` that X is; X is A if both are the same.
    Practice and catch trials show the largest level.
    """

    kind: Kind
    dimension: int
    image: int
    changed_first: bool
    x_changed: bool

    @property
    def right_answer(self) -> str:
        return right_answer(self.changed_first, self.x_changed)


def right_answer(changed_first: bool, x_changed: bool) -> str:
    """Which of A and B the picture X is: "first" or "second"."""
    return "first" if changed_first == x_changed else "second"


def schedule(
    seed: int,
    slot: int,
    dimensions: tuple[int, ...],
    images: int,
    trials_per_dimension: int,
    *,
    practice: int = 0,
    catch_share: float = 0.05,
) -> list[AbxTrial]:
    """The trials of the participant in a slot, in order: practice first, then catch trials among the main
    ones.

    Every dimension has `trials_per_dimension` main trials, in blocks that hold each dimension once in
    random order. Within a dimension the four arrangements of A, B and X come once in every four trials, and
    the images in turn, in a random order that is drawn anew each time all were shown. Catch trials are
    `catch_share` of the main ones, rounded, spread evenly, of a dimension that neither neighbour has where
    there are three or more.

    Raises `ValueError` for less than two dimensions, one image and one trial.
    """
    if len(dimensions) < 2 or images < 1 or trials_per_dimension < 1:
        raise ValueError("schedule: at least two dimensions, one image and one trial of each are needed")
    order = _blocks(seed, slot, dimensions, trials_per_dimension)
    made = {number: _trials_of(seed, slot, number, images) for number in dimensions}
    main = [_trial("main", number, *next(made[number])) for number in order]
    whole = _with_catch_trials(seed, slot, main, images, dimensions, round(catch_share * len(main)))
    return _practice(seed, slot, whole, images, dimensions, practice) + whole


def dimensions_of(
    seed: int, slot: int, dimensions: int, per_session: int, always: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """The dimensions that the participant in a slot is shown, where there are more than a session holds.

    Those of `always` (the control) are in every session. After any number of participants each of the
    others was given out equally often, give or take one; who shares a session changes from cycle to cycle.
    Raises `ValueError` if a session holds less than two.
    """
    if per_session < max(2, len(always)):
        raise ValueError("a session needs at least two dimensions, and room for those of every session")
    others = [number for number in range(dimensions) if number not in always]
    taken = min(per_session - len(always), len(others))
    if not taken:
        return always
    cycle, position = divmod(slot, len(others) // gcd(len(others), taken))
    order = generator(seed, "dimensions", cycle).permutation(np.array(others))
    drawn = [int(order[(position * taken + offset) % len(order)]) for offset in range(taken)]
    return (*sorted(drawn), *always)


def _blocks(seed: int, slot: int, dimensions: tuple[int, ...], blocks: int) -> list[int]:
    drawing = generator(seed, "dimension order", slot)
    order: list[int] = []
    for _ in range(blocks):
        block = [int(number) for number in drawing.permutation(np.array(dimensions))]
        if order and block[0] == order[-1]:
            other = int(drawing.integers(1, len(block)))
            block[0], block[other] = block[other], block[0]
        order += block
    return order


def _trials_of(seed: int, slot: int, dimension: int, images: int) -> Iterator[tuple[int, Arrangement]]:
    """Images and arrangements of one dimension, without end."""
    drawing = generator(seed, "dimension", slot, dimension)
    shown: list[int] = []
    arranged: list[Arrangement] = []
    while True:
        shown = shown or [int(number) for number in drawing.permutation(images)]
        arranged = arranged or [ARRANGEMENTS[number] for number in drawing.permutation(len(ARRANGEMENTS))]
        yield shown.pop(), arranged.pop()


def _trial(kind: Kind, dimension: int, image: int, arrangement: Arrangement) -> AbxTrial:
    return AbxTrial(kind, dimension, image, *arrangement)


def _with_catch_trials(
    seed: int, slot: int, main: list[AbxTrial], images: int, dimensions: tuple[int, ...], count: int
) -> list[AbxTrial]:
    drawing = generator(seed, "catch", slot)
    made = _trials_of(seed, slot, -1, images)
    gaps = np.array_split(np.arange(1, len(main)), count) if count else []
    places = [int(drawing.choice(gap)) for gap in gaps if len(gap)]
    whole = list(main)
    for place in reversed(places):
        neighbours = {whole[place - 1].dimension, whole[place].dimension}
        apart = [number for number in dimensions if number not in neighbours] or list(dimensions)
        whole.insert(place, _trial("catch", int(drawing.choice(apart)), *next(made)))
    return whole


def _practice(
    seed: int, slot: int, whole: list[AbxTrial], images: int, dimensions: tuple[int, ...], count: int
) -> list[AbxTrial]:
    """Practice trials go through the dimensions; the last is not of the dimension that follows."""
    drawing = generator(seed, "practice dimensions", slot)
    following = whole[0].dimension
    others = np.array([number for number in dimensions if number != following])
    backwards = [*(int(number) for number in drawing.permutation(others)), following]
    made = _trials_of(seed, slot, -2, images)
    return [
        _trial("practice", backwards[left % len(backwards)], *next(made)) for left in reversed(range(count))
    ]
