"""Structural similarity of two pictures."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

_SIGMA_PX, _TRUNCATE = 1.5, 3.5  # a window of 11 px
_C1, _C2 = 0.01**2, 0.03**2


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Mean structural similarity, 1 for equal pictures (Wang, Bovik, Sheikh & Simoncelli 2004, IEEE Trans.
    Image Process. 13, equation 13).

    Pictures are (height, width, 3); each colour is compared for itself. Windows are Gaussian, 11 px wide
    with a standard deviation of 1.5 px, and reach no further than the picture.
    """
    a, b = (picture.astype(np.float64) / 255 for picture in (one, other))
    mean_a, mean_b = _local(a), _local(b)
    variance_a, variance_b = _local(a * a) - mean_a**2, _local(b * b) - mean_b**2
    covariance = _local(a * b) - mean_a * mean_b
    likeness = ((2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)) / (
        (mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2)
    )
    edge = round(_SIGMA_PX * _TRUNCATE)
    inner = likeness[edge:-edge, edge:-edge] if min(one.shape[:2]) > 2 * edge else likeness
    return float(inner.mean())


def _local(values: NDArray[np.float64]) -> NDArray[np.float64]:
    filtered: NDArray[np.float64] = gaussian_filter(
        values, (_SIGMA_PX, _SIGMA_PX, 0), truncate=_TRUNCATE, mode="reflect"
    )
    return filtered
