"""Making one layer's metamers: batches, certificates, further attempts, and the journal of all that."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from synthesis.bundle.manifest import Certificate, Item, LayerMatch, Natural, Provenance
from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.spec import MatchedClamp, SpaceName
from synthesis.certify import null as null_settings
from synthesis.certify.certificate import certify, measure
from synthesis.certify.certifier import Certifier
from synthesis.media.medium import stored
from synthesis.optimise.activations import MatchedActivation
from synthesis.optimise.batch import Batch, Synthesis, initial_noise, noise_seed
from synthesis.optimise.recipes import Recipe
from synthesis.process.device import describe, tf32
from synthesis.process.memory import smaller_batch
from synthesis.process.progress import Counter
from synthesis.runs.journal import Attempt, Journal

if TYPE_CHECKING:
    from synthesis.optimise.cochleagram_space import CochleagramBatch

BATCH_SIZE = 4
_LOSSES_KEPT = 40

Activations = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Job:
    """One attempt at one item."""

    natural: Natural
    layer: str
    seed: int
    attempt: int = 0

    def __str__(self) -> str:
        return f"stimulus {self.natural.id}, layer {self.layer}, seed {self.seed}"

    @property
    def item_id(self) -> str:
        return f"{self.natural.id}/{self.layer}/{self.seed}"


AnyBatch: TypeAlias = "Batch[Job] | CochleagramBatch[Job]"


class LayerMaker:
    """Makes items with one network, recipe and decision rule, remembering each attempt in a journal.

    `recipe_at` gives the recipe for a layer; `matched_clamp` says what becomes of the gradient of the clamp
    that a layer comes out of.

    An item that fails its certificate is tried again from other noise, `attempts` times in all.
    `network_seconds` is the time spent in the network while optimising, forward and backward.
    """

    def __init__(
        self,
        certifier: Certifier,
        recipe_at: Callable[[str], Recipe],
        journal: Journal,
        rule_key: dict[str, Any],
        *,
        attempts: int,
        device: torch.device,
        matched_clamp: MatchedClamp = "freed",
        optimise: SpaceName = "waveform",
    ) -> None:
        self.certifier, self.recipe_at, self.journal, self.rule_key = certifier, recipe_at, journal, rule_key
        self.attempts, self.matched_clamp, self.device = attempts, matched_clamp, device
        self.optimise = optimise
        self.network_seconds = 0.0
        self._tried: dict[str, list[Item]] = {}

    def make(self, layer: str, jobs: list[Job], null: LayerNull, progress: Counter) -> list[Item]:
        """The best attempt at each job, in their order. All jobs are of `layer`.

        Raises `UserError` naming the item when a loss is not a finite number.
        """
        self._tried = {job.item_id: [] for job in jobs}
        queue = deque(jobs)
        new = deque(job for job in self._replay(queue, null, progress))
        if new:
            self._synthesise(layer, new, null, progress)
        return [max(self._tried[job.item_id], key=_merit) for job in jobs]

    def unfinished(self, jobs: list[Job], null: LayerNull, progress: Counter) -> list[Job]:
        """The jobs that the journal does not finish; the others are counted as skipped."""
        self._tried = {job.item_id: [] for job in jobs}
        left = {job.item_id for job in self._replay(deque(jobs), null, progress)}
        return [job for job in jobs if job.item_id in left]

    def _replay(self, queue: deque[Job], null: LayerNull, progress: Counter) -> list[Job]:
        """Take from the journal what is there; the jobs that are left."""
        left = []
        recipe = self._recipe(null)
        while queue:
            job = queue.popleft()
            attempt = self.journal.attempt(self._key(job, recipe))
            if attempt is None:
                left.append(job)
            else:
                queue.extend(self._judge(job, attempt, null, progress.skip))
        return left

    def _synthesise(self, layer: str, queue: deque[Job], null: LayerNull, progress: Counter) -> None:
        new_batch = self._batches(layer, self._recipe(null))
        recipe, batch = self._recipe(null), new_batch()
        size, at_work = BATCH_SIZE, list[Job]()
        while queue or at_work:
            try:
                while queue and len(at_work) < size:
                    at_work.append(queue.popleft())
                    self._add(batch, at_work[-1])
                before = batch.network_seconds
                finished = batch.step()
                self.network_seconds += batch.network_seconds - before
            except (RuntimeError, MemoryError) as error:
                size = smaller_batch(error, len(at_work), f"layer {layer}")
                progress.say(f"layer {layer}: out of memory; going on with {size} at a time")
                queue.extendleft(reversed(at_work))
                batch, at_work = new_batch(), []
                continue
            for synthesis in finished:
                at_work.remove(synthesis.label)
                attempt = self._finish(synthesis)
                self.journal.put_attempt(self._key(synthesis.label, recipe), attempt)
                queue.extend(self._judge(synthesis.label, attempt, null, progress.advance))

    def _batches(self, layer: str, recipe: Recipe) -> Callable[[], AnyBatch]:
        """What makes an empty batch for the layer."""
        network = self.certifier.network
        if self.optimise == "cochleagram":
            # Not at the top: it imports timm, and most runs do without.
            from synthesis.optimise.cochleagram_space import (
                CochleagramBatch,
                after_cochleagram,
                cochleagram_of,
            )

            ear = cochleagram_of(network)
            rest = after_cochleagram(network, network.layer(layer), self.matched_clamp).to(self.device)
            return lambda: CochleagramBatch(ear.to(self.device), rest, recipe)
        matched = MatchedActivation(network, network.layer(layer), self.matched_clamp).to(self.device)
        return lambda: Batch(matched, recipe)

    def _add(self, batch: AnyBatch, job: Job) -> None:
        seed = noise_seed(job.natural.blob.sha256, job.seed, job.attempt)
        medium = self.certifier.medium
        stimulus = stored(medium, self.journal.store, job.natural.blob.sha256)
        natural = torch.from_numpy(medium.to_input([stimulus]))[0]
        noise = initial_noise(batch.recipe, seed, medium.shape)
        batch.add(job, natural.to(self.device), noise.to(self.device))

    def _finish(self, synthesis: Synthesis[Job]) -> Attempt:
        """Round, encode, store, and measure the bytes that will be served."""
        job, store, medium = synthesis.label, self.journal.store, self.certifier.medium
        assert synthesis.result is not None
        data = medium.encode(medium.to_stimuli(synthesis.result[None].cpu().numpy())[0])
        blob = store.put_blob(data, medium.media_type)
        metamer, answer = self.certifier.survey(medium.decode(data))
        natural, _ = self.certifier.survey(stored(medium, store, job.natural.blob.sha256))
        return Attempt(blob, answer, _profile(natural, metamer), self._provenance(synthesis))

    def _provenance(self, synthesis: Synthesis[Job]) -> Provenance:
        job, losses = synthesis.label, synthesis.losses
        steps = _kept_steps(len(losses))
        return Provenance(
            recipe=self.recipe_at(job.layer).name,
            noise_seed=noise_seed(job.natural.blob.sha256, job.seed, job.attempt),
            attempt=job.attempt,
            steps=len(losses),
            loss_steps=steps,
            losses=[losses[step] for step in steps],
            seconds=round(synthesis.seconds, 3),
            device=describe(self.device),
            threads=torch.get_num_threads(),
            tf32=tf32(),
            coarse_steps=synthesis.coarse_steps,
        )

    def _judge(self, job: Job, attempt: Attempt, null: LayerNull, count: Any) -> list[Job]:
        """Keep the attempt as an item; the next attempt if this one failed, else count the item as done."""
        least_pairs = null_settings.LEAST_PAIRS
        certificate = certify(attempt.match(job.layer), job.natural.answer, attempt.answer, null, least_pairs)
        item = Item(
            id=job.item_id,
            stimulus=job.natural.id,
            layer=job.layer,
            seed=job.seed,
            blob=attempt.blob,
            certificate=certificate,
            profile=attempt.profile,
            provenance=attempt.provenance,
        )
        self._tried[job.item_id].append(item)
        if not _matches(certificate) and job.attempt + 1 < self.attempts:
            return [replace(job, attempt=job.attempt + 1)]
        count()
        return []

    def _recipe(self, null: LayerNull) -> Recipe:
        """The layer's recipe, which has to come nearer than the null's best pair."""
        return self.recipe_at(null.layer).beyond(10 ** (-null.snr_db.maximum / 20))

    def _key(self, job: Job, recipe: Recipe) -> dict[str, Any]:
        return {
            "model": self.certifier.network.weights_sha256,
            "layer": job.layer,
            "recipe": recipe.name,
            "parameters": recipe.parameters(),
            "matched_clamp": self.matched_clamp,
            "stimulus": job.natural.blob.sha256,
            "seed": job.seed,
            "attempt": job.attempt,
            "decision": self.rule_key,
            **({} if self.optimise == "waveform" else {"optimise": self.optimise}),
        }


def _profile(natural: Activations, metamer: Activations) -> list[LayerMatch]:
    """The match at each layer. Sorting for the ranks takes longest, and threads can share it."""
    with ThreadPoolExecutor(torch.get_num_threads()) as threads:
        matches = threads.map(measure, natural.values(), metamer.values())
        return [
            LayerMatch(layer=layer, **asdict(match)) for layer, match in zip(natural, matches, strict=True)
        ]


def _matches(certificate: Certificate) -> bool:
    """Whether other noise would not do better: the metamer passes, or only its null is too small."""
    return certificate.fault in ("", "null too small")


def _merit(item: Item) -> tuple[bool, bool, float]:
    """The better of two attempts is the larger: a match, then same answer, then smaller error."""
    certificate: Certificate = item.certificate
    same = certificate.natural_answer == certificate.metamer_answer
    return _matches(certificate), same, -certificate.relative_error


def _kept_steps(steps: int) -> list[int]:
    """About `_LOSSES_KEPT` steps spread evenly from the first to the last."""
    stride = max(1, -(-steps // _LOSSES_KEPT))
    return sorted({*range(0, steps, stride), steps - 1})
