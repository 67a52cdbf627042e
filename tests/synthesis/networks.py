"""A small network with fixed random weights, registered like any other, and pictures for it."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from synthesis.certify import null
from synthesis.networks.entry import HALF
from synthesis.networks.registry import Entry, Layer, PictureInput, register
from synthesis.networks.sources import WeightsSource

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
SIZE_PX = 32
# Certificates from a handful of pictures, but for the tests of this limit itself.
LEAST_PAIRS, null.LEAST_PAIRS = null.LEAST_PAIRS, 1
LAYERS = (
    Layer("relu1", "relu1"),
    Layer("linear2", "norm2"),
    Layer("relu6", "norm3"),
    Layer("features", "pool"),
    Layer("logits", "classifier"),
)


class TinyBody(nn.Module):
    """Convolutions with batch norm; a ReLU as module, one as function, and ReLU6; a strided depthwise one."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.norm1, self.relu1 = nn.Conv2d(3, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU()
        self.conv2, self.norm2 = nn.Conv2d(12, 12, 3, stride=2, padding=1, groups=12), nn.BatchNorm2d(12)
        self.conv3 = nn.Conv2d(12, 24, 1, bias=False)
        self.norm3 = nn.Sequential(nn.BatchNorm2d(24), nn.ReLU6(inplace=True), nn.Identity())
        self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.classifier = nn.Linear(24, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu1(self.norm1(self.conv1(x)))
        x = functional.relu(self.norm2(self.conv2(x)), inplace=True)
        return self.classifier(self.pool(self.norm3(self.conv3(x))))


def tiny_body() -> TinyBody:
    body = TinyBody()
    for module in body.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.05, 0.5)
            nn.init.normal_(module.bias, std=0.3)
    return body


def tiny_weights() -> Path:
    """The weights that are "published" for the small network, written on demand; always the same bytes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        body = tiny_body()
    path = Path(tempfile.mkdtemp()) / "tiny.safetensors"
    save_file(body.state_dict(), path)
    return path


TINY = register(
    Entry(
        name="tiny",
        description="a small network for tests",
        build=tiny_body,
        weights=WeightsSource("tiny.safetensors", "none", "random, seed 7", download=tiny_weights),
        layers=LAYERS,
        feature_node="pool",
        input=PictureInput(SIZE_PX, SIZE_PX),
        normalisation=HALF,
        library="",
    )
)


def smooth_picture(seed: int, size_px: int = SIZE_PX) -> np.ndarray:
    """uint8 (size_px, size_px, 3) with a 1/f amplitude spectrum, as natural pictures have."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(size_px)[:, None], np.fft.fftfreq(size_px)[None])
    spectrum = np.fft.fft2(rng.normal(size=(3, size_px, size_px))) / np.maximum(frequency, 1 / size_px)
    values = np.fft.ifft2(spectrum).real
    low, high = values.min(), values.max()
    return np.rint(255 * (values - low) / (high - low)).astype(np.uint8).transpose(1, 2, 0)


def write_pictures(folder: Path, categories: tuple[str, ...], each: int = 1, first_seed: int = 0) -> None:
    """folder/CATEGORY/N.png, all different."""
    for number, category in enumerate(categories):
        (folder / category).mkdir(parents=True, exist_ok=True)
        for index in range(each):
            picture = smooth_picture(first_seed + number * each + index)
            Image.fromarray(picture).save(folder / category / f"{index}.png")


def known_to_ray(runtime_env: dict[str, object] | None) -> dict[str, object]:
    """What Ray is asked to do before its processes work: import this module, which registers the network."""
    return {**(runtime_env or {}), "worker_process_setup_hook": "tests.synthesis.networks.tiny_body"}
