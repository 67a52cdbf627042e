"""What is measured: a network, one of its layers, and the pictures."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from synthesis.activations import Activations, MatchedActivation
from synthesis.media.folders import category_folder
from synthesis.media.medium import medium_of
from synthesis.media.pictures import Picture, read_picture, to_input, to_pictures
from synthesis.objectives import relative_error
from synthesis.optimise import initial_noise
from synthesis.recipes import Feather2023
from synthesis.registry import Layer, Network
from tests.synthesis.networks import SHARED_DATA, smooth_picture


@dataclass(frozen=True)
class Subject:
    """`naturals` and `starts`: (pictures, 3, height, width) in [0, 1]; all contenders start from `starts`."""

    network: Network
    layer: Layer
    naturals: Tensor
    starts: Tensor

    @property
    def name(self) -> str:
        return f"{self.network.name}.{self.layer.name}"

    @property
    def count(self) -> int:
        return len(self.naturals)

    @property
    def digest(self) -> str:
        """Of all that a deterministic recipe's result depends on."""
        digest = hashlib.sha256(f"{self.network.weights_sha256}:{self.layer.node}".encode())
        for tensor in (self.naturals, self.starts):
            digest.update(tensor.contiguous().numpy().tobytes())
        return digest.hexdigest()

    def matched(self) -> MatchedActivation:
        return MatchedActivation(self.network, self.layer)

    def served_errors(self, pictures: Tensor) -> list[float]:
        """Relative error of each picture, rounded as it would be served, by the network as published."""
        look = Activations(self.network.module, {"layer": self.layer.node})
        served = torch.from_numpy(to_input(to_pictures(pictures.numpy())))
        with torch.no_grad():
            errors = [
                relative_error(look(one[None])["layer"], look(natural[None])["layer"])
                for one, natural in zip(served, self.naturals, strict=True)
            ]
        return torch.cat(errors).tolist()


def make_subject(network: Network, layer: str, pictures: list[Picture]) -> Subject:
    starts = [
        initial_noise(Feather2023(), seed, medium_of(network.input).shape) for seed in range(len(pictures))
    ]
    naturals = torch.from_numpy(to_input(pictures))
    return Subject(network, network.layer(layer), naturals, torch.stack(starts))


def bench_pictures(network: Network, count: int, folder: str = "photos16") -> tuple[list[Picture], str]:
    """So many pictures spread over the shared photographs' categories, or 1/f noise, and which of the two."""
    path = SHARED_DATA / folder
    if path.is_dir():
        files = _files(path)
        chosen = files[:: max(1, len(files) // count)][:count]
        shown = network.pictures
        return [read_picture(file, shown.size_px, shown.resize_px) for file in chosen], "photographs"
    return [smooth_picture(seed, network.pictures.size_px) for seed in range(count)], "1/f noise"


def _files(folder: Path) -> list[Path]:
    if any(entry.is_dir() for entry in folder.iterdir()):
        return [file for _, file in category_folder(folder)]
    return sorted(folder.iterdir())
