"""How far a network's metamers stray from their naturals, in RMS contrast of the served pictures."""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]
COLUMNS = ["layer", "natural_id", "rms"]


@dataclass(frozen=True)
class Pair:
    """A metamer of a layer and its natural picture, by the SHA-256 of their bytes."""

    layer: str
    natural_id: str
    metamer_sha256: str
    natural_sha256: str


def pixels_of(data: bytes) -> Floats:
    """Shape (height, width, 3), from 0 to 1. Raises `OSError` if `data` is not a picture."""
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("RGB"), dtype=np.float64) / 255


def rms_difference(one: Floats, other: Floats) -> float:
    """The root mean square of the difference of all values, as certificates of levels have it.

    Raises `ValueError` if the shapes differ.
    """
    if one.shape != other.shape:
        raise ValueError(f"pictures of shapes {one.shape} and {other.shape} cannot be compared")
    return float(np.sqrt(np.mean((one - other) ** 2)))


def metamer_distances(pairs: Iterable[Pair], read_blob: Callable[[str], bytes]) -> pd.DataFrame:
    """One row per metamer: `COLUMNS`. Each natural picture is decoded once for all its metamers.

    Raises what `read_blob` raises, `OSError` or `ValueError`.
    """
    by_natural: dict[str, list[Pair]] = {}
    for pair in pairs:
        by_natural.setdefault(pair.natural_sha256, []).append(pair)
    rows = []
    for sha256, own in by_natural.items():
        natural = pixels_of(read_blob(sha256))
        for pair in own:
            rms = rms_difference(natural, pixels_of(read_blob(pair.metamer_sha256)))
            rows.append((pair.layer, pair.natural_id, rms))
    return pd.DataFrame(rows, columns=COLUMNS)


def by_layer(distances: pd.DataFrame) -> Mapping[str, dict[str, float]]:
    """Of each layer: how many metamers, their geometric mean RMS, and its quartiles.

    A metamer equal to its natural has no logarithm; it is counted, and not in the mean.
    """
    found = {}
    for layer, own in distances.groupby("layer"):
        rms = own["rms"].to_numpy(float)
        some = rms[rms > 0]
        mean = float(np.exp(np.log(some).mean())) if len(some) else float("nan")
        low, high = np.quantile(rms, (0.25, 0.75))
        found[str(layer)] = {
            "metamers": len(rms),
            "metamer_rms": mean,
            "metamer_rms_q1": float(low),
            "metamer_rms_q3": float(high),
        }
    return found
