"""Blocks of plans with a fixed number of trials, fast enough for many networks in one study; pure.

A block has as many participants as there are conditions, C, and shows T cells of each condition, T being the
main trials of a participant. Which T rotates from block to block, so that the cells of a condition are filled
equally often, give or take one, after every block. No stimulus is in more than C cells of a block, so these
can be dealt to C participants such that nobody sees a stimulus twice (Kőnig 1916), everybody has T trials,
and each condition floor(T / C) times or once more.
"""

from functools import lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from app.core.randomness import generator

Matrix = NDArray[np.bool_]
NOT_SHOWN = -1
BLOCKS_KEPT = 16  # of 60 conditions and 400 stimuli each takes 400 KB


def most_trials(valid: Matrix) -> int:
    """The most main trials whose cells can be filled evenly: the valid cells of the poorest condition.

    `valid` is boolean, shape (stimuli, conditions), without the stimuli for practice.
    """
    return int(valid.sum(axis=0).min())


class Block:
    """The plans of as many participants as there are conditions, worked out one after the other.

    Who comes first in a block waits for one plan and not for all of them. Threads may share a block.

    Parameters
    ----------
    seed
        The study's seed.
    number
        Number of the block, from 0.
    valid
        Boolean, shape (stimuli, conditions): which cells may be shown.
    trials
        Main trials of a participant, `most_trials` at most; else `ValueError` is raised.
    """

    def __init__(self, seed: int, number: int, valid: Matrix, trials: int) -> None:
        if not 0 < trials <= most_trials(valid):
            raise ValueError(f"{trials} trials; the poorest condition has {most_trials(valid)} valid cells")
        self._random = generator(seed, "block", number)
        self._stimuli = len(valid)
        self._left, self._owner = _pieces(_shown(seed, number, valid, trials), self._random)
        self._dealt: list[NDArray[np.int16]] = []
        self._lock = Lock()

    def dealt(self, participant: int) -> NDArray[np.int16]:
        """What a participant (from 0) sees of each stimulus: a condition's number, or `NOT_SHOWN`."""
        with self._lock:
            while len(self._dealt) <= participant:
                self._dealt.append(self._owner[self._matching()[: self._stimuli]])
        return self._dealt[participant]

    def _matching(self) -> NDArray[np.int_]:
        """The column of every row in a permutation that is taken away from what is left.

        What is left has rows and columns of one sum, so there is always one. Costs drawn at random choose
        among them; the cheapest is the same whatever finds it, so that plans outlive versions of libraries.
        """
        cost = np.where(self._left > 0, self._random.random(self._left.shape), np.inf)
        rows, matched = linear_sum_assignment(cost)
        self._left[rows, matched] -= 1
        columns: NDArray[np.int_] = matched
        return columns


@lru_cache(maxsize=BLOCKS_KEPT)
def kept_block(seed: int, number: int, shape: tuple[int, ...], valid: bytes, trials: int) -> Block:
    """The block, worked on once for all its participants; `valid` are the bytes of the boolean matrix."""
    return Block(seed, number, np.frombuffer(valid, dtype=bool).reshape(shape), trials)


def _shown(seed: int, block: int, valid: Matrix, trials: int) -> Matrix:
    """The cells that a block shows: in each condition the next ones of an order drawn for it."""
    shown = np.zeros_like(valid)
    for condition in range(valid.shape[1]):
        order = generator(seed, "rotation", condition).permutation(np.flatnonzero(valid[:, condition]))
        shown[order[(block * trials + np.arange(trials)) % len(order)], condition] = True
    return shown


def _pieces(shown: Matrix, random: np.random.Generator) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """A matrix of whole numbers whose rows and columns all sum to C, and the condition of each column.

    Rows are stimuli. A condition's T cells are cut into columns of C, and one of the r that remain; C - r
    further rows fill these up, so that every participant is dealt r of them. Columns without a condition take
    the times that a stimulus is not shown.
    """
    stimuli, conditions = shown.shape
    columns, owner = [], []
    for condition in range(conditions):
        cells = random.permutation(np.flatnonzero(shown[:, condition]))
        for start in range(0, len(cells), conditions):
            column = np.zeros(stimuli, dtype=np.int16)
            column[cells[start : start + conditions]] = 1
            columns.append(column)
            owner.append(condition)
    idle = _spread(conditions - shown.sum(axis=1), conditions)
    filled = np.hstack([np.array(columns).T, idle])
    rest = int(shown[:, 0].sum()) % conditions
    fillers = np.zeros((conditions - rest if rest else 0, filled.shape[1]), dtype=np.int16)
    fillers[:, np.flatnonzero(filled.sum(axis=0) < conditions)] = 1
    conditions_of = [*owner, *[NOT_SHOWN] * idle.shape[1]]
    return np.vstack([filled, fillers]), np.array(conditions_of, dtype=np.int16)


def _spread(amounts: NDArray[np.int_], size: int) -> NDArray[np.int16]:
    """Columns that sum to `size` and whose rows sum to `amounts`, filled one after the other."""
    ends = np.cumsum(amounts)
    edges = np.arange(0, int(ends[-1]) + 1, size)
    overlap = np.minimum(ends[:, None], edges[None, 1:]) - np.maximum(
        (ends - amounts)[:, None], edges[None, :-1]
    )
    columns: NDArray[np.int16] = np.maximum(overlap, 0).astype(np.int16)
    return columns
