"""The pieces of work of a grid: the path of one picture along one dimension."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import torch

from synthesis.bundle.dimensions import CONTROL, Dimension, Level, Original
from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.manifest import Blob
from synthesis.bundle.record import Record
from synthesis.bundle.store import BundleStore
from synthesis.common.stopping import look
from synthesis.dimensions.control import noise_along
from synthesis.dimensions.fit_file import Fit, fit_of_bytes
from synthesis.dimensions.grid_spec import GridSpec
from synthesis.dimensions.measure import Moved, Picture, Probe, judged, measured, measured_noise
from synthesis.dimensions.path import PathSettings, along
from synthesis.media.pictures import decode_png, encode_png, to_input, to_pictures
from synthesis.networks.registry import Network, load_network
from synthesis.optimise.batch import noise_seed
from synthesis.process.device import exact_float32
from synthesis.process.progress import Counter
from synthesis.runs.jobs import JobTask, perform

CONTROL_DIMENSION = Dimension(id=CONTROL, unit="rms")


class Levels(Record):
    """The levels of one path, rising."""

    levels: list[Level]


@dataclass(frozen=True)
class GridSetup:
    """The spec as JSON, where the bundle is, and the fit in it. Grids are computed on the processor."""

    spec_json: str
    root: str
    fit_sha256: str

    def perform(self, task: JobTask, device: str, progress: Counter) -> None:
        bench = bench_of(self)
        perform(task, bench.store, bench, progress)


class Bench:
    """What a process of the run holds."""

    def __init__(self, store: BundleStore, spec: GridSpec, fit: Fit) -> None:
        self.store, self.spec, self.fit = store, spec, fit
        layers = sorted({one.layer for one in spec.dimensions})
        self.network: Network = load_network(spec.model, spec.weights).including(layers)
        self._probes: dict[str, Probe] = {}

    def probe(self, layer: str) -> Probe:
        if layer not in self._probes:
            self._probes[layer] = Probe(self.network, layer, self.fit.layers[layer])
        return self._probes[layer]

    def picture(self, blob: Blob) -> Picture:
        return decode_png(self.store.read_blob(blob.sha256))

    def level(
        self, of: "PathJob | ControlJob", number: int, picture: Picture, found: Moved, steps: int
    ) -> Level:
        return Level(
            original=of.original.id,
            dimension=of.dimension.id,
            level=number,
            target=of.targets[number],
            blob=self.store.put_blob(encode_png(picture), PictureFormat.media_type),
            steps=steps,
            passed=False,
            **vars(found),
        )


@lru_cache(maxsize=1)
def bench_of(setup: GridSetup) -> Bench:
    exact_float32()
    store = BundleStore(setup.root)
    fit = fit_of_bytes(store.read_blob(setup.fit_sha256), "the bundle's fit")
    return Bench(store, GridSpec.model_validate_json(setup.spec_json), fit)


@dataclass(frozen=True)
class PathJob:
    """One picture moved along one component, in one direction, to all levels."""

    original: Original
    dimension: Dimension
    targets: tuple[float, ...]
    fit_sha256: str
    weights_sha256: str
    settings: PathSettings
    record: ClassVar[type[Record]] = Levels

    def __str__(self) -> str:
        return f"{self.original.id} along {self.dimension.id}"

    def key(self) -> dict[str, Any]:
        return {
            "job": "path",
            "original": self.original.blob.sha256,
            "id": self.original.id,
            "dimension": self.dimension.id,
            "targets": list(self.targets),
            "fit": self.fit_sha256,
            "weights": self.weights_sha256,
            "settings": vars(self.settings),
        }

    def do(self, bench: Bench) -> Levels:
        probe, original = bench.probe(self.dimension.layer), bench.picture(self.original.blob)
        component, direction = self.dimension.component - 1, 1 if self.dimension.direction == "+" else -1
        start = torch.from_numpy(to_input([original]))
        moved = along(start, probe.coordinates, component, direction, self.targets, self.settings, look)
        levels = []
        for number, one in enumerate(moved):
            (picture,) = to_pictures(one.picture.numpy())
            found = measured(probe, original, picture, component, direction)
            levels.append(bench.level(self, number, picture, found, one.steps))
        return Levels(levels=judged(levels))


@dataclass(frozen=True)
class ControlJob:
    """One picture with noise of rising strength."""

    original: Original
    targets: tuple[float, ...]
    seed: int
    weights_sha256: str
    dimension: ClassVar[Dimension] = CONTROL_DIMENSION
    record: ClassVar[type[Record]] = Levels

    def __str__(self) -> str:
        return f"{self.original.id} with noise"

    def key(self) -> dict[str, Any]:
        return {
            "job": "control",
            "original": self.original.blob.sha256,
            "id": self.original.id,
            "targets": list(self.targets),
            "seed": self.seed,
            "weights": self.weights_sha256,
        }

    def do(self, bench: Bench) -> Levels:
        original = bench.picture(self.original.blob)
        random = np.random.default_rng(noise_seed(self.original.blob.sha256, self.seed, 0))
        levels = []
        for number, picture in enumerate(noise_along(original, self.targets, random)):
            found = measured_noise(bench.network.module, original, picture)
            levels.append(bench.level(self, number, picture, found, 0))
        return Levels(levels=judged(levels))
