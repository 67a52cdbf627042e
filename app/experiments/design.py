"""Who sees what: balanced plans that are a pure function of the study's seed and the participant's number.

A cell is a (stimulus, condition) pair; it is valid if there is a stimulus for it that may be shown. Plans are
made in blocks of as many participants as there are conditions. Within a block every valid cell is given to
exactly one participant, so that cells fill evenly; the split over the participants is an equitable edge
colouring of the bipartite graph of stimuli and conditions (de Werra 1971; it always exists), so that each
participant sees a stimulus at most once and each condition equally often, give or take one. A study that says
how many trials a participant has is dealt by `app.experiments.balance` instead.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from app.core.randomness import generator
from app.experiments.balance import NOT_SHOWN, kept_block

Matrix = NDArray[np.bool_]
Cell = tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """One participant's plan.

    `practice` and `gate` are stimulus numbers in order; `main` are (stimulus, condition) numbers in order.
    `block` is the number of the block that the participant belongs to.
    """

    block: int
    practice: tuple[int, ...]
    main: tuple[Cell, ...]
    gate: tuple[int, ...] = ()


def mean_main_trials(valid: Matrix, practice: tuple[int, ...]) -> float:
    """Main trials per participant, averaged over a block; single participants differ by less than C."""
    usable = without(valid, practice)
    return float(_cap_conditions(0, 0, usable).sum() / usable.shape[1])


def make_plan(
    seed: int,
    slot: int,
    valid: Matrix,
    practice: tuple[int, ...],
    trials: int | None = None,
    gate: tuple[int, ...] = (),
) -> Plan:
    """The plan of the participant in a slot.

    Parameters
    ----------
    seed
        The study's seed.
    slot
        Number of the plan in the study's series, from 0.
    valid
        Boolean, shape (stimuli, conditions): which cells may be shown.
    practice
        Stimuli for the practice trials (`choose_aside`); they are left out of the main part.
    trials
        Main trials of every participant, at most `balance.most_trials`; without it, as many as there are, of
        which single participants have some more or fewer.
    gate
        Stimuli for the trials of the gate; they are left out of the main part too.
    """
    usable = without(valid, practice + gate)
    block, position = divmod(slot, valid.shape[1])
    if trials is None:
        cells = block_cells(seed, block, usable.shape, usable.tobytes())[position]
    else:
        dealt = kept_block(seed, block, usable.shape, usable.tobytes(), trials).dealt(position)
        cells = tuple((int(n), int(dealt[n])) for n in np.flatnonzero(dealt != NOT_SHOWN))
    main = np.array(cells, dtype=int).reshape(-1, 2)
    main = generator(seed, "main order", slot).permutation(main)
    return Plan(
        block,
        practice=_shuffled(seed, "practice order", slot, practice),
        main=tuple((int(n), int(c)) for n, c in main),
        gate=_shuffled(seed, "gate order", slot, gate),
    )


def _shuffled(seed: int, use: str, slot: int, stimuli: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(n) for n in generator(seed, use, slot).permutation(np.array(stimuli, dtype=int)))


def choose_aside(seed: int, categories: list[str], count: int) -> tuple[int, ...]:
    """Stimuli that are kept out of the main part: at random, of different categories as long as these last.

    Those for practice are the first of them, those for the gate come after.

    Parameters
    ----------
    categories
        The category of each stimulus, shape (stimuli,).
    count
        How many to draw. Raises `ValueError` if there are not more stimuli than that.
    """
    if count >= len(categories):
        raise ValueError(
            f"{count} trials of practice and gate need more than {len(categories)} natural stimuli"
        )
    order = generator(seed, "practice").permutation(len(categories))
    seen: dict[str, int] = {}
    ranks = []
    for stimulus in order:
        category = categories[stimulus]
        seen[category] = seen.get(category, 0) + 1
        ranks.append(seen[category])
    return tuple(int(n) for n in order[np.argsort(ranks, kind="stable")][:count])


@lru_cache(maxsize=16)
def block_cells(seed: int, block: int, shape: tuple[int, ...], valid: bytes) -> tuple[tuple[Cell, ...], ...]:
    """The cells of each participant of a block, in no particular order.

    `valid` are the bytes of the boolean matrix, so that a block is worked out once for all its participants.
    """
    matrix = np.frombuffer(valid, dtype=bool).reshape(shape)
    shown = _cap_conditions(seed, block, matrix)
    return _equitable_split(shown, shape[1], generator(seed, "block", block))


def without(valid: Matrix, practice: tuple[int, ...]) -> Matrix:
    """The cells of the main part."""
    usable = valid.copy()
    usable[list(practice)] = False
    return usable


def _cap_conditions(seed: int, block: int, valid: Matrix) -> Matrix:
    """Leave cells out where conditions differ so much in size that a participant's counts would too.

    If the smallest condition has s valid cells, participants see floor(s / C) or one more of each of the C
    conditions, so a block has room for (floor(s / C) + 1) * C cells of a condition. Which cells of a larger
    one are left out rotates from block to block.
    """
    conditions = valid.shape[1]
    room = (int(valid.sum(axis=0).min()) // conditions + 1) * conditions
    shown = valid.copy()
    for condition in range(conditions):
        stimuli = np.flatnonzero(valid[:, condition])
        if len(stimuli) > room:
            order = generator(seed, "rotation", condition).permutation(stimuli)
            turns = (block * room + np.arange(room)) % len(order)
            shown[:, condition] = False
            shown[order[turns], condition] = True
    return shown


def _equitable_split(
    shown: Matrix, participants: int, random: np.random.Generator
) -> tuple[tuple[Cell, ...], ...]:
    """Split cells over participants so that every row and column is spread as evenly as can be.

    Each condition is cut into columns of at most P cells. The matrix of stimuli by columns is completed to
    one whose rows and columns all sum to P; such a matrix is a sum of P permutations (Kőnig 1916), and each
    participant gets one of them. Costs drawn at random choose among the permutations that are possible.
    """
    columns, owner = _cut_columns(shown, participants, random)
    stimuli, width = columns.shape
    left = np.block(
        [
            [columns, np.diag(participants - columns.sum(axis=1))],
            [np.diag(participants - columns.sum(axis=0)), columns.T],
        ]
    )
    split = []
    for _ in range(participants):
        cost = np.where(left > 0, random.random(left.shape), np.inf)
        rows, chosen = linear_sum_assignment(cost)
        left[rows, chosen] -= 1
        real = (rows < stimuli) & (chosen < width)
        split.append(tuple((int(n), owner[c]) for n, c in zip(rows[real], chosen[real], strict=True)))
    # The permutations taken first are the cheapest, so the order of the participants is drawn as well.
    return tuple(split[p] for p in random.permutation(participants))


def _cut_columns(shown: Matrix, size: int, random: np.random.Generator) -> tuple[NDArray[np.int_], list[int]]:
    """0/1 columns of at most `size` cells each, and the condition that each column belongs to."""
    columns, owner = [], []
    for condition in range(shown.shape[1]):
        stimuli = random.permutation(np.flatnonzero(shown[:, condition]))
        for start in range(0, len(stimuli), size):
            column = np.zeros(len(shown), dtype=int)
            column[stimuli[start : start + size]] = 1
            columns.append(column)
            owner.append(condition)
    return np.array(columns, dtype=int).reshape(-1, len(shown)).T, owner
