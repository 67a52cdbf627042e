"""Fitting a linear readout: multinomial logistic regression on standardised features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# Inverse strengths of the L2 penalty that are tried.
STRENGTHS = (1e-3, 1e-2, 1e-1)

Features = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class LinearFit:
    """scores = features @ weight.T + bias, for features as the network gives them.

    weight : (categories, features) float32; bias : (categories,) float32. `cv_accuracy` is the mean share
    of rows named over the folds left out, at the chosen `strength`; `fit_accuracy` the share of all rows.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    strength: float
    cv_accuracy: float
    fit_accuracy: float

    def accuracy(self, features: Features, labels: Labels) -> float:
        """Share of rows named: features (n, features), labels (n,) as indices of categories."""
        answers = (features @ self.weight.T + self.bias).argmax(axis=1)
        return float((answers == labels).mean())


def fit_linear(features: Features, labels: Labels, folds: Labels) -> LinearFit:
    """Fit on all rows with the penalty that does best on folds left out.

    Categories weigh the same however many rows they have. The standardisation is folded into weight and bias.

    Parameters
    ----------
    features
        (n, features).
    labels
        (n,), 0 to categories - 1, each of at least two categories present outside every fold.
    folds
        (n,): the fold in which a row is left out. Rows of one picture belong in one fold.
    """
    pipeline = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000, tol=1e-3)
    )
    search = GridSearchCV(pipeline, {"logisticregression__C": list(STRENGTHS)}, cv=PredefinedSplit(folds))
    search.fit(features, labels)
    scaler, regression = (step for _, step in search.best_estimator_.steps)
    weight, bias = _all_rows(regression.coef_, regression.intercept_)
    weight = weight / scaler.scale_
    bias = bias - weight @ scaler.mean_
    return LinearFit(
        weight=weight.astype(np.float32),
        bias=bias.astype(np.float32),
        strength=search.best_params_["logisticregression__C"],
        cv_accuracy=float(search.best_score_),
        fit_accuracy=float(search.best_estimator_.score(features, labels)),
    )


def _all_rows(
    weight: NDArray[np.float64], bias: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """With two categories the regression has one row: the log odds of the second against the first."""
    if len(weight) > 1:
        return weight, bias
    return np.concatenate([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
