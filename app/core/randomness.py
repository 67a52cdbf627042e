"""Random numbers that can be replayed: every use has its own stream, named by keys; pure."""

import hashlib
import hmac
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


def secret_seed(seed: int, secret: str) -> int:
    """A seed that nobody can guess without the secret, whatever was drawn with it; `seed` if there is none.

    It is the HMAC-SHA256 of the seed under the secret: 256 bits, the same for the same seed and secret.
    """
    if not secret:
        return seed
    return int.from_bytes(hmac.digest(secret.encode(), str(seed).encode(), "sha256"), "big")
