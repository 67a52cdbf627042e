"""Showing a bundle's stimuli to a network, and its answers by every rule that it can answer by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import torch

from synthesis.bundle.manifest import NATURAL, Blob, Manifest, ModelRecord, Natural
from synthesis.bundle.store import BundleStore
from synthesis.certify.decision import FeatherRule, GeirhosRule, ReadoutRule, words_rule
from synthesis.certify.imagenet16 import CLASS_COUNT
from synthesis.certify.readout.features import pooled
from synthesis.common.errors import BundleError, UserError
from synthesis.common.names import composed
from synthesis.media.medium import Medium, Stimulus
from synthesis.media.registry import medium_named, medium_of
from synthesis.networks.modules import channels_last
from synthesis.networks.registry import Network
from synthesis.optimise.activations import Activations
from synthesis.optimise.checks import shown_its_input
from synthesis.process.progress import Steps
from synthesis.recognition.rules import Rule

BATCH_SIZE = 16
_FEATURES = "features"
# The columns of answers.csv for kinds of stimuli that the ImageNet classes name, and for others; a readout's
# stand at the end, if there is one.
_ILSVRC: tuple[Rule, ...] = ("feather", "geirhos", "1000")
_WORDS: tuple[Rule, ...] = ("words",)

Labels = dict[Rule, str | int]


@dataclass(frozen=True)
class Shown:
    """One stimulus to be shown; `seed` is None for a natural one, whose `condition` is "natural"."""

    natural: Natural
    condition: str
    seed: int | None
    blob: Blob


def all_shown(manifest: Manifest) -> list[Shown]:
    """Every natural stimulus, then every certified metamer, layer by layer in depth order."""
    naturals = {natural.id: natural for natural in manifest.naturals}
    shown = [Shown(natural, NATURAL, None, natural.blob) for natural in manifest.naturals]
    return shown + [
        Shown(naturals[item.stimulus], layer, item.seed, item.blob)
        for layer in manifest.layers
        for item in manifest.items
        if item.layer == layer and item.certificate.passed
    ]


class NetworkObserver:
    """`network` naming stimuli by each rule it can answer by; `readout` is one fitted to its features.

    `rules` are those rules, with their possible answers (None for ILSVRC classes); `notes` say what is
    missing.
    """

    def __init__(self, network: Network, readout: ReadoutRule | None) -> None:
        self.network, self.readout = network, readout
        self.medium = medium_of(network.input)
        self._features: Activations | None = None
        if readout:
            self._features = Activations(network.module, {_FEATURES: network.feature_node})
        self.classes = self._count_classes()
        self.rules: dict[Rule, tuple[str, ...] | None] = {}
        self.notes: list[str] = []
        if _columns_for(type(self.medium)) == _WORDS:
            self._name_words()
        elif self.classes == CLASS_COUNT:
            self.rules = {"feather": FeatherRule.categories, "geirhos": GeirhosRule.categories, "1000": None}
        else:
            self.notes.append(
                f"{network.name} gives {self.classes} classes, not the {CLASS_COUNT} of ILSVRC-2012: the "
                "columns feather, geirhos and 1000 are empty"
            )
        if readout:
            self.rules["readout"] = readout.categories

    def _name_words(self) -> None:
        if any(self.network.answers):
            self.rules = {"words": words_rule(self.network).categories}
        else:
            self.notes.append(f"the logits of {self.network.name} stand for no words: the column is empty")

    def labels(self, stimuli: Sequence[Stimulus]) -> list[Labels]:
        """The labels of stimuli as this network is shown them: one class, category or word per rule.

        Raises `UserError` if the network's output is not finite.
        """
        inputs = channels_last(torch.from_numpy(self.medium.to_input(stimuli)))
        with torch.inference_mode():
            logits = self.network.module(inputs)
            features = pooled(self._features(inputs)[_FEATURES], self.network) if self._features else logits
        if not logits.isfinite().all():
            raise UserError(
                f"{self.network.name} answers with numbers that are not finite: check its weights"
            )
        columns: dict[Rule, list[str] | list[int]] = {}
        if "1000" in self.rules:
            columns["feather"] = FeatherRule().answers(logits, logits)
            columns["geirhos"] = GeirhosRule().answers(logits, logits)
            columns["1000"] = logits.argmax(dim=1).tolist()
        if "words" in self.rules:
            columns["words"] = words_rule(self.network).answers(logits, logits)
        if self.readout:
            columns["readout"] = self.readout.answers(logits, features)
        return [{rule: column[row] for rule, column in columns.items()} for row in range(len(stimuli))]

    def _count_classes(self) -> int:
        with torch.inference_mode(), shown_its_input(self.network):
            return int(self.network.module(torch.zeros(1, *self.medium.shape)).flatten(1).shape[1])


def distinct_name(network: Network | ModelRecord) -> str:
    """A name that tells networks apart: with other weights than the published ones it is another network."""
    return network.name if network.weights_kind == "published" else f"{network.name} ({network.weights})"


def answer_table(
    store: BundleStore, manifest: Manifest, observer: NetworkObserver, name: str
) -> pd.DataFrame:
    """The observer's answer to each of `all_shown`; `name` stands for the observer.

    Raises `BundleError` for a blob that is missing, changed, or cannot be shown to this network.
    """
    shown = all_shown(manifest)
    labels = dict(_label_blobs(store, [one.blob for one in shown], observer))
    rules: list[Rule] = [*_columns_for(medium_named(manifest.model.input.kind))]
    if observer.readout:
        rules.append("readout")
    maker = distinct_name(manifest.model)
    rows = []
    for one in shown:
        row = {
            "stimulus": one.natural.id,
            "condition": one.condition,
            "generating_model": maker,
            "observer_model": name,
            "seed": one.seed,
            "category": composed(one.natural.category),
            "blob_sha256": one.blob.sha256,
        }
        for rule in rules:
            row[f"natural_answer_{rule}"] = labels[one.natural.blob.sha256].get(rule)
            row[f"answer_{rule}"] = labels[one.blob.sha256].get(rule)
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(_columns(rules)))
    whole = [name for name in ("seed", "natural_answer_1000", "answer_1000") if name in table]
    return table.astype(dict.fromkeys(whole, "Int64"))


def _columns_for(medium: type[Medium]) -> tuple[Rule, ...]:
    return _ILSVRC if FeatherRule.name in medium.decisions else _WORDS


def _columns(rules: Sequence[Rule]) -> Iterator[str]:
    yield from ("stimulus", "condition", "generating_model", "observer_model", "seed", "category")
    for rule in rules:
        if rule == "readout":
            continue
        yield from (f"natural_answer_{rule}", f"answer_{rule}")
    yield "blob_sha256"
    if "readout" in rules:
        yield from ("natural_answer_readout", "answer_readout")


def _label_blobs(
    store: BundleStore, blobs: Sequence[Blob], observer: NetworkObserver
) -> Iterator[tuple[str, Labels]]:
    """The labels of each different blob, by its digest."""
    hashes = list(dict.fromkeys(blob.sha256 for blob in blobs))
    with Steps(observer.medium.files.plural, len(hashes)) as progress:
        for start in range(0, len(hashes), BATCH_SIZE):
            batch = hashes[start : start + BATCH_SIZE]
            stimuli = [_adapted(store, sha256, observer) for sha256 in batch]
            for sha256, labels in zip(batch, observer.labels(stimuli), strict=True):
                yield sha256, labels
                progress.advance()


def _adapted(store: BundleStore, sha256: str, observer: NetworkObserver) -> Stimulus:
    data = store.read_blob(sha256)
    try:
        return observer.medium.adapt(data)
    except UserError as error:
        raise BundleError(f"{store.blob_path(sha256)}: {error}") from None
