"""The local engine: from a plan to a finished bundle, resumable at every item."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version

import numpy as np
from numpy.typing import NDArray

from synthesis.activations import require_gradient
from synthesis.bundle.errors import UserError
from synthesis.bundle.manifest import (
    Blob,
    DecisionRecord,
    Item,
    LayerNull,
    Manifest,
    ModelRecord,
    Natural,
    NullStimulus,
)
from synthesis.bundle.store import BundleStore
from synthesis.images import Picture, decode_png, encode_png, read_picture
from synthesis.journal import Journal
from synthesis.maker import Job, LayerMaker
from synthesis.null import layer_null
from synthesis.observer import Observer
from synthesis.plan import Plan, Source
from synthesis.progress import Steps
from synthesis.recipes import make_recipe
from synthesis.registry import load_network
from synthesis.vision.decision import check_categories, decision_rule


class Run:
    """One run into one bundle folder. Everything finished before is taken from the folder's journal."""

    def __init__(self, plan: Plan, store: BundleStore) -> None:
        self.plan, self.spec, self.store = plan, plan.spec, store
        self.journal = Journal(store)
        self.network = load_network(plan.spec.model, plan.spec.weights).including(plan.spec.layers)
        for layer in plan.spec.layers:
            require_gradient(self.network, self.network.layer(layer))
        self.rule = decision_rule(
            plan.spec.decision, plan.readout, self.network.name, self.network.weights_sha256
        )
        self.observer = Observer(self.network, self.rule)
        self.recipe = make_recipe(plan.spec.recipe, plan.spec.max_steps)
        self.rule_key = {"rule": self.rule.name, "readout_sha256": plan.record["readout_sha256"]}
        check_categories(self.rule, (source.category for source in plan.stimuli), str(plan.spec.stimuli))

    def execute(self) -> Manifest:
        """Do what is left to do, write the manifest, and return it."""
        naturals = self._naturals()
        null_stimuli = self._null_stimuli(naturals)
        layers = [layer.name for layer in self.network.layers if layer.name in self.spec.layers]
        nulls = self._nulls(
            layers, [natural.blob for natural in naturals] + [entry.blob for entry in null_stimuli]
        )
        items = self._items(layers, naturals, nulls)
        manifest = Manifest(
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            spec=self.plan.record,
            model=self._model_record(),
            decision=self._decision_record(),
            layers=layers,
            naturals=naturals,
            null_stimuli=null_stimuli,
            nulls=list(nulls.values()),
            items=items,
            software=_software(),
        )
        return self.store.write_manifest(manifest)

    def _naturals(self) -> list[Natural]:
        naturals: dict[str, Natural] = {}
        with Steps("natural stimuli", len(self.plan.stimuli)) as progress:
            for source in self.plan.stimuli:
                blob = self._put_picture(self._read(source))
                if blob.sha256 in naturals:
                    twin = naturals[blob.sha256].id
                    raise UserError(f"{source.path}: is the same picture as {twin}; remove one of them")
                naturals[blob.sha256] = Natural(
                    id=source.id,
                    category=source.category,
                    blob=blob,
                    source_sha256=source.sha256,
                    answer=self.observer.answer(self._picture(blob)),
                )
                progress.advance()
        return list(naturals.values())

    def _null_stimuli(self, naturals: list[Natural]) -> list[NullStimulus]:
        """The further stimuli of the null; a picture that is there already is passed over."""
        seen = {natural.blob.sha256 for natural in naturals}
        found: list[NullStimulus] = []
        if not self.plan.null_stimuli:
            return found
        with Steps("null stimuli", len(self.plan.null_stimuli)) as progress:
            for source in self.plan.null_stimuli:
                blob = self._put_picture(self._read(source))
                if blob.sha256 not in seen:
                    found.append(NullStimulus(id=source.id, blob=blob))
                seen.add(blob.sha256)
                progress.advance()
        return found

    def _nulls(self, layers: list[str], blobs: list[Blob]) -> dict[str, LayerNull]:
        return {layer: self._null(layer, blobs) for layer in layers}

    def _null(self, layer: str, blobs: list[Blob]) -> LayerNull:
        key = {
            "null": 2,
            "model": self.network.weights_sha256,
            "layer": layer,
            "stimuli": sorted(blob.sha256 for blob in blobs),
        }
        null = self.journal.null(key)
        if null is None:
            null = layer_null(layer, lambda: self._activations(layer, blobs), len(blobs))
            self.journal.put_null(key, null)
        return null

    def _activations(self, layer: str, blobs: list[Blob]) -> Iterator[NDArray[np.float32]]:
        with Steps(f"null of {layer}", len(blobs)) as progress:
            for blob in blobs:
                yield self.observer.activation(self._picture(blob), layer)
                progress.advance()

    def _items(self, layers: list[str], naturals: list[Natural], nulls: dict[str, LayerNull]) -> list[Item]:
        seeds = range(self.spec.seed, self.spec.seed + self.spec.seeds_per_stimulus)
        maker = LayerMaker(self.observer, self.recipe, self.journal, self.rule_key, self.spec.attempts)
        items: list[Item] = []
        with Steps("metamers", len(layers) * len(naturals) * len(seeds)) as progress:
            for layer in layers:
                jobs = [Job(natural, layer, seed) for natural in naturals for seed in seeds]
                items += maker.make(layer, jobs, nulls[layer], progress)
        return items

    def _read(self, source: Source) -> Picture:
        return read_picture(source.path, self.network.input_px, self.network.resize_px)

    def _put_picture(self, picture: Picture) -> Blob:
        return self.store.put_blob(encode_png(picture), "image/png")

    def _picture(self, blob: Blob) -> Picture:
        return decode_png(self.store.read_blob(blob.sha256))

    def _model_record(self) -> ModelRecord:
        return ModelRecord(
            name=self.network.name,
            weights=self.network.weights,
            weights_kind=self.network.weights_kind,
            weights_seed=self.network.weights_seed,
            weights_sha256=self.network.weights_sha256,
            layers=[layer.name for layer in self.network.layers],
            input_px=self.network.input_px,
        )

    def _decision_record(self) -> DecisionRecord:
        readout = self.plan.readout
        return DecisionRecord(
            rule=self.rule.name,
            categories=list(self.rule.categories),
            readout=self.store.put_blob(readout, "application/octet-stream") if readout else None,
        )


def _software() -> dict[str, str]:
    packages = ("metamerlab", "numpy", "pillow", "scipy", "timm", "torch")
    return {"python": python_version(), **{package: version(package) for package in packages}}
