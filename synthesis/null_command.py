"""`python -m synthesis null`: a network's null distributions for a folder of pictures."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from synthesis.bundle.spec import parse_weights
from synthesis.images import Picture, encode_png, picture_files, read_picture
from synthesis.progress import Steps


def null(
    model: Annotated[str, typer.Argument(help="One of `models`.")],
    stimuli: Annotated[Path, typer.Option(help="Folder of natural pictures, at any depth.")],
    layer: Annotated[list[str] | None, typer.Option(help="Only this layer; may be repeated.")] = None,
    weights: Annotated[str, typer.Option(help="published, random:SEED, or a file.")] = "published",
) -> None:
    """Compute how well unrelated pictures match at each layer: one JSON line per layer.

    The nulls are kept in this machine's cache, where runs with the same network and pictures find them.
    """
    from synthesis.null import layer_null
    from synthesis.null_cache import NullCache, null_key
    from synthesis.observer import Observer
    from synthesis.registry import load_network
    from synthesis.vision.decision import FeatherRule

    network = load_network(model, parse_weights(weights)).including(layer or ())
    files = picture_files(stimuli)
    with Steps("pictures", len(files)) as progress:
        pictures: dict[str, Picture] = {}
        for file in files:
            picture = read_picture(file, network.pictures.size_px, network.pictures.resize_px)
            pictures[hashlib.sha256(encode_png(picture)).hexdigest()] = picture
            progress.advance()
    observer, cache = Observer(network, FeatherRule()), NullCache()
    for name in layer or [known.name for known in network.layers]:

        def activations(name: str = name) -> Iterator[NDArray[np.float32]]:
            with Steps(f"null of {name}", len(pictures)) as progress:
                for picture in pictures.values():
                    yield observer.activation(picture, name)
                    progress.advance()

        key = null_key(network, name, list(pictures))
        found = cache.get(key) or layer_null(name, activations, len(pictures))
        cache.put(key, found)
        without = {statistic: {"histogram"} for statistic in ("spearman", "pearson_r2", "snr_db")}
        typer.echo(json.dumps(found.model_dump(exclude=without)))
