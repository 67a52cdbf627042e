"""Checking a finished bundle from its files alone: everything that can be computed again is, and compared.

Not covered, since only making the metamers again could tell: recorded losses, steps, times and software
versions (the manifest's digest guards them against accidental change).
"""

from collections.abc import Iterator
from pathlib import Path

from synthesis.bundle.manifest import Item, Manifest, ModelRecord, Natural, NullStimulus
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.spec import FileWeights, RandomWeights
from synthesis.bundle.store import BundleStore
from synthesis.certify import null as null_settings
from synthesis.certify.certificate import fault_of, measure
from synthesis.certify.certifier import Certifier
from synthesis.certify.decision import decision_rule
from synthesis.certify.network_null import network_null
from synthesis.certify.null_file import StoredNulls, read_nulls, reference_nulls
from synthesis.common.errors import BundleError, UserError
from synthesis.media.medium import Stimulus, stored
from synthesis.networks.registry import Network, is_user_module, load_network
from synthesis.optimise.batch import noise_seed
from synthesis.optimise.clamps import freed_clamps
from synthesis.process.device import exact_float32
from synthesis.process.progress import Steps
from synthesis.runs.differences import equal, same_match, same_null


def verify_bundle(
    store: BundleStore, weights: Path | None = None, module: str | None = None, null: Path | None = None
) -> tuple[Manifest, list[str]]:
    """The manifest, and one line per difference between it and what its files say; none means it holds.

    `weights`, `module` (`path/module.py:factory`) and `null` say where the files lie that the bundle names by
    digest alone. Raises `UserError` when the manifest cannot be read, was changed, names an unknown network
    or rule, or when one of these files is needed and not given.
    """
    exact_float32()
    manifest = store.read_manifest()
    damaged = list(_damaged_blobs(store, manifest))
    if damaged:
        return manifest, damaged
    network = recorded_network(manifest.model, weights, module).including(manifest.layers)
    nulls = _recorded_nulls(manifest, null)
    differences = [*_model(manifest, network), *_inventory(manifest), *_seeds(manifest)]
    differences += _nulls_of_a_file(manifest, nulls) if nulls else []
    if not differences:
        differences = list(_Recomputed(store, manifest, network).differences())
    return manifest, differences


def recorded_network(record: ModelRecord, weights: Path | None, module: str | None) -> Network:
    """The network that a bundle was made with. Code is run only from the `module` that the user gives."""
    name = record.name
    if is_user_module(name):
        if module is None:
            raise UserError(f"made with {name}, a module of its own; say where it is: --model path/to/{name}")
        name = module
    if record.weights_kind == "random":
        return load_network(name, RandomWeights(random=record.weights_seed or 0))
    if record.weights_kind == "published":
        return load_network(name)
    if weights is None:
        raise UserError(
            f"made with weights from a file (SHA-256 {record.weights_sha256}); "
            "say where it is: --weights FILE"
        )
    return load_network(name, FileWeights(file=weights))


def _recorded_nulls(manifest: Manifest, null: Path | None) -> StoredNulls | None:
    """The null file that a bundle was made with, None where its nulls are of its own stimuli."""
    source = manifest.null
    if source.kind == "reference":
        return reference_nulls(manifest.model.name)
    if source.kind != "file":
        return None
    if null is None:
        raise UserError(
            f"made with nulls from a file (SHA-256 {source.file_sha256}); say where it is: --null FILE"
        )
    return read_nulls(null)


def _nulls_of_a_file(manifest: Manifest, nulls: StoredNulls) -> Iterator[str]:
    yield from equal(f"null: SHA-256 of {nulls.name}", manifest.null.file_sha256, nulls.sha256)
    yield from equal("null: weights_sha256", nulls.content.weights_sha256, manifest.model.weights_sha256)
    for recorded in manifest.nulls:
        if recorded != nulls.layer(recorded.layer):
            yield f"null of {recorded.layer}: differs from that of {nulls.name}"


def _damaged_blobs(store: BundleStore, manifest: Manifest) -> Iterator[str]:
    blobs = manifest.blobs()
    with Steps("blobs", len(blobs)) as progress:
        for blob in blobs:
            try:
                data = store.read_blob(blob.sha256)
                if len(data) != blob.size_bytes:
                    yield f"blob {blob.sha256}: has {len(data)} bytes, recorded {blob.size_bytes}"
            except BundleError as error:
                yield str(error)
            progress.advance()


def _model(manifest: Manifest, network: Network) -> Iterator[str]:
    record = manifest.model
    yield from equal("model weights_sha256", record.weights_sha256, network.weights_sha256)
    yield from equal("model layers", record.layers, [layer.name for layer in network.layers])
    yield from equal("model input", record.input, network.input.format)
    kept = manifest.spec.get("matched_clamp")
    for layer in manifest.layers:
        freed = list(freed_clamps(network, network.layer(layer), "kept" if kept == "kept" else "freed"))
        yield from equal(f"freed clamps of {layer}", manifest.freed_clamps.get(layer), freed)
    yield from equal("spec model", manifest.spec.get("model"), record.name)


def _inventory(manifest: Manifest) -> Iterator[str]:
    """Each stimulus x layer x seed of the spec exactly once, one null per layer."""
    spec = manifest.spec
    layers = [name for name in manifest.model.layers if name in spec.get("layers", ())]
    first = spec.get("seed", 0)
    seeds = range(first, first + spec.get("seeds_per_stimulus", 1))
    readout = manifest.decision.readout
    wanted = {(n.id, layer, seed) for n in manifest.naturals for layer in layers for seed in seeds}
    found = [(item.stimulus, item.layer, item.seed) for item in manifest.items]
    yield from equal("layers", manifest.layers, layers)
    yield from equal("layers of the nulls", [null.layer for null in manifest.nulls], layers)
    yield from equal("null: least_pairs", manifest.null.least_pairs, null_settings.LEAST_PAIRS)
    yield from equal("decision rule", manifest.decision.rule, spec.get("decision"))
    yield from equal("readout", readout.sha256 if readout else None, spec.get("readout_sha256"))
    if len(found) != len(wanted) or set(found) != wanted:
        yield "items: are not each stimulus x layer x seed of the spec once"


def _seeds(manifest: Manifest) -> Iterator[str]:
    stimuli = {natural.id: natural.blob.sha256 for natural in manifest.naturals}
    for item in manifest.items:
        if item.stimulus in stimuli:
            made = item.provenance
            seed = noise_seed(stimuli[item.stimulus], item.seed, made.attempt)
            yield from equal(f"item {item.id}: noise_seed", made.noise_seed, seed)
        yield from equal(f"item {item.id}: recipe", item.provenance.recipe, manifest.spec.get("recipe"))


class _Recomputed:
    """Answers, nulls and certificates, computed again from decoded blobs."""

    def __init__(self, store: BundleStore, manifest: Manifest, network: Network) -> None:
        self.store, self.manifest = store, manifest
        readout = manifest.decision.readout
        data = store.read_blob(readout.sha256) if readout else None
        rule = decision_rule(manifest.decision.rule, data, network)
        self.certifier = Certifier(network, rule)

    def differences(self) -> Iterator[str]:
        recorded = self.manifest.decision.categories
        yield from equal("decision categories", recorded, list(self.certifier.rule.categories))
        yield from self._answers()
        if self.manifest.null.kind in ("stimuli", "null_stimuli"):
            for null in self.manifest.nulls:
                yield from self._null(null)
        yield from self._items()

    def _answers(self) -> Iterator[str]:
        with Steps("answers", len(self.manifest.naturals)) as progress:
            for natural in self.manifest.naturals:
                answer = self.certifier.answer(self._stimulus(natural.blob.sha256))
                yield from equal(f"stimulus {natural.id}: answer", natural.answer, answer)
                progress.advance()

    def _null(self, recorded: LayerNull) -> Iterator[str]:
        named = [(one.id, one.blob.sha256) for one in self._null_stimuli()]
        again = network_null(self.certifier, recorded.layer, named, self._stimulus)
        yield from same_null(recorded, again)

    def _null_stimuli(self) -> Iterator[Natural | NullStimulus]:
        if self.manifest.null.kind == "null_stimuli":
            yield from self.manifest.null_stimuli
            return
        left_out = {pair.left_out for pair in self.manifest.null.look_alikes}
        yield from (natural for natural in self.manifest.naturals if natural.id not in left_out)

    def _items(self) -> Iterator[str]:
        naturals = {natural.id: natural for natural in self.manifest.naturals}
        nulls = {null.layer: null for null in self.manifest.nulls}
        with Steps("certificates", len(self.manifest.items)) as progress:
            for layer in self.manifest.layers:
                for item in self.manifest.items:
                    if item.layer == layer:
                        yield from self._item(item, naturals[item.stimulus], nulls[layer])
                        progress.advance()

    def _item(self, item: Item, natural: Natural, null: LayerNull) -> Iterator[str]:
        metamer, answer = self.certifier.survey(self._stimulus(item.blob.sha256))
        original, _ = self.certifier.survey(self._stimulus(natural.blob.sha256))
        recorded = item.certificate
        where = f"item {item.id}"
        yield from equal(f"{where}: natural_answer", recorded.natural_answer, natural.answer)
        yield from equal(f"{where}: metamer_answer", recorded.metamer_answer, answer)
        yield from equal(f"{where}: layers", [match.layer for match in item.profile], list(metamer))
        for at_layer in item.profile:
            match = measure(original[at_layer.layer], metamer[at_layer.layer])
            yield from same_match(f"{where}: at {at_layer.layer}", at_layer, match)
            if at_layer.layer == item.layer:
                yield from same_match(where, recorded, match)
        # Judged by the recorded numbers, which were just compared: a hair's breadth of rounding at the
        # null's edge is no difference.
        fault = fault_of(recorded, null, self.manifest.null.least_pairs)
        yield from equal(f"{where}: fault", recorded.fault, fault)
        yield from equal(f"{where}: passed", recorded.passed, not fault)

    def _stimulus(self, sha256: str) -> Stimulus:
        return stored(self.certifier.medium, self.store, sha256)
