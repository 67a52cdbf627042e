"""The driver of a run: from a plan to a finished bundle, resumable at every item."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from platform import python_version

import numpy as np
import torch
from numpy.typing import NDArray

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
from synthesis.certify.decision import check_categories
from synthesis.certify.null import layer_null
from synthesis.certify.null_cache import NullCache, null_key
from synthesis.common.errors import UserError
from synthesis.media.medium import Stimulus, stored
from synthesis.networks.registry import load_library
from synthesis.process.lock import exclusive
from synthesis.process.memory import out_of_memory
from synthesis.process.progress import Steps, Uncounted
from synthesis.runs.engines import RunEngine
from synthesis.runs.items import Job
from synthesis.runs.plan import RunPlan, Source, finished_bundle
from synthesis.runs.tasks import Setup, Task, make_maker


class Run:
    """One run into one bundle. Everything finished before is taken from the bundle's journal.

    What is done once is done here, on the processor: natural stimuli, nulls, the manifest. The metamers are
    made by `engine`. No other run may be writing into the bundle (see `synthesis.process.lock`).
    """

    def __init__(self, plan: RunPlan, store: BundleStore, engine: RunEngine) -> None:
        self.plan, self.spec, self.store, self.engine = plan, plan.spec, store, engine
        self.setup = Setup(plan.spec.model_dump_json(), plan.readout, str(store.root.absolute()))
        self.maker = make_maker(self.setup, store, torch.device("cpu"))
        self.journal, self.certifier = self.maker.journal, self.maker.certifier
        self.network, self.rule = self.certifier.network, self.certifier.rule
        self.medium = self.certifier.medium
        self.null_cache = NullCache()
        check_categories(self.rule, (source.category for source in plan.stimuli), str(plan.spec.stimuli))

    def execute(self) -> Manifest:
        """Do what is left to do, write the manifest, and return it."""
        self.store.look_around()
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
                blob = self._put(source)
                if blob.sha256 in naturals:
                    twin = naturals[blob.sha256].id
                    raise UserError(
                        f"{source.path}: is the same {self.medium.noun} as {twin}; remove one of them"
                    )
                naturals[blob.sha256] = Natural(
                    id=source.id,
                    category=source.category,
                    blob=blob,
                    source_sha256=source.sha256,
                    answer=self.certifier.answer(self._stimulus(blob)),
                )
                progress.advance()
        return list(naturals.values())

    def _null_stimuli(self, naturals: list[Natural]) -> list[NullStimulus]:
        """The further stimuli of the null; one that is there already is passed over."""
        seen = {natural.blob.sha256 for natural in naturals}
        found: list[NullStimulus] = []
        if not self.plan.null_stimuli:
            return found
        with Steps("null stimuli", len(self.plan.null_stimuli)) as progress:
            for source in self.plan.null_stimuli:
                blob = self._put(source)
                if blob.sha256 not in seen:
                    found.append(NullStimulus(id=source.id, blob=blob))
                seen.add(blob.sha256)
                progress.advance()
        return found

    def _nulls(self, layers: list[str], blobs: list[Blob]) -> dict[str, LayerNull]:
        return {layer: self._null(layer, blobs) for layer in layers}

    def _null(self, layer: str, blobs: list[Blob]) -> LayerNull:
        key = null_key(self.network, layer, [blob.sha256 for blob in blobs])
        null = self.journal.null(key)
        if null is None:
            null = self.null_cache.get(key)
            if null is None:
                null = layer_null(layer, lambda: self._activations(layer, blobs), len(blobs))
                self.null_cache.put(key, null)
            self.journal.put_null(key, null)
        return null

    def _activations(self, layer: str, blobs: list[Blob]) -> Iterator[NDArray[np.float32]]:
        with Steps(f"null of {layer}", len(blobs)) as progress:
            for blob in blobs:
                yield self.certifier.activation(self._stimulus(blob), layer)
                progress.advance()

    def _items(self, layers: list[str], naturals: list[Natural], nulls: dict[str, LayerNull]) -> list[Item]:
        seeds = range(self.spec.seed, self.spec.seed + self.spec.seeds_per_stimulus)
        wanted = [
            Task(
                layer,
                tuple(Job(natural, layer, seed) for natural in naturals for seed in seeds),
                nulls[layer],
            )
            for layer in layers
        ]
        with Steps("metamers", sum(len(task.jobs) for task in wanted)) as progress:
            left = [part for task in wanted for part in self._left(task, progress)]
            self.engine.perform(self.setup, left, progress)
        self.store.look_around()
        return [
            item
            for task in wanted
            for item in self.maker.make(task.layer, list(task.jobs), task.null, Uncounted())
        ]

    def _left(self, task: Task, progress: Steps) -> Iterator[Task]:
        """What of a layer's task is not in the journal, in parts of the size that the engine wants."""
        jobs = self.maker.unfinished(list(task.jobs), task.null, progress)
        size = max(1, self.engine.task_size(len(jobs)))
        for start in range(0, len(jobs), size):
            yield replace(task, jobs=tuple(jobs[start : start + size]))

    def _put(self, source: Source) -> Blob:
        """Store a file as the network is shown it."""
        return self.store.put_blob(self.medium.encode(self.medium.read(source.path)), self.medium.media_type)

    def _stimulus(self, blob: Blob) -> Stimulus:
        return stored(self.medium, self.store, blob.sha256)

    def _model_record(self) -> ModelRecord:
        return ModelRecord(
            name=self.network.name,
            weights=self.network.weights,
            weights_kind=self.network.weights_kind,
            weights_seed=self.network.weights_seed,
            weights_sha256=self.network.weights_sha256,
            layers=[layer.name for layer in self.network.layers],
            input=self.network.input.format,
        )

    def _decision_record(self) -> DecisionRecord:
        readout = self.plan.readout
        return DecisionRecord(
            rule=self.rule.name,
            categories=list(self.rule.categories),
            readout=self.store.put_blob(readout, "application/octet-stream") if readout else None,
        )


def make_bundle(plan: RunPlan, store: BundleStore, engine: RunEngine) -> Manifest:
    """Make what is left of the plan's bundle while no other run may. Raises `UserError` if one does."""
    load_library(plan.spec.model)  # before anything is held that must be let go of in order
    with exclusive(store.root):
        store.remove_leftovers()
        try:
            return finished_bundle(plan, store) or Run(plan, store, engine).execute()
        except (RuntimeError, MemoryError) as error:
            raise out_of_memory(error, plan.spec.model) from None
        finally:
            store.remove_leftovers()


def _software() -> dict[str, str]:
    packages = ("metamerlab", "numpy", "pillow", "scipy", "soundfile", "timm", "torch")
    return {"python": python_version(), **{package: version(package) for package in packages}}
