"""What a process does of a run: it builds the network from the spec alone, and makes and journals items.

A process is handed a `Setup` and then any number of `Task`s, all of them plain data: no module and no tensor
travels between processes. Each finished attempt is in the store's journal before the next is begun, so a task
that is performed again, here or on another machine, continues where it was left.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import torch

from synthesis.bundle.nulls import LayerNull
from synthesis.bundle.spec import SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.certify.certifier import Certifier
from synthesis.certify.decision import decision_rule
from synthesis.common.stopping import look
from synthesis.networks.registry import Network, load_network
from synthesis.optimise.checks import require_gradient, require_repeatable
from synthesis.optimise.recipes import make_recipe
from synthesis.process.device import exact_float32
from synthesis.process.progress import Counter
from synthesis.runs.items import Job, LayerMaker
from synthesis.runs.journal import Journal


@dataclass(frozen=True)
class Setup:
    """All that a process must know of a run: the spec as JSON, the readout's file, where the bundle is."""

    spec_json: str
    readout: bytes | None
    root: str

    @property
    def spec(self) -> SynthesisSpec:
        return SynthesisSpec.model_validate_json(self.spec_json)

    def perform(self, task: "Task", device: str, progress: Counter) -> None:
        """Make and journal a task's items. The network is kept for the process's next task."""
        _maker(self, device).make(task.layer, list(task.jobs), task.null, progress)


@dataclass(frozen=True)
class Task:
    """Some of a layer's items, with the null that their attempts are judged against."""

    layer: str
    jobs: tuple[Job, ...]
    null: LayerNull

    def __str__(self) -> str:
        more = f" and {len(self.jobs) - 1} more" if len(self.jobs) > 1 else ""
        return f"layer {self.layer}, {self.jobs[0].natural.id}{more}"


def make_maker(setup: Setup, store: BundleStore, device: torch.device) -> LayerMaker:
    """The maker of a run's items. Certificates are computed on the processor, in float32, wherever it is."""
    exact_float32()
    spec = setup.spec
    network = load_network(spec.model, spec.weights).including(spec.layers)
    look()  # building took a second or more
    rule = decision_rule(spec.decision, setup.readout, network)
    readout_sha256 = hashlib.sha256(setup.readout).hexdigest() if setup.readout else None
    return LayerMaker(
        Certifier(network, rule),
        lambda layer: make_recipe(spec.recipe, spec.max_steps, network, layer),
        Journal(store),
        {
            "rule": rule.name,
            "readout_sha256": readout_sha256,
            "answers": [*network.answers, *network.letters],
        },
        attempts=spec.attempts,
        device=device,
        matched_clamp=spec.matched_clamp,
        optimise=spec.optimise,
    )


def require_usable(network: Network, spec: SynthesisSpec) -> None:
    """Raise `UserError`, before anything is made, if two passes differ or a layer cannot be matched."""
    require_repeatable(network)
    for layer in spec.layers:
        look()  # each takes a second or more
        require_gradient(network, network.layer(layer), spec.matched_clamp)
    if spec.optimise == "cochleagram":
        from synthesis.optimise.cochleagram_space import cochleagram_of  # it imports timm

        cochleagram_of(network)


@lru_cache(maxsize=1)
def _maker(setup: Setup, device: str) -> LayerMaker:
    return make_maker(setup, BundleStore(setup.root), torch.device(device))
