"""The training itself: steps, validations, checkpoints, and what is written at the end."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from synthesis.common.errors import UserError
from synthesis.common.stopping import asked
from synthesis.process.device import devices
from synthesis.process.progress import Counter
from synthesis.training.accuracy import accuracy
from synthesis.training.adversary import Adversary
from synthesis.training.checkpoint import load_checkpoint, save_checkpoint
from synthesis.training.data import Batch, Parts
from synthesis.training.export import write_network
from synthesis.training.model import TaskNetwork, loss_of
from synthesis.training.optimiser import make_optimiser, set_rates
from synthesis.training.parts import planned, validation_batches
from synthesis.training.schedule import clip_settings
from synthesis.training.spec import TrainSpec
from synthesis.training.standing import Standing
from synthesis.training.start import start_from
from synthesis.training.tally import main_score

_CHECKPOINT_EVERY_S = 60.0
_CALIBRATION_CLIPS = 64


def train(spec: TrainSpec, parts: Parts, out: Path, counter: Counter) -> Standing:
    """Train until the last example or the wanted accuracy, and write `out/network.safetensors`.

    Goes on from `out/checkpoint.pt` if that is of the same spec; the result is the same to rounding.
    `counter` counts steps.

    Raises
    ------
    UserError
        `out` holds another training, the numbers make no network, or the loss became NaN.
    """
    training = _Training(spec, parts, out)
    for _ in range(training.standing.step):
        counter.skip()
    training.run(counter)
    return training.standing


class _Training:
    def __init__(self, spec: TrainSpec, parts: Parts, out: Path) -> None:
        self.parts, self.out = parts, out
        self.spec = spec = planned(spec, parts)
        self.device = devices("auto")[0]
        words = len(parts.training.spoken.vocabulary) + spec.null_class
        torch.manual_seed(spec.seed)
        try:
            network = TaskNetwork(
                spec.network, spec.task, words, len(parts.backgrounds), spec.backgrounds.weight
            )
        except ValueError as error:
            raise UserError(f"network: {error}") from None
        self.network = network.to(self.device).to(memory_format=torch.channels_last)
        self.optimiser = make_optimiser(self.network, spec.optimiser)
        self.adversary = Adversary(spec.adversary, spec.seed) if spec.adversary else None
        if self.adversary:
            clips = clip_settings(spec.clips, 0.0, 1.0)
            self.adversary.check(
                self.network, parts.training.batch(0, spec.batch, clips).sounds.to(self.device)
            )
        out.mkdir(parents=True, exist_ok=True)
        state = load_checkpoint(out, spec, self.network, self.optimiser)
        self.standing = Standing(**state) if state else Standing()
        if not state and spec.start_from:
            clips = clip_settings(spec.clips, 0.0, 1.0)
            sounds = parts.training.batch(spec.steps, _CALIBRATION_CLIPS, clips).sounds
            start_from(spec.start_from, self.network, sounds.to(self.device))
        self._saved = time.monotonic()

    def run(self, counter: Counter) -> None:
        started, before = time.monotonic(), self.standing.seconds
        every = max(1, self.spec.validate_every // self.spec.batch)
        while self.standing.step < self.spec.steps and not self.standing.stopped:
            self._step()
            self.standing.step += 1
            self.standing.seconds = before + time.monotonic() - started
            last = self.standing.step == self.spec.steps
            if self.standing.step % every == 0 or last:
                self._validate(counter.say)
            due = time.monotonic() - self._saved > _CHECKPOINT_EVERY_S
            if due or last or self.standing.stopped or asked():
                self._save()
            counter.advance()
        write_network(self.out / "network.safetensors", self.network, self.spec, self.parts, self.standing)

    def _step(self) -> None:
        spec, step = self.spec, self.standing.step
        at = step / spec.steps
        set_rates(self.optimiser, spec.optimiser, at)
        clips = clip_settings(spec.clips, spec.optimiser.curriculum, at)
        batch = self.parts.training.batch(step, spec.batch, clips)
        inputs = batch.sounds.to(self.device)
        labels = batch.words.to(self.device), batch.backgrounds.to(self.device)
        if self.adversary:
            inputs = self.adversary.perturb(self.network, spec.task, inputs, labels, step, "training")
        after_ear = self.adversary is not None and self.adversary.after_ear
        torch.manual_seed(spec.seed * 1_000_003 + step)  # of dropout, so that a resumed run draws the same
        self.network.train()
        loss = loss_of(self.network, spec.task, inputs, labels, spec.optimiser.label_smoothing, after_ear)
        if not torch.isfinite(loss):
            raise UserError(f"step {step}: the loss is {loss.item()}; try a lower optimiser.peak")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()

    def _validate(self, say: Callable[[str], None]) -> None:
        spec = self.spec
        found = accuracy(self.network, self._validation_clips(), spec.task, self.device)
        examples = self.standing.step * spec.batch
        self.standing.validations.append({"examples": examples, **found})
        say(f"{examples} examples: validation {', '.join(f'{k} {v:.3f}' for k, v in found.items())}")
        main = main_score(found, spec.task)
        for wanted in spec.snapshots_at:
            if main >= wanted and wanted not in self.standing.snapshots:
                self.standing.snapshots.append(wanted)
                path = self.out / f"network_at_{wanted:g}.safetensors"
                write_network(path, self.network, spec, self.parts, self.standing)
        self.standing.stopped = spec.stop_at_accuracy is not None and main >= spec.stop_at_accuracy
        if self.adversary and (self.standing.stopped or self.standing.step == spec.steps):
            clips = self._validation_clips()
            attacked = accuracy(self.network, clips, spec.task, self.device, self.adversary)
            named = {f"{name}_under_attack": share for name, share in attacked.items()}
            self.standing.validations[-1].update(named)
            say(f"{examples} examples: {', '.join(f'{k} {v:.3f}' for k, v in named.items())}")

    def _validation_clips(self) -> Iterator[Batch]:
        return validation_batches(self.spec, self.parts.validation)

    def _save(self) -> None:
        state: dict[str, Any] = vars(self.standing)
        save_checkpoint(self.out, self.spec, self.network, self.optimiser, state)
        self._saved = time.monotonic()
