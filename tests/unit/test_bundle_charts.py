"""Small charts of bundles, the cochleagram that is drawn, and thumbnails."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from app.admin.bundles.charts import loss_chart, null_chart
from app.stimuli.cochleagram import CHANNELS, FRAMES, LOWEST_HZ, cochleagram, erb_number
from app.stimuli.sound_drawing import drawn
from app.stimuli.thumbnails import SIDE_PX, thumbnail
from synthesis.bundle.nulls import Histogram, NullSummary
from tests.support import SOUND, tone, wav
from tests.uploads import picture

NULL = NullSummary(
    maximum=0.5,
    percentile_99=0.4,
    histogram=Histogram(edges=[0.0, 0.25, 0.5], counts=[100, 25]),
    best=("a", "b"),
    growth=[],
)


def test_a_null_is_drawn_with_its_maximum_and_a_mark_for_each_metamer() -> None:
    chart = str(null_chart(NULL, [0.75, 1.0, float("nan")], "rho"))
    assert 'aria-label="rho: null up to 0.5, metamers from 0.75 to 1"' in chart
    # 248 px from 0 to 1, with a margin of 6 px.
    assert 'class="limit" d="M130.0 ' in chart
    assert re.findall(r"M([\d.]+) 47v9", chart) == ["192.0", "254.0"]
    assert re.findall(r"M([\d.]+) 44V([\d.]+)H", chart) == [("6.0", "8.0"), ("68.0", "26.0")]


def test_a_loss_is_drawn_on_a_logarithmic_axis() -> None:
    chart = str(loss_chart([0, 100, 200], [1.0, 0.1, 0.01]))
    assert re.findall(r"[ML]([\d.]+) ([\d.]+)", chart) == [
        ("6.0", "6.0"),
        ("130.0", "28.0"),
        ("254.0", "50.0"),
    ]
    assert "0.01 at step 200" in chart
    assert loss_chart([0], [1.0]) == loss_chart([0, 1], [0.0, float("inf")]) == ""


@pytest.mark.parametrize("frequency_hz", [200.0, 1000.0, 4000.0])
def test_a_tone_is_loudest_in_the_channel_of_its_frequency(frequency_hz: float) -> None:
    times_s = np.arange(20_000) / 20_000
    found = cochleagram(0.1 * np.sin(2 * np.pi * frequency_hz * times_s), 20_000)
    assert found.rows.shape == (CHANNELS, FRAMES)
    centres = np.linspace(erb_number(LOWEST_HZ), erb_number(found.high_hz), CHANNELS)
    loudest = int(found.rows.mean(axis=1).argmax())
    assert loudest == int(np.abs(centres - erb_number(frequency_hz)).argmin())
    # The envelope of a tone in the middle of a filter is its amplitude.
    assert found.rows[loudest, FRAMES // 2] == pytest.approx(0.1**0.3, rel=0.15)


def test_a_sound_is_drawn_with_axes_in_s_and_khz() -> None:
    svg = drawn(tone(300)).decode()
    assert re.findall(r'text-anchor="middle">([\d.]+)</text>', svg)[-1] == "0.4"
    assert ">kHz</text>" in svg
    assert ">10</text>" in svg
    long = wav(np.ones(SOUND.sample_rate_hz * 12) * 900)
    assert ">s (the first 10 s)</text>" in drawn(long).decode()
    with pytest.raises(ValueError, match="mono WAV"):
        drawn(wav(np.ones(2000), channels=2))


def test_a_thumbnail_is_small_and_never_enlarged() -> None:
    for side_px, expected_px in ((500, SIDE_PX), (40, 40)):
        with Image.open(io.BytesIO(thumbnail(picture(1, side_px=side_px)))) as small:
            assert small.size == (expected_px, expected_px)
    clear = thumbnail(picture(1, mode="RGBA"))
    with Image.open(io.BytesIO(clear)) as small:
        assert small.mode == "RGB"
    with pytest.raises(OSError, match="cannot identify"):
        thumbnail(b"<html>")
