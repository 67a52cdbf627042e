"""From an entry, or a user's module, and a choice of weights to a network."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import torch
from torch import nn

from synthesis.bundle.spec import FileWeights, RandomWeights, Weights
from synthesis.common.errors import UserError
from synthesis.networks.answers import answers_beside, letters_beside
from synthesis.networks.checkpoint import converted, read_checkpoint, state_digest
from synthesis.networks.entry import Entry, Header, Normalisation
from synthesis.networks.graph import linear_input, positions
from synthesis.networks.hearing.trained_file import read_trained
from synthesis.networks.modules import NormalisedNetwork, frozen
from synthesis.networks.network import BODY, Layer, Network, split_user_module
from synthesis.networks.user_module import run_factory

Made = TypeVar("Made")

_CONTAINERS = (nn.Sequential, nn.ModuleList)
_NO_LAYERS = (nn.Identity, nn.Dropout)


def from_entry(entry: Entry, weights: Weights) -> Network:
    """Build a network of the registry. Raises `UserError` when its weights are not there or do not fit."""
    if weights == "published" and entry.seed is not None:
        weights = RandomWeights(random=entry.seed)
    loaded = _random(entry, weights.random) if isinstance(weights, RandomWeights) else _stored(entry, weights)
    if trained := loaded.trained:
        entry = replace(entry, layers=trained.layers, input=trained.input)
    module, prefix = loaded.body, ""
    if entry.input.normalised:
        module, prefix = (
            NormalisedNetwork(loaded.body, loaded.normalisation.mean, loaded.normalisation.std),
            BODY,
        )
    network = Network(
        name=entry.name,
        module=frozen(module),
        layers=_inside(prefix, entry.layers),
        input=entry.input,
        feature_node=prefix + entry.feature_node if entry.feature_node else "",
        weights=loaded.words,
        weights_sha256=loaded.sha256,
        weights_kind=loaded.kind,
        weights_seed=weights.random if isinstance(weights, RandomWeights) else None,
        aliases=_inside(prefix, entry.aliases),
        answers=loaded.answers,
        letters=loaded.letters,
    )
    return _completed(network)


def from_user_module(name: str, weights: Weights) -> Network:
    """Run the factory of `path/module.py:factory`, whose random numbers start from a fixed seed.

    A module in half or double precision is converted to float32, and the words on its weights say so. The
    digest covers the weights and the module's source file. Raises `UserError` when the factory fails or its
    network does not fit the weights.
    """
    file, factory = split_user_module(name)
    path = Path(file)
    seed = weights.random if isinstance(weights, RandomWeights) else 0
    network = _seeded(seed, lambda: run_factory(path, factory))
    own_name, words = f"{path.name}:{factory}", "as the factory makes them"
    if isinstance(weights, RandomWeights):
        words = f"random, seed {seed}"
    module = frozen(network.module)
    if conversion := converted(module.parameters()):
        module, words = module.float(), words + conversion
    if isinstance(weights, FileWeights):
        checkpoint = read_checkpoint(weights.file)
        checkpoint.fit(module, own_name, lambda key: key)
        words = f"file {weights.file.name}{checkpoint.conversion}"
    network = replace(
        network,
        name=own_name,
        module=module,
        weights=words,
        weights_sha256=state_digest(module, path.read_bytes()),
        weights_kind=_kind(weights),
        weights_seed=seed if isinstance(weights, RandomWeights) else None,
    )
    return _completed(network)


@dataclass(frozen=True)
class _Loaded:
    body: nn.Module
    normalisation: Normalisation
    words: str
    sha256: str
    kind: Literal["published", "file", "random"]
    trained: Header | None = None
    answers: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()


def _random(entry: Entry, seed: int) -> _Loaded:
    trained = entry.header() if entry.header else None
    body = _seeded(seed, entry.build)
    answers = trained.answers if trained else ()
    words, digest = f"random, seed {seed}", state_digest(body)
    return _Loaded(body, entry.normalisation, words, digest, "random", trained, answers, entry.letters)


def _stored(entry: Entry, weights: Weights) -> _Loaded:
    if isinstance(weights, FileWeights):
        path, words = weights.file, f"file {weights.file.name}"
    elif entry.weights is None:
        raise UserError(
            f"{entry.name}: there are no published weights to load; say `weights: {{file: PATH}}`"
            + ("" if entry.header else " or `weights: {random: SEED}`")
        )
    else:
        path, words = entry.weights.find(entry.name), entry.weights.description
    trained = _header(entry, path)
    checkpoint = read_checkpoint(path)
    body = _seeded(0, trained.build if trained else entry.build)
    checkpoint.fit(body, entry.name, entry.key)
    words += checkpoint.conversion
    normalisation = checkpoint.normalisation or entry.normalisation
    letters = letters_beside(path, entry.letters)
    answers = () if letters else trained.answers if trained else answers_beside(path, body)
    return _Loaded(body, normalisation, words, checkpoint.sha256, _kind(weights), trained, answers, letters)


def _header(entry: Entry, path: Path) -> Header | None:
    if entry.header is None:
        return None
    if (trained := read_trained(path)) is None:
        raise UserError(
            f"{path}: does not say what network it belongs to; for {entry.name} give a .safetensors file "
            "that `python -m synthesis train` wrote"
        )
    return trained


def _kind(weights: Weights) -> Literal["published", "file", "random"]:
    if isinstance(weights, FileWeights):
        return "file"
    return "random" if isinstance(weights, RandomWeights) else "published"


def _seeded(seed: int, make: Callable[[], Made]) -> Made:
    """What `make` returns with torch's generator at `seed`; the generator is then as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()


def _inside(prefix: str, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    return tuple(Layer(layer.name, prefix + layer.node) for layer in layers)


def _completed(network: Network) -> Network:
    """With layers and a feature node, where the declaration names none."""
    return replace(
        network,
        layers=network.layers or _parts(network.module),
        feature_node=network.feature_node or linear_input(network.module),
    )


def _parts(module: nn.Module) -> tuple[Layer, ...]:
    """The outputs of a network's parts in depth order: its children, those in containers one by one."""
    body, prefix = (module.network, BODY) if isinstance(module, NormalisedNetwork) else (module, "")
    assert isinstance(body, nn.Module)
    names = []
    for name, child in body.named_children():
        if isinstance(child, _CONTAINERS):
            names += [f"{name}.{inner}" for inner, part in child.named_children() if _is_layer(part)]
        elif _is_layer(child):
            names.append(name)
    depth = positions(module)
    found = sorted((name for name in names if prefix + name in depth), key=lambda name: depth[prefix + name])
    return tuple(Layer(name, prefix + name) for name in found)


def _is_layer(module: nn.Module) -> bool:
    return not isinstance(module, _NO_LAYERS)
