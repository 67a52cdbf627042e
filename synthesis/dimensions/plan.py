"""What a grid will make, and everything about its spec that can be refused beforehand."""

import hashlib
from dataclasses import dataclass
from typing import Any

from synthesis.bundle.dimensions import Dimension, DimensionManifest, Original
from synthesis.bundle.spec import FileWeights
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.common.names import composed
from synthesis.dimensions.fit_file import Fit, read_fit
from synthesis.dimensions.grid_spec import Chosen, GridSpec
from synthesis.dimensions.jobs import ControlJob, PathJob
from synthesis.dimensions.path import PathSettings
from synthesis.media.folders import category_folder
from synthesis.media.medium import preparation
from synthesis.media.registry import medium_of
from synthesis.networks.registry import (
    Network,
    is_user_module,
    load_network,
    nearest_first,
    split_user_module,
)


@dataclass(frozen=True)
class GridPlan:
    """The pictures of a grid as they are served, and `record`: the spec without paths, with digests."""

    spec: GridSpec
    fit: Fit
    fit_bytes: bytes
    network: Network
    prepare: str
    pictures: tuple[tuple[str, str, bytes, str], ...]
    """(id, category, PNG, SHA-256 of the file) of each."""
    record: dict[str, Any]

    @property
    def fit_sha256(self) -> str:
        return hashlib.sha256(self.fit_bytes).hexdigest()

    @property
    def dimensions(self) -> list[Dimension]:
        """Those of the spec, without the control."""
        return [_dimension(one, self.fit) for one in self.spec.dimensions]

    def path_jobs(self, originals: list[Original]) -> list[PathJob]:
        """Every picture along every dimension."""
        settings = PathSettings(**self.spec.path.model_dump())
        return [
            PathJob(
                original,
                dimension,
                tuple(self.spec.targets),
                self.fit_sha256,
                self.network.weights_sha256,
                settings,
            )
            for original in originals
            for dimension in self.dimensions
        ]

    def control_jobs(self, originals: list[Original], targets: tuple[float, ...]) -> list[ControlJob]:
        weights = self.network.weights_sha256
        return [ControlJob(original, targets, self.spec.seed, weights) for original in originals]


def make_grid_plan(spec: GridSpec) -> GridPlan:
    """Read the fit and the pictures. Raises `UserError` in one line for what does not go together."""
    fit = read_fit(spec.fit)
    network = load_network(spec.model, spec.weights)
    if network.weights_sha256 != fit.record.weights_sha256:
        raise UserError(
            f"fit: {spec.fit}: fitted to {fit.record.model} with other weights than {spec.model} has here; "
            "fit it again with `python -m synthesis dimensions fit`"
        )
    for one in spec.dimensions:
        _require(one, fit)
    medium = medium_of(network.pictures)
    prepare = preparation(medium, spec.prepare or fit.record.prepare)
    pictures = []
    for category, file in category_folder(spec.stimuli, medium.files):
        data = medium.encode(medium.read(file, prepare))
        source = hashlib.sha256(file.read_bytes()).hexdigest()
        pictures.append((f"{category}/{composed(file.name)}", category, data, source))
    fit_bytes = fit.to_bytes()
    return GridPlan(
        spec, fit, fit_bytes, network, prepare, tuple(pictures), _record(spec, prepare, fit_bytes, pictures)
    )


def finished_grid(plan: GridPlan, store: BundleStore) -> DimensionManifest | None:
    """The manifest of the plan's bundle if it is finished. Raises `UserError` if another spec's is."""
    if not store.finished:
        return None
    manifest = store.read_sealed(DimensionManifest)
    if manifest.spec != plan.record:
        raise UserError(f"{store.root}: holds the finished bundle of another spec; give another --out folder")
    return manifest


def _require(one: Chosen, fit: Fit) -> None:
    if one.layer not in fit.layers:
        known = ", ".join(nearest_first(one.layer, list(fit.layers)))
        raise UserError(f"dimensions: the fit has no layer {one.layer!r}; it has {known}")
    if one.component > fit.layers[one.layer].components:
        raise UserError(
            f"dimensions: {one.layer} has {fit.layers[one.layer].components} components, no {one.component}"
        )


def _dimension(one: Chosen, fit: Fit) -> Dimension:
    explained = float(fit.layers[one.layer].explained[one.component - 1])
    return Dimension(
        id=one.id, layer=one.layer, component=one.component, direction=one.direction, explained=explained
    )


def _record(
    spec: GridSpec, prepare: str, fit_bytes: bytes, pictures: list[tuple[str, str, bytes, str]]
) -> dict[str, Any]:
    record = spec.model_dump(mode="json", exclude={"fit", "stimuli", "levels"})
    record["levels"] = spec.targets
    record["prepare"] = prepare
    record["fit_sha256"] = hashlib.sha256(fit_bytes).hexdigest()
    digest = hashlib.sha256()
    for name, _, data, _ in pictures:
        digest.update(f"{name}:{hashlib.sha256(data).hexdigest()}\n".encode())
    record["stimuli_sha256"] = digest.hexdigest()
    if isinstance(spec.weights, FileWeights):
        record["weights"] = {"file_sha256": hashlib.sha256(spec.weights.file.read_bytes()).hexdigest()}
    if is_user_module(spec.model):
        file, factory = split_user_module(spec.model)
        record["model"] = f"{file.rpartition('/')[2]}:{factory}"
    return record
