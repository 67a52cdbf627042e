"""Where catch trials lie, and what clear words become."""

import wave
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from app.experiments.catch import CatchStimulus, drawn, places
from app.stimuli import wav
from app.stimuli.clear_words import RMS, fitted
from synthesis.bundle.formats import SoundFormat
from tests.support import CATEGORIES

FORM = SoundFormat(sample_rate_hz=20_000, samples=40_000)


@given(main=st.integers(1, 500), catch=st.integers(1, 40), seed=st.integers(0, 1000))
def test_one_catch_trial_lies_in_each_part_and_none_comes_first(main: int, catch: int, seed: int) -> None:
    found = places(main, catch, np.random.default_rng(seed))
    assert len(found) == catch and list(found) == sorted(found)
    assert min(found) >= 1 and max(found) <= main
    edges = np.linspace(0, main, catch + 1)
    for place, start, stop in zip(found, edges[:-1], edges[1:], strict=True):
        assert start - 1 <= place <= max(stop + 1, 1)


def test_nobody_can_count_on_where_they_are() -> None:
    found = {places(400, 16, np.random.default_rng(seed))[0] for seed in range(200)}
    assert len(found) > 20 and max(found) <= 26


@given(count=st.integers(1, 60), seed=st.integers(0, 100))
def test_each_comes_once_before_any_comes_again(count: int, seed: int) -> None:
    stimuli = [CatchStimulus(category, "image/png", b"") for category in CATEGORIES]
    chosen = [one.category for one in drawn(stimuli, count, np.random.default_rng(seed))]
    counts = [chosen.count(category) for category in CATEGORIES]
    assert len(chosen) == count and max(counts) - min(counts) <= 1


@pytest.mark.parametrize(
    ("rate_hz", "samples"),
    [
        (20_000, np.sin(np.arange(10_000) / 9) * 0.02),
        (44_100, np.sin(np.arange(22_050) / 9) * 0.5),
        (8_000, np.stack([np.sin(np.arange(4_000) / 3), np.sin(np.arange(4_000) / 3)], axis=1)),
    ],
)
@pytest.mark.parametrize("kind", ["float", "int16", "int32", "uint8"])
def test_a_clear_word_lies_in_the_middle_at_the_level_of_the_clips(
    tmp_path: Path, rate_hz: int, samples: np.ndarray, kind: str
) -> None:
    given_samples = {
        "float": samples.astype(np.float32),
        "int16": (samples * 32_000).astype(np.int16),
        "int32": (samples * 2_000_000_000).astype(np.int32),
        "uint8": (128 + samples * 120).astype(np.uint8),
    }[kind]
    file = tmp_path / "cat.wav"
    wavfile.write(file, rate_hz, given_samples)
    data = fitted(file, FORM)
    assert wav.fault(data, FORM) is None
    with wave.open(BytesIO(data)) as sound:
        read = np.frombuffer(sound.readframes(FORM.samples), dtype="<i2") / 32767
    heard = np.flatnonzero(np.abs(read) > 0.001)
    length = len(samples) * FORM.sample_rate_hz / rate_hz
    assert heard[0] + heard[-1] == pytest.approx(FORM.samples, abs=40)
    word = read[round((FORM.samples - length) / 2) : round((FORM.samples + length) / 2)]
    # A softened byte is coarse.
    assert np.sqrt(np.mean(word**2)) == pytest.approx(RMS, rel=0.1 if kind == "uint8" else 0.01)


def test_a_loud_peak_is_not_cut_off(tmp_path: Path) -> None:
    click = np.zeros(20_000, dtype=np.float32)
    click[10_000] = 0.3
    wavfile.write(tmp_path / "cat.wav", 20_000, click)
    with wave.open(BytesIO(fitted(tmp_path / "cat.wav", FORM))) as sound:
        read = np.frombuffer(sound.readframes(FORM.samples), dtype="<i2")
    assert np.abs(read).max() == 32_767 and np.count_nonzero(read) == 1
