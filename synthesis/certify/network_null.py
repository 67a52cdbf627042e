"""The null of a network's layer from stimuli that are read one by one, computed or taken from the cache."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.nulls import LayerNull
from synthesis.certify.certifier import Certifier
from synthesis.certify.null import layer_null
from synthesis.certify.null_cache import NullCache, null_key
from synthesis.media.medium import Stimulus
from synthesis.process.progress import Steps

# Of each stimulus its name, and the SHA-256 of its bytes as they are served.
Named = Sequence[tuple[str, str]]
Read = Callable[[str], Stimulus]


def network_null(certifier: Certifier, layer: str, named: Named, read: Read) -> LayerNull:
    """The null of the stimuli's activations; `read` gives a stimulus by its SHA-256.

    Raises `UserError` for fewer than two stimuli.
    """

    def activations() -> Iterator[NDArray[np.float32]]:
        with Steps(f"null of {layer}", len(named)) as progress:
            for _, sha256 in named:
                yield certifier.activation(read(sha256), layer)
                progress.advance()

    return layer_null(layer, activations, [name for name, _ in named])


def cached_null(certifier: Certifier, layer: str, named: Named, read: Read) -> LayerNull:
    """The same, which is computed once on a machine."""
    cache, key = NullCache(), null_key(certifier.network, layer, named)
    null = cache.get(key)
    if null is None:
        null = network_null(certifier, layer, named, read)
        cache.put(key, null)
    return null
