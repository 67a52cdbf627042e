"""Graphs as a kind of input, in the registry of kinds: shown to networks, and to people only drawn."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from PIL import Image, ImageDraw

from synthesis.bundle.formats import GraphFormat
from synthesis.graphs.data import once
from synthesis.graphs.files import decode_graph
from synthesis.graphs.layout import positions
from synthesis.media.folders import FileKind
from synthesis.media.medium import RecipeSettings
from synthesis.media.registry import register_kind
from synthesis.networks.inputs import GraphInput

LEARNING_RATE = 0.05


def standard(generator: torch.Generator, shape: tuple[int, ...]) -> torch.Tensor:
    """N(0, 1): features start from it at the original's mean and standard deviation."""
    return torch.randn(shape, generator=generator)


@register_kind
@dataclass(frozen=True)
class Graphs:
    """Undirected graphs without weights, with numbers at their nodes."""

    shown: GraphInput
    noun: ClassVar[str] = "graph"
    groups: ClassVar[str] = "labels"
    explained: ClassVar[str] = "Nodes of the original and of a metamer are at the same places."
    files: ClassVar[FileKind] = FileKind("graphs", (".npz",))
    media_type: ClassVar[str] = GraphFormat.media_type

    @staticmethod
    def recipes() -> RecipeSettings:
        # Bounds are the projection's (`synthesis.graphs.features`): they differ between kinds of features.
        usual = {"start": standard, "bounds": None, "learning_rate": LEARNING_RATE, "beta2": 0.999}
        return {"fast": usual | {"enough": 1e-3, "coarse_until": float("inf")}}

    @staticmethod
    def drawn(data: bytes, size: tuple[int, int]) -> Image.Image:
        graph = decode_graph(data)
        picture = Image.new("RGB", size, "white")
        draw = ImageDraw.Draw(picture)
        places = positions(graph.edges, len(graph.features)) * 0.45 + 0.5
        points = [tuple(point) for point in (places * np.array(size)).tolist()]
        for start, end in once(graph.edges).T:
            draw.line([points[start], points[end]], fill="#9aa5b1")
        for x, y in points:
            draw.ellipse([x - 2, y - 2, x + 2, y + 2], fill="#0072b2")
        return picture
