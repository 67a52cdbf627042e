"""From a layer's activations to coordinates along the fitted components."""

from dataclasses import dataclass

import torch
from torch import Tensor

from synthesis.dimensions.gram import second_moments, upper_triangle


@dataclass(frozen=True)
class Projection:
    """Coordinates s = unmixing ((g - mean) / scale), where g is the upper triangle of axes' G axes.

    axes
        (channels, axes): the channel combinations that the Gram matrices G are reduced to, orthonormal.
    mean, scale
        (entries,): of the entries of the reduced matrices over the fitted pictures.
    unmixing
        (components, entries): each component has unit variance over the fitted pictures. They are in order
        of the variance that they explain.
    explained
        (components,): the share of the entries' variance that lies along each.

    All float32.
    """

    axes: Tensor
    mean: Tensor
    scale: Tensor
    unmixing: Tensor
    explained: Tensor

    @property
    def components(self) -> int:
        return int(self.unmixing.shape[0])

    def coordinates(self, activation: Tensor) -> Tensor:
        """Activations (batch, channels, ...) to coordinates (batch, components), differentiable."""
        coordinates: Tensor = ((reduced(self.axes, activation) - self.mean) / self.scale) @ self.unmixing.T
        return coordinates


def reduced(axes: Tensor, activation: Tensor) -> Tensor:
    """Activations (batch, channels, ...) to the entries (batch, entries) of their Gram matrices between
    `axes`.
    """
    if activation.ndim == 2:
        activation = activation[:, :, None, None]
    return upper_triangle(second_moments(torch.einsum("bc...,ca->ba...", activation, axes)))
