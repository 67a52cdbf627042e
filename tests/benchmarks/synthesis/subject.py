"""What is measured: a network, one of its layers, and the stimuli."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from synthesis.media.folders import category_folder
from synthesis.media.medium import Medium, Stimulus
from synthesis.media.registry import medium_of
from synthesis.networks.registry import Layer, Network, SoundInput
from synthesis.optimise.activations import Activations, MatchedActivation
from synthesis.optimise.batch import initial_noise
from synthesis.optimise.objectives import relative_error
from synthesis.optimise.recipes import Feather2023, make_recipe
from synthesis.process.progress import Uncounted
from synthesis.starter.words import make_words, plan_clips
from tests.synthesis.networks import SHARED_DATA, smooth_picture


@dataclass(frozen=True)
class Subject:
    """`naturals` and `starts`: network input (stimuli, ...); all contenders start from `starts`."""

    network: Network
    layer: Layer
    naturals: Tensor
    starts: Tensor

    @property
    def name(self) -> str:
        return f"{self.network.name}.{self.layer.name}"

    @property
    def medium(self) -> Medium:
        return medium_of(self.network.input)

    @property
    def bounds(self) -> tuple[float, float]:
        return (-1.0, 1.0) if isinstance(self.network.input, SoundInput) else (0.0, 1.0)

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

    def served_errors(self, results: Tensor) -> list[float]:
        """Relative error of each stimulus, rounded as it would be served, by the network as published."""
        look = Activations(self.network.module, {"layer": self.layer.node})
        served = torch.from_numpy(self.medium.to_input(self.medium.to_stimuli(results.numpy())))
        with torch.no_grad():
            errors = [
                relative_error(look(one[None])["layer"], look(natural[None])["layer"])
                for one, natural in zip(served, self.naturals, strict=True)
            ]
        return torch.cat(errors).tolist()


def make_subject(network: Network, layer: str, stimuli: list[Stimulus]) -> Subject:
    medium, recipe = medium_of(network.input), make_recipe(Feather2023.name, network=network)
    starts = [initial_noise(recipe, seed, medium.shape) for seed in range(len(stimuli))]
    naturals = torch.from_numpy(medium.to_input(stimuli))
    return Subject(network, network.layer(layer), naturals, torch.stack(starts))


def bench_stimuli(
    network: Network, count: int, folder: Path, part: str = "stimuli"
) -> tuple[list[Stimulus], str]:
    """So many natural stimuli, or with `part` "null" others, and what they are.

    Sounds are starter clips, kept in `folder`. Pictures are spread over the shared photographs' categories,
    or 1/f noise where these are not there.
    """
    medium = medium_of(network.input)
    prepare = medium.preparations[0]
    if isinstance(network.input, SoundInput):
        make_words(folder, plan_clips(0, count, count), Uncounted())
        clips = sorted((folder / part).rglob("*.wav"))[:count]
        return [medium.read(file, prepare) for file in clips], "starter clips"
    path = SHARED_DATA / ("photos16" if part == "stimuli" else "null_images")
    if path.is_dir():
        files = _files(path)
        spread = files[:: max(1, len(files) // count)][:count]
        return [medium.read(file, prepare) for file in spread], "photographs"
    return [smooth_picture(seed, network.pictures.size_px) for seed in range(count)], "1/f noise"


def _files(folder: Path) -> list[Path]:
    if any(entry.is_dir() for entry in folder.iterdir()):
        return [file for _, file in category_folder(folder)]
    return sorted(folder.iterdir())
