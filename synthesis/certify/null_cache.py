"""Nulls that were computed on this machine, shared by all runs: a null depends on no metamer."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from synthesis.bundle.manifest import canonical_json
from synthesis.bundle.nulls import LayerNull
from synthesis.common.errors import StorageError
from synthesis.common.files import write_atomically
from synthesis.networks.registry import Network

# Raised when the computation changes, so that no null of an older one is taken.
VERSION = 3


def null_key(network: Network, layer: str, stimuli: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What a null depends on; `stimuli` are names, and SHA-256 of the stimuli as they are served."""
    return {
        "null": VERSION,
        "network": network.weights_sha256,
        "node": network.layer(layer).node,
        "layer": layer,
        "stimuli": sorted(map(list, stimuli)),
    }


class NullCache:
    """One file per null in METAMERLAB_CACHE, or else in the user's cache folder."""

    def __init__(self) -> None:
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self.folder = Path(os.environ.get("METAMERLAB_CACHE") or Path(caches) / "metamerlab") / "nulls"

    def get(self, key: dict[str, Any]) -> LayerNull | None:
        """The null stored under `key`, or None: never computed here, or unreadable."""
        try:
            return LayerNull.model_validate_json(self._path(key).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, key: dict[str, Any], null: LayerNull) -> None:
        """Keep a null. A cache that cannot be written is no reason to stop a run."""
        try:
            write_atomically(self._path(key), null.model_dump_json().encode())
        except (StorageError, OSError):
            return

    def _path(self, key: dict[str, Any]) -> Path:
        return self.folder / f"{hashlib.sha256(canonical_json(key)).hexdigest()}.json"
