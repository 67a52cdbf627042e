"""Showing a bundle's pictures to a network, and its answers by every rule that it can answer by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from PIL import Image

from synthesis.activations import Activations
from synthesis.bundle.errors import UserError
from synthesis.bundle.manifest import NATURAL, Blob, Manifest, ModelRecord, Natural
from synthesis.bundle.store import BundleStore
from synthesis.images import Picture, decode_png, to_input
from synthesis.progress import Steps
from synthesis.recognition.rules import RULES, Rule
from synthesis.registry import Network
from synthesis.vision.decision import FeatherRule, GeirhosRule, ReadoutRule
from synthesis.vision.imagenet16 import CLASS_COUNT

BATCH_SIZE = 16
_FEATURES = "features"

Labels = dict[Rule, str | int]


@dataclass(frozen=True)
class Shown:
    """One picture to be shown; `seed` is None for a natural one, whose `condition` is "natural"."""

    natural: Natural
    condition: str
    seed: int | None
    blob: Blob


def shown_pictures(manifest: Manifest) -> list[Shown]:
    """Every natural picture, then every certified metamer, layer by layer in depth order."""
    naturals = {natural.id: natural for natural in manifest.naturals}
    shown = [Shown(natural, NATURAL, None, natural.blob) for natural in manifest.naturals]
    return shown + [
        Shown(naturals[item.stimulus], layer, item.seed, item.blob)
        for layer in manifest.layers
        for item in manifest.items
        if item.layer == layer and item.certificate.passed
    ]


class PictureObserver:
    """`network` naming pictures by each rule it can answer by; `readout` is one fitted to its features.

    `rules` are those rules, with their possible answers (None for ILSVRC classes); `notes` say what is
    missing.
    """

    def __init__(self, network: Network, readout: ReadoutRule | None) -> None:
        self.network, self.readout = network, readout
        self._features: Activations | None = None
        if readout:
            self._features = Activations(network.module, {_FEATURES: network.feature_node})
        self.classes = self._count_classes()
        self.rules: dict[Rule, tuple[str, ...] | None] = {}
        self.notes: list[str] = []
        if self.classes == CLASS_COUNT:
            self.rules = {"feather": FeatherRule.categories, "geirhos": GeirhosRule.categories, "1000": None}
        else:
            self.notes.append(
                f"{network.name} gives {self.classes} classes, not the {CLASS_COUNT} of ILSVRC-2012: the "
                "columns feather, geirhos and 1000 are empty"
            )
        if readout:
            self.rules["readout"] = readout.categories

    def labels(self, pictures: Sequence[Picture]) -> list[Labels]:
        """The labels of pictures, uint8 (height, width, 3) of any size: one class or category per rule.

        Raises `UserError` if the network's output is not finite.
        """
        side = self.network.pictures.size_px
        inputs = torch.from_numpy(to_input(np.stack([resized(picture, side) for picture in pictures])))
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            logits = self.network.module(inputs)
            features = self._features(inputs)[_FEATURES].flatten(1) if self._features else logits
        if not logits.isfinite().all():
            raise UserError(
                f"{self.network.name} answers with numbers that are not finite: check its weights"
            )
        columns: dict[Rule, list[str] | list[int]] = {}
        if "1000" in self.rules:
            columns["feather"] = FeatherRule().answers(logits, logits)
            columns["geirhos"] = GeirhosRule().answers(logits, logits)
            columns["1000"] = logits.argmax(dim=1).tolist()
        if self.readout:
            columns["readout"] = self.readout.answers(logits, features)
        return [{rule: column[row] for rule, column in columns.items()} for row in range(len(pictures))]

    def _count_classes(self) -> int:
        side = self.network.pictures.size_px
        blank = torch.zeros(1, 3, side, side)
        with torch.inference_mode():
            return int(self.network.module(blank).flatten(1).shape[1])


def resized(picture: Picture, side_px: int) -> Picture:
    """The whole square picture at another size: bicubic, antialiased where it shrinks, rounded to 8 bits.

    A picture that has the size already is left as it is, byte for byte.
    """
    if picture.shape[:2] == (side_px, side_px):
        return picture
    return np.asarray(Image.fromarray(picture).resize((side_px, side_px), Image.Resampling.BICUBIC))


def distinct_name(network: Network | ModelRecord) -> str:
    """A name that tells networks apart: with other weights than the published ones it is another network."""
    return network.name if network.weights_kind == "published" else f"{network.name} ({network.weights})"


def answer_table(
    store: BundleStore, manifest: Manifest, observer: PictureObserver, name: str
) -> pd.DataFrame:
    """The observer's answer to each of `shown_pictures`; `name` stands for the observer.

    Raises `BundleError` for a blob that is missing or changed.
    """
    shown = shown_pictures(manifest)
    labels = dict(_label_blobs(store, [picture.blob for picture in shown], observer))
    rules = [rule for rule in RULES if rule != "readout" or observer.readout]
    maker = distinct_name(manifest.model)
    rows = []
    for picture in shown:
        row = {
            "stimulus": picture.natural.id,
            "condition": picture.condition,
            "generating_model": maker,
            "observer_model": name,
            "seed": picture.seed,
            "category": picture.natural.category,
            "blob_sha256": picture.blob.sha256,
        }
        for rule in rules:
            row[f"natural_answer_{rule}"] = labels[picture.natural.blob.sha256].get(rule)
            row[f"answer_{rule}"] = labels[picture.blob.sha256].get(rule)
        rows.append(row)
    whole = {"seed": "Int64", "natural_answer_1000": "Int64", "answer_1000": "Int64"}
    return pd.DataFrame(rows, columns=list(_columns(rules))).astype(whole)


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
    store: BundleStore, blobs: Sequence[Blob], observer: PictureObserver
) -> Iterator[tuple[str, Labels]]:
    """The labels of each different blob, by its digest."""
    hashes = list(dict.fromkeys(blob.sha256 for blob in blobs))
    with Steps("pictures", len(hashes)) as progress:
        for start in range(0, len(hashes), BATCH_SIZE):
            batch = hashes[start : start + BATCH_SIZE]
            pictures = [decode_png(store.read_blob(sha256)) for sha256 in batch]
            for sha256, labels in zip(batch, observer.labels(pictures), strict=True):
                yield sha256, labels
                progress.advance()
