"""Random numbers that can be replayed: every use has its own stream, named by keys."""

import hashlib
import json

import numpy as np


def generator(seed: int, *keys: str | int) -> np.random.Generator:
    """A generator that depends on nothing but the study's seed and the names of the use.

    Streams of different keys are independent for all practical purposes: the bit generator is seeded with
    the SHA-256 of the seed and the keys.

    Parameters
    ----------
    seed
        The study's seed, any integer.
    keys
        What the numbers are for, e.g. ``"order", 12``. ``"1"`` and ``1`` are different keys.
    """
    name = json.dumps([seed, *keys]).encode()
    entropy = int.from_bytes(hashlib.sha256(name).digest(), "big")
    return np.random.Generator(np.random.PCG64(entropy))
