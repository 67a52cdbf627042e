"""Checking a finished bundle from its files alone: everything that can be computed again is, and compared.

Not covered, since only making the metamers again could tell: recorded losses, steps, times and software
versions (the manifest's digest guards them against accidental change).
"""

import math
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.manifest import (
    Certificate,
    Histogram,
    Item,
    LayerMatch,
    LayerNull,
    Manifest,
    ModelRecord,
    Natural,
)
from synthesis.bundle.spec import FileWeights, RandomWeights
from synthesis.bundle.store import BundleStore
from synthesis.certify.certificate import Match, measure, outside_null
from synthesis.certify.certifier import Certifier
from synthesis.certify.decision import decision_rule
from synthesis.certify.null import layer_null
from synthesis.common.errors import BundleError, UserError
from synthesis.media.medium import Stimulus, stored
from synthesis.networks.registry import Network, is_user_module, load_network
from synthesis.optimise.batch import noise_seed
from synthesis.process.progress import Steps

# Another processor or batch rounds differently. Correlations and errors absolutely, SNR in dB.
TOLERANCE = 2e-3
TOLERANCE_DB = 0.05
# Share of a histogram's values that may lie on the other side of an edge.
COUNTS_MOVED = 0.01


def verify_bundle(
    store: BundleStore, weights: Path | None = None, module: str | None = None
) -> tuple[Manifest, list[str]]:
    """The manifest, and one line per difference between it and what its files say; none means it holds.

    `weights` and `module` (`path/module.py:factory`) say where the files lie that the bundle names by digest
    alone. Raises `UserError` when the manifest cannot be read, was changed, names an unknown network or rule,
    or when one of the two files is needed and not given.
    """
    manifest = store.read_manifest()
    damaged = list(_damaged_blobs(store, manifest))
    if damaged:
        return manifest, damaged
    network = recorded_network(manifest.model, weights, module).including(manifest.layers)
    differences = [*_model(manifest, network), *_inventory(manifest), *_seeds(manifest)]
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
    yield from _equal("model weights_sha256", record.weights_sha256, network.weights_sha256)
    yield from _equal("model layers", record.layers, [layer.name for layer in network.layers])
    yield from _equal("model input", record.input, network.input.format)
    yield from _equal("spec model", manifest.spec.get("model"), record.name)


def _inventory(manifest: Manifest) -> Iterator[str]:
    """Each stimulus x layer x seed of the spec exactly once, one null per layer."""
    spec = manifest.spec
    layers = [name for name in manifest.model.layers if name in spec.get("layers", ())]
    first = spec.get("seed", 0)
    seeds = range(first, first + spec.get("seeds_per_stimulus", 1))
    readout = manifest.decision.readout
    wanted = {(n.id, layer, seed) for n in manifest.naturals for layer in layers for seed in seeds}
    found = [(item.stimulus, item.layer, item.seed) for item in manifest.items]
    yield from _equal("layers", manifest.layers, layers)
    yield from _equal("layers of the nulls", [null.layer for null in manifest.nulls], layers)
    yield from _equal("decision rule", manifest.decision.rule, spec.get("decision"))
    yield from _equal("readout", readout.sha256 if readout else None, spec.get("readout_sha256"))
    if len(found) != len(wanted) or set(found) != wanted:
        yield "items: are not each stimulus x layer x seed of the spec once"


def _seeds(manifest: Manifest) -> Iterator[str]:
    stimuli = {natural.id: natural.blob.sha256 for natural in manifest.naturals}
    for item in manifest.items:
        if item.stimulus in stimuli:
            made = item.provenance
            seed = noise_seed(stimuli[item.stimulus], item.seed, made.attempt)
            yield from _equal(f"item {item.id}: noise_seed", made.noise_seed, seed)
        yield from _equal(f"item {item.id}: recipe", item.provenance.recipe, manifest.spec.get("recipe"))


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
        yield from _equal("decision categories", recorded, list(self.certifier.rule.categories))
        yield from self._answers()
        for null in self.manifest.nulls:
            yield from self._null(null)
        yield from self._items()

    def _answers(self) -> Iterator[str]:
        with Steps("answers", len(self.manifest.naturals)) as progress:
            for natural in self.manifest.naturals:
                answer = self.certifier.answer(self._stimulus(natural.blob.sha256))
                yield from _equal(f"stimulus {natural.id}: answer", natural.answer, answer)
                progress.advance()

    def _null(self, recorded: LayerNull) -> Iterator[str]:
        blobs = [natural.blob for natural in self.manifest.naturals]
        blobs += [entry.blob for entry in self.manifest.null_stimuli]
        hashes = sorted({blob.sha256 for blob in blobs})
        again = layer_null(recorded.layer, lambda: self._activations(recorded.layer, hashes), len(hashes))
        where = f"null of {recorded.layer}"
        yield from _equal(f"{where}: stimuli", recorded.stimuli, again.stimuli)
        yield from _equal(f"{where}: pairs", recorded.pairs, again.pairs)
        for statistic in ("spearman", "pearson_r2", "snr_db"):
            old, new = getattr(recorded, statistic), getattr(again, statistic)
            for number in ("maximum", "percentile_99"):
                place = f"{where}: {statistic} {number}"
                yield from _close(place, getattr(old, number), getattr(new, number), statistic)
            yield from _same_histogram(f"{where}: {statistic}", old.histogram, new.histogram, statistic)

    def _activations(self, layer: str, hashes: list[str]) -> Iterator[NDArray[np.float32]]:
        with Steps(f"null of {layer}", len(hashes)) as progress:
            for sha256 in hashes:
                yield self.certifier.activation(self._stimulus(sha256), layer)
                progress.advance()

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
        yield from _equal(f"{where}: natural_answer", recorded.natural_answer, natural.answer)
        yield from _equal(f"{where}: metamer_answer", recorded.metamer_answer, answer)
        yield from _equal(f"{where}: layers", [match.layer for match in item.profile], list(metamer))
        for at_layer in item.profile:
            match = measure(original[at_layer.layer], metamer[at_layer.layer])
            yield from _same_match(f"{where}: at {at_layer.layer}", at_layer, match)
            if at_layer.layer == item.layer:
                yield from _same_match(where, recorded, match)
        # Judged by the recorded numbers, which were just compared: a hair's breadth of rounding at the
        # null's edge is no difference.
        same = recorded.natural_answer == recorded.metamer_answer
        yield from _equal(f"{where}: passed", recorded.passed, same and outside_null(recorded, null))

    def _stimulus(self, sha256: str) -> Stimulus:
        return stored(self.certifier.medium, self.store, sha256)


def _same_match(place: str, recorded: LayerMatch | Certificate, computed: Match) -> Iterator[str]:
    for statistic in ("spearman", "pearson_r2", "snr_db", "relative_error"):
        yield from _close(
            f"{place}: {statistic}", getattr(recorded, statistic), getattr(computed, statistic), statistic
        )


def _same_histogram(place: str, recorded: Histogram, computed: Histogram, statistic: str) -> Iterator[str]:
    """Edges as close as any number; counts up to the few values that rounding moves across an edge."""
    yield from _equal(f"{place} bins", len(recorded.counts), len(computed.counts))
    yield from _equal(f"{place} values", sum(recorded.counts), sum(computed.counts))
    for old, new in zip(recorded.edges, computed.edges, strict=False):
        yield from _close(f"{place} edge", old, new, statistic)
    moved = max(2, COUNTS_MOVED * sum(computed.counts))
    cumulated = zip(accumulate(recorded.counts), accumulate(computed.counts), strict=False)
    for number, (old_count, new_count) in enumerate(cumulated):
        if abs(old_count - new_count) > moved:
            yield f"{place} histogram: recorded {old_count} values up to bin {number}, computed {new_count}"


def _equal(place: str, recorded: object, computed: object) -> Iterator[str]:
    if recorded != computed:
        yield f"{place}: recorded {recorded}, computed {computed}"


def _close(place: str, recorded: float, computed: float, statistic: str) -> Iterator[str]:
    tolerance = TOLERANCE_DB if statistic == "snr_db" else TOLERANCE
    if not math.isclose(recorded, computed, rel_tol=0, abs_tol=tolerance):
        yield f"{place}: recorded {recorded:.6g}, computed {computed:.6g} (tolerance {tolerance})"
