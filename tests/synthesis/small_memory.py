"""`python -m tests.synthesis.small_memory` is `python -m synthesis` in a process with little memory (Linux).

ROOM_MIB is what it may take beyond what it has after a first forward and backward pass of one picture through
the network "wide", whose activations are large before its one small layer.
"""

import os
import resource
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

import synthesis.runs.driver  # what a run loads takes memory too, and comes before the limit
import synthesis.runs.engines.local  # noqa: F401
from synthesis.__main__ import main
from synthesis.networks.entry import HALF
from synthesis.networks.registry import Entry, Layer, PictureInput, load_network, register
from synthesis.networks.sources import WeightsSource
from synthesis.optimise.activations import MatchedActivation

SIZE_PX = 128
LAYERS = (Layer("features", "pool"), Layer("logits", "classifier"))


class Wide(nn.Module):
    """16 MiB of activation per picture after the convolution, 256 values after the pool."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.relu = nn.Conv2d(3, 256, 3, padding=1), nn.ReLU()
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(256, 1000)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.pool(self.relu(self.conv(x))))


def wide_weights() -> Path:
    torch.manual_seed(3)
    path = Path(tempfile.mkdtemp()) / "wide.safetensors"
    save_file(Wide().state_dict(), path)
    return path


register(
    Entry(
        name="wide",
        description="a network with large activations for tests",
        build=Wide,
        weights=WeightsSource("wide.safetensors", "none", "random, seed 3", download=wide_weights),
        layers=LAYERS,
        feature_node="pool",
        input=PictureInput(SIZE_PX, SIZE_PX),
        normalisation=HALF,
        library="",
    )
)


def limit_memory(room_mib: int) -> None:
    network = load_network("wide")
    picture = torch.rand(1, 3, SIZE_PX, SIZE_PX, requires_grad=True)
    MatchedActivation(network, network.layer("features"))(picture).sum().backward()
    (size,) = [
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmSize")
    ]
    limit = int(size.split()[1]) * 1024 + room_mib * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


if __name__ == "__main__":
    limit_memory(int(os.environ["ROOM_MIB"]))
    main()
