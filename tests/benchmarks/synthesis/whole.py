"""The worker's whole loop on the bench stimuli: steps, encoding, certificates, journal."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import torch

from synthesis.bundle.manifest import Item, Natural
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.store import BundleStore
from synthesis.certify.certifier import Certifier
from synthesis.media.medium import stored
from synthesis.optimise.recipes import Fast, make_recipe
from synthesis.process.progress import Uncounted
from synthesis.runs.items import Job, LayerMaker
from synthesis.runs.journal import Journal
from tests.benchmarks.synthesis.subject import Subject

_wall = time.perf_counter


@dataclass(frozen=True)
class Whole:
    """What the loop made, the seconds it took, the share of processor time outside the network's steps."""

    items: list[Item]
    results: torch.Tensor
    seconds: float
    overhead_share: float

    @property
    def certified_per_hour(self) -> float:
        return 3600 * sum(item.certificate.passed for item in self.items) / self.seconds


def run_whole(subject: Subject, certifier: Certifier, null: LayerNull) -> Whole:
    """`fast` as it is by default, one attempt at each stimulus, into a bundle in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        store = BundleStore(Path(folder))
        jobs = [Job(natural, subject.layer.name, seed=0) for natural in _naturals(subject, certifier, store)]
        recipe = make_recipe(Fast.name, network=subject.network)
        maker = LayerMaker(
            certifier, lambda layer: recipe, Journal(store), {}, attempts=1, device=torch.device("cpu")
        )
        start = _wall()
        # The share shall not depend on what else the machine does.
        with patch("synthesis.optimise.batch.time.perf_counter", time.process_time):
            before = time.process_time()
            items = maker.make(subject.layer.name, jobs, null, Uncounted())
            busy_s = time.process_time() - before
        seconds = _wall() - start
        stimuli = [stored(subject.medium, store, item.blob.sha256) for item in items]
    results = torch.from_numpy(subject.medium.to_input(stimuli))
    return Whole(items, results, seconds, 1 - maker.network_seconds / busy_s)


def _naturals(subject: Subject, certifier: Certifier, store: BundleStore) -> list[Natural]:
    return [
        Natural(
            id=str(number),
            category="",
            blob=store.put_blob(subject.medium.encode(stimulus), subject.medium.media_type),
            source_sha256="0" * 64,
            answer=certifier.answer(stimulus),
        )
        for number, stimulus in enumerate(subject.medium.to_stimuli(subject.naturals.numpy()))
    ]
