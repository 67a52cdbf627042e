"""`python -m synthesis null`: a network's null distributions for a folder of stimuli."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthesis.bundle.spec import parse_weights
from synthesis.commands.shared import Weights, print_result

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from synthesis.media.medium import Medium, Stimulus

STATISTICS = ("spearman", "pearson_r2", "snr_db")


def null(
    model: Annotated[str, typer.Argument(help="One of `models`.")],
    stimuli: Annotated[Path, typer.Option(help="Folder of natural pictures or sounds, at any depth.")],
    layer: Annotated[list[str] | None, typer.Option(help="Only this layer; may be repeated.")] = None,
    weights: Weights = "published",
) -> None:
    """Compute how well unrelated stimuli match at each layer: one JSON line per layer.

    The nulls are kept in this machine's cache, where runs with the same network and stimuli find them.
    """
    from synthesis.certify.certifier import Observer
    from synthesis.certify.decision import FeatherRule
    from synthesis.certify.null import layer_null
    from synthesis.certify.null_cache import NullCache, null_key
    from synthesis.networks.registry import load_network
    from synthesis.process.progress import Steps

    network = load_network(model, parse_weights(weights)).including(layer or ())
    observer, cache = Observer(network, FeatherRule()), NullCache()
    found = _different(stimuli, observer.medium)
    for name in layer or [known.name for known in network.layers]:

        def activations(name: str = name) -> Iterator[NDArray[np.float32]]:
            with Steps(f"null of {name}", len(found)) as progress:
                for stimulus in found.values():
                    yield observer.activation(stimulus, name)
                    progress.advance()

        key = null_key(network, name, list(found))
        of_layer = cache.get(key) or layer_null(name, activations, len(found))
        cache.put(key, of_layer)
        print_result(**of_layer.model_dump(exclude={name: {"histogram"} for name in STATISTICS}))


def _different(folder: Path, medium: Medium) -> dict[str, Stimulus]:
    """The stimuli of a folder by the SHA-256 of the bytes that would be served."""
    from synthesis.media.folders import stimulus_files
    from synthesis.process.progress import Steps

    files = stimulus_files(folder, medium.files)
    found = {}
    with Steps(medium.files.plural, len(files)) as progress:
        for file in files:
            stimulus = medium.read(file)
            found[hashlib.sha256(medium.encode(stimulus)).hexdigest()] = stimulus
            progress.advance()
    return found
