"""The picture of an ABX trial: A, B and X in one file, so that no address or digest tells which are alike."""

import io

import numpy as np
from PIL import Image

from app.core.bytes_cache import BytesCache
from app.stimuli import png
from app.stimuli.service import DamagedStimulusError, read_stimulus

# Some 70 triples of 224 px: those of the trials that people are at.
CACHE_BYTES = 32 * 1024 * 1024
_kept = BytesCache(CACHE_BYTES)


def triple(bundle_path: str, a_sha256: str, b_sha256: str, x_sha256: str, media_type: str) -> bytes:
    """A PNG as wide as a picture and three times as high: A above B above X.

    Its length depends on the size of the pictures alone. Raises `DamagedStimulusError` if one of the blobs is
    not that which was ingested, or if they differ in size.
    """
    key = f"{a_sha256} {b_sha256} {x_sha256}"
    if kept := _kept.get(key):
        return kept
    pictures = [
        np.asarray(Image.open(io.BytesIO(read_stimulus(bundle_path, sha256, media_type))).convert("RGB"))
        for sha256 in (a_sha256, b_sha256, x_sha256)
    ]
    if len({picture.shape for picture in pictures}) > 1:
        raise DamagedStimulusError("stimulus_damaged", f"{key}: the pictures of a trial differ in size")
    data = png.encode(np.concatenate(pictures))
    _kept.put(key, data)
    return data
