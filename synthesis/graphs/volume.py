"""How the activation function of a layer changes the volume of what the layer tells apart."""

from synthesis.graphs.dimension import Dimension


def volume_change(before: Dimension, after: Dimension) -> float:
    """log pdet of the Jacobian after the activation function minus before it, in nats.

    pdet is the product of the singular values that are not 0: the factor by which volumes of features,
    orthogonal to the null space, are scaled (after Xu et al. 2025, arXiv 2510.17378). For an ELU after a
    linear map of full row rank it is the sum of min(z, 0) over the map's output z, as d ELU / dz = exp(z)
    below 0. A ReLU removes dimensions: the volumes are then of fewer, `after.rank` of `before.rank`.
    Raises ValueError unless both are exact.
    """
    if not (before.exact and after.exact):
        raise ValueError("the change of volume needs exact Jacobians")
    return after.log_pseudo_determinant - before.log_pseudo_determinant
