"""What a run will make, known before any network is loaded."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.bundle.manifest import Manifest, canonical_json
from synthesis.bundle.spec import REFERENCE_NULL, FileWeights, SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.certify.null_file import StoredNulls, read_nulls, reference_nulls
from synthesis.certify.readout_file import readout_bytes
from synthesis.common.errors import UserError
from synthesis.common.names import composed
from synthesis.media.folders import FileKind, category_folder, stimulus_files
from synthesis.media.medium import preparation
from synthesis.media.registry import medium_of
from synthesis.networks.registry import (
    is_user_module,
    network_input,
    require_layers,
    split_user_module,
)


@dataclass(frozen=True)
class Source:
    """A stimulus file named by a spec; `category` is empty for null stimuli."""

    id: str
    category: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class RunPlan:
    """The files of a run, and `record`: the spec without paths, with digests of what it points to.

    Two runs with one record make the same bundle, wherever their files lie.
    """

    spec: SynthesisSpec
    stimuli: tuple[Source, ...]
    null_stimuli: tuple[Source, ...]
    nulls: StoredNulls | None
    readout: bytes | None
    prepare: str
    record: dict[str, Any]


def make_plan(spec: SynthesisSpec) -> RunPlan:
    """Find and hash every file of a spec. Raises `UserError` for an unknown model, layer or folder."""
    require_layers(spec.model, spec.layers, spec.weights)
    medium = medium_of(network_input(spec.model))
    kind, prepare = medium.files, preparation(medium, spec.prepare)
    stimuli = tuple(
        Source(f"{category}/{composed(file.name)}", category, file, _file_digest(file))
        for category, file in category_folder(spec.stimuli, kind)
    )
    null_stimuli = tuple(_null_sources(spec.null_stimuli, kind)) if spec.null_stimuli else ()
    nulls = _nulls(spec)
    readout = readout_bytes(spec.readout) if spec.readout else None
    record = spec.model_dump(mode="json", exclude={"stimuli", "null_stimuli", "null_file", "readout"})
    record |= _network(spec)
    record["prepare"] = prepare
    record["stimuli_sha256"] = _set_digest(stimuli)
    record["null_stimuli_sha256"] = _set_digest(null_stimuli)
    record["null_sha256"] = nulls.sha256 if nulls else None
    record["readout_sha256"] = hashlib.sha256(readout).hexdigest() if readout else None
    return RunPlan(spec, stimuli, null_stimuli, nulls, readout, prepare, record)


def finished_bundle(plan: RunPlan, store: BundleStore) -> Manifest | None:
    """The manifest of the plan's bundle if it is finished. Raises `UserError` if another spec's is."""
    if not store.finished:
        return None
    manifest = store.read_manifest()
    if manifest.spec != plan.record:
        raise UserError(f"{store.root}: holds the finished bundle of another spec; give another --out folder")
    return manifest


def _network(spec: SynthesisSpec) -> dict[str, Any]:
    """What a record says of a network that is named by files: their names without folders, and digests."""
    record: dict[str, Any] = {}
    if isinstance(spec.weights, FileWeights):
        record["weights"] = {"file_sha256": _digest_of("weights", spec.weights.file)}
    if is_user_module(spec.model):
        file, factory = split_user_module(spec.model)
        record["model"] = f"{Path(file).name}:{factory}"
        record["module_sha256"] = _digest_of("model", Path(file))
    return record


def _digest_of(field: str, path: Path) -> str:
    try:
        return _file_digest(path)
    except OSError as error:
        raise UserError(f"{field}: {path}: cannot be read ({error.strerror})") from None


def _nulls(spec: SynthesisSpec) -> StoredNulls | None:
    """Those of the spec's file. Raises `UserError` if it lacks one of the layers."""
    if spec.null_file is None:
        return None
    referred = spec.null_file == REFERENCE_NULL
    nulls = reference_nulls(spec.model) if referred else read_nulls(spec.null_file)
    for layer in spec.layers:
        nulls.layer(layer)
    return nulls


def _null_sources(folder: Path, kind: FileKind) -> Iterable[Source]:
    for file in stimulus_files(folder, kind):
        yield Source(composed(file.relative_to(folder).as_posix()), "", file, _file_digest(file))


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _set_digest(sources: Iterable[Source]) -> str:
    return hashlib.sha256(canonical_json([[source.id, source.sha256] for source in sources])).hexdigest()
