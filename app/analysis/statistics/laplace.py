"""Maximum likelihood of a logistic model with crossed random intercepts, by the Laplace approximation; pure.

Source: Breslow & Clayton 1993, J. Am. Stat. Assoc. 88, equations 3 to 5; Bates et al. 2015, J. Stat. Softw.
67, whose `glmer` does the same. The blocks of the Hessian that belong to one factor are diagonal, so the
larger one is eliminated, and only a matrix of the size of the smaller one is factorised.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from scipy.special import expit

from app.analysis.statistics.contrasts import Floats

Integers = npt.NDArray[np.intp]

LOG_SD_BOUNDS = (-5.0, 3.0)  # an SD at the lower bound stands for zero
LARGEST_STEP = 2.0  # of a random effect in one Newton step, in logits
NEWTON_STEPS = 100
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Fit:
    """`beta` and its covariance (given the SDs), the SDs of the two factors, the log likelihood."""

    beta: Floats
    covariance: Floats
    sds: tuple[float, float]
    log_likelihood: float
    converged: bool


def fit(design: Floats, correct: Floats, first: Integers, second: Integers) -> Fit:
    """Fit beta and the two SDs.

    Parameters
    ----------
    design
        Fixed effects, shape (trials, coefficients), of full rank.
    correct
        0 or 1, shape (trials,).
    first, second
        Level of the two random factors of each trial, counted from 0, shape (trials,).
    """
    if first.max() > second.max():
        swapped = fit(design, correct, second, first)
        return Fit(**{**vars(swapped), "sds": swapped.sds[::-1]})
    likelihood = _Likelihood(design, correct, first, second)
    coefficients = design.shape[1]
    start = np.append(np.linalg.lstsq(design, 4 * (correct - 0.5), rcond=None)[0], [-0.7, -0.7])
    found = minimize(
        likelihood.deviance,
        start,
        method="L-BFGS-B",
        bounds=[(None, None)] * coefficients + [LOG_SD_BOUNDS] * 2,
        options={"eps": 1e-6, "maxiter": 500, "maxfun": 100_000},
    )
    log_likelihood = -likelihood.deviance(found.x) / 2
    first_sd, second_sd = np.exp(found.x[coefficients:])
    return Fit(
        beta=found.x[:coefficients],
        covariance=likelihood.covariance(),
        sds=(float(first_sd), float(second_sd)),
        log_likelihood=float(log_likelihood),
        converged=bool(found.success) and likelihood.settled,
    )


class _Likelihood:
    """The Laplace approximation at given parameters; keeps the random effects' mode as the next start."""

    def __init__(self, design: Floats, correct: Floats, first: Integers, second: Integers) -> None:
        self.design, self.correct, self.first, self.second = design, correct, first, second
        self.sizes = int(first.max()) + 1, int(second.max()) + 1
        self.cell = first * self.sizes[1] + second
        self.u, self.v = np.zeros(self.sizes[0]), np.zeros(self.sizes[1])
        self.settled = True

    def deviance(self, parameters: Floats) -> float:
        """-2 log likelihood at (beta, log SD of the first, log SD of the second factor)."""
        fixed = self.design @ parameters[:-2]
        log_sds = parameters[-2:]
        self.precisions = np.exp(-2 * log_sds)
        eta = self._find_mode(fixed)
        log_likelihood = (self.correct * eta - np.logaddexp(0, eta)).sum()
        penalty = self.precisions[0] * (self.u**2).sum() + self.precisions[1] * (self.v**2).sum()
        log_determinant = self.hessian.log_determinant + 2 * (np.array(self.sizes) * log_sds).sum()
        return float(-2 * log_likelihood + penalty + log_determinant)

    def covariance(self) -> Floats:
        """Covariance of beta given the SDs, at the last parameters."""
        weighted = self.design * self.weights[:, None]
        by_first, by_second = (
            _sums(weighted, self.first, self.sizes[0]),
            _sums(weighted, self.second, self.sizes[1]),
        )
        explained = np.vstack(self.hessian.solve(by_first, by_second))
        information = self.design.T @ weighted - np.vstack([by_first, by_second]).T @ explained
        return np.asarray(np.linalg.inv(information), dtype=np.float64)

    def _find_mode(self, fixed: Floats) -> Floats:
        """Newton's method for the random effects; gives the linear predictor at their mode."""
        self.settled = False
        for _ in range(NEWTON_STEPS):
            eta = fixed + self.u[self.first] + self.v[self.second]
            mean = expit(eta)
            self.weights = mean * (1 - mean)
            self.hessian = self._hessian()
            if self.settled:
                break
            residual = self.correct - mean
            gradients = (
                np.bincount(self.first, residual, self.sizes[0]) - self.precisions[0] * self.u,
                np.bincount(self.second, residual, self.sizes[1]) - self.precisions[1] * self.v,
            )
            steps = self.hessian.solve(*gradients)
            largest = max(float(np.abs(step).max()) for step in steps)
            shorten = min(1.0, LARGEST_STEP / largest) if largest else 1.0
            self.u, self.v = self.u + shorten * steps[0], self.v + shorten * steps[1]
            self.settled = largest < TOLERANCE
        return eta

    def _hessian(self) -> "_Hessian":
        cross = np.bincount(self.cell, self.weights, self.sizes[0] * self.sizes[1])
        return _Hessian(
            np.bincount(self.first, self.weights, self.sizes[0]) + self.precisions[0],
            np.bincount(self.second, self.weights, self.sizes[1]) + self.precisions[1],
            np.asarray(cross, dtype=np.float64).reshape(self.sizes),
        )


class _Hessian:
    """[[diag(first), cross], [cross', diag(second)]], with the second block eliminated."""

    def __init__(self, first: Floats, second: Floats, cross: Floats) -> None:
        self.second = second
        self.cross = cross
        self.factor = cho_factor(np.diag(first) - (cross / second) @ cross.T)

    @property
    def log_determinant(self) -> float:
        return float(np.log(self.second).sum() + 2 * np.log(np.diag(self.factor[0])).sum())

    def solve(self, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        """Solution for right-hand sides of the two factors, each (levels,) or (levels, columns)."""
        scale = self.second if second.ndim == 1 else self.second[:, None]
        solved = cho_solve(self.factor, first - self.cross @ (second / scale))
        return solved, (second - self.cross.T @ solved) / scale


def _sums(rows: Floats, level: Integers, levels: int) -> Floats:
    """Sums of rows by level, shape (levels, columns)."""
    total = np.zeros((levels, rows.shape[1]))
    np.add.at(total, level, rows)
    return total
