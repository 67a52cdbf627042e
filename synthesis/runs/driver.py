"""The driver of a run: from a plan to a finished bundle, resumable at every item."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import torch

from synthesis.bundle.manifest import (
    Blob,
    DecisionRecord,
    Item,
    Manifest,
    ModelRecord,
    Natural,
)
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.store import BundleStore
from synthesis.certify.decision import check_categories
from synthesis.common.errors import UserError
from synthesis.media.medium import Stimulus, stored
from synthesis.networks.registry import library, load_library
from synthesis.optimise.clamps import freed_clamps
from synthesis.process.lock import exclusive
from synthesis.process.memory import out_of_memory
from synthesis.process.progress import Steps, Uncounted
from synthesis.process.versions import versions
from synthesis.runs.engines import RunEngine
from synthesis.runs.items import Job
from synthesis.runs.nulls import RunNulls
from synthesis.runs.plan import RunPlan, Source, finished_bundle
from synthesis.runs.tasks import Setup, Task, make_maker, require_usable


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
        require_usable(self.network, plan.spec)
        self.nulls = RunNulls(plan, self.certifier, self.journal)
        check_categories(self.rule, (source.category for source in plan.stimuli), str(plan.spec.stimuli))

    def execute(self) -> Manifest:
        """Do what is left to do, write the manifest, and return it."""
        self.store.look_around()
        naturals = self._naturals()
        source = self.nulls.gather(naturals)
        layers = [layer.name for layer in self.network.layers if layer.name in self.spec.layers]
        nulls = self.nulls.layers(layers)
        items = self._items(layers, naturals, nulls)
        manifest = Manifest(
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
            spec=self.plan.record,
            model=self._model_record(),
            decision=self._decision_record(),
            layers=layers,
            freed_clamps={layer: self._freed(layer) for layer in layers},
            naturals=naturals,
            null=source,
            null_stimuli=self.nulls.stimuli,
            nulls=list(nulls.values()),
            items=items,
            software=versions(),
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
        stimulus = self.medium.read(source.path, self.plan.prepare)
        return self.store.put_blob(self.medium.encode(stimulus), self.medium.media_type)

    def _stimulus(self, blob: Blob) -> Stimulus:
        return stored(self.medium, self.store, blob.sha256)

    def _freed(self, layer: str) -> list[str]:
        return list(freed_clamps(self.network, self.network.layer(layer), self.spec.matched_clamp))

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
    engine.prepare(library(plan.spec.model))
    with exclusive(store.root):
        store.remove_leftovers()
        try:
            return finished_bundle(plan, store) or Run(plan, store, engine).execute()
        except (RuntimeError, MemoryError) as error:
            raise out_of_memory(error, plan.spec.model) from None
        finally:
            store.remove_leftovers()
