"""WAV files that must not be served."""

import numpy as np
import pytest

from app.stimuli.wav import chunk_names, fault
from tests.support import SOUND, tone, wav

SAMPLES = np.zeros(SOUND.samples)
GOOD = tone(1)
RATE_AT, BITS_AT, FORMAT_AT = 24, 34, 20


def with_chunk(data: bytes, name: bytes, content: bytes) -> bytes:
    """The file with one more chunk at its end, its header brought up to date."""
    longer = data + name + len(content).to_bytes(4, "little") + content
    return longer[:4] + (len(longer) - 8).to_bytes(4, "little") + longer[8:]


def changed(at: int, value: bytes) -> bytes:
    return GOOD[:at] + value + GOOD[at + len(value) :]


def test_a_plain_sound_has_two_chunks_and_no_fault() -> None:
    assert chunk_names(GOOD) == ["fmt ", "data"]
    assert fault(GOOD, SOUND) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"OggS" + GOOD[4:], "is not a WAV file"),
        (with_chunk(GOOD, b"LIST", b"INFOINAM\x04\0\0\0bat\0"), "carries metadata (LIST)"),
        (GOOD + b"bat", "bytes that the header does not tell of"),
        (GOOD[:-2], "bytes that the header does not tell of"),
        (wav(np.zeros(2 * SOUND.samples), channels=2), "has 2 channels, not one"),
        (wav(SAMPLES, rate_hz=48_000), "has 48000 samples per second, not the model's 20000"),
        (wav(SAMPLES[:-1]), "has 7999 samples, not the model's 8000"),
        (wav(np.zeros(SOUND.samples + 1)), "has 8001 samples, not the model's 8000"),
        (wav(SAMPLES[:0]), "has 0 samples"),
        (changed(BITS_AT, b"\x08\0"), "has 8-bit samples of format 1, not 16-bit PCM"),
        (changed(FORMAT_AT, b"\x03\0"), "has 16-bit samples of format 3, not 16-bit PCM"),
        (changed(RATE_AT + 4, b"\0"), "has a header that contradicts itself"),
        (GOOD[:36], "bytes that the header does not tell of"),
        (GOOD[:4] + (28).to_bytes(4, "little") + GOOD[8:36], "has the chunks fmt , not fmt and data"),
        (changed(16, b"\x12\0"), "carries metadata"),
        (b"", "is not a WAV file"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, words: str) -> None:
    found = fault(data, SOUND)
    assert found is not None and words in found
