"""The cochleagram against a reference in float64 that is written out here, and by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.signal.windows import kaiser

from synthesis.hearing.cochleagram import Cochleagram
from synthesis.hearing.compression import compress
from synthesis.hearing.filters import erb_frequency_hz, erb_number, filter_bank
from synthesis.hearing.settings import FEATHER2019, FEATHER2023, CochleagramSettings

SMALL = CochleagramSettings(
    sample_rate_hz=4_000, samples=4_000, low_hz=50, high_hz=1_800, filters=6, sample_factor=2, kernel_taps=201
)
SETTINGS = {
    "feather2023": FEATHER2023,
    "feather2019": FEATHER2019,
    "feather2019 with 171 filters": replace(FEATHER2019, filters=40),
    "small": SMALL,
    "small, padded": replace(SMALL, padding="same", scale=30.0, offset=0.0, derivative_limit=1.0),
    "odd": replace(SMALL, samples=4_037, kernel_taps=150, sample_factor=1, high_hz=2_000),
}


def noise(settings, batch=1, seed=0):
    """Pink-ish noise of RMS 0.1 with a silent middle, shape (batch, samples), float64."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.normal(size=(batch, settings.samples)))
    sound = np.fft.irfft(spectrum / np.sqrt(np.arange(spectrum.shape[1]) + 1), settings.samples)
    sound[:, settings.samples // 2 :][:, : settings.samples // 10] *= 1e-3
    return 0.1 * sound / np.sqrt((sound**2).mean(axis=1, keepdims=True))


def reference(sounds, settings):
    """Filter by filter, each envelope at the sample rate, each frame as a dot product, all in float64."""
    n, factor = settings.samples, settings.sample_factor
    frequencies = np.arange(n // 2 + 1) * settings.sample_rate_hz / n
    erb = 9.265 * np.log(1 + frequencies / (24.7 * 9.265))
    low, high = (9.265 * np.log(1 + hz / (24.7 * 9.265)) for hz in (settings.low_hz, settings.high_hz))
    count = factor * (settings.filters + 1) - 1
    step = (high - low) / (count + 1)
    centres = [low + (k + 1) * step for k in range(count)]
    bandpass = [
        np.where(np.abs(erb - c) < factor * step, np.cos((erb - c) / (2 * factor * step) * np.pi), 0)
        for c in centres
    ]
    lowpass = [np.sqrt(1 - bandpass[k] ** 2) * (erb < centres[k]) for k in range(factor)]
    highpass = [np.sqrt(1 - bandpass[k] ** 2) * (erb > centres[k]) for k in range(count - factor, count)]

    taps, stride = settings.kernel_taps, settings.sample_rate_hz // settings.frame_rate_hz
    times = np.arange(taps) - taps / 2  # half a sample early, as published
    kernel = kaiser(taps, 5) * np.sinc(times / stride) / stride
    frames = (n - taps) // stride + 1
    before = after = 0
    if settings.padding == "same":
        frames = int(np.ceil(n / stride))
        total = (frames - 1) * stride + taps - n
        before, after = total // 2, total - total // 2
    rows = []
    for gains in lowpass + bandpass + highpass:
        one_sided = np.fft.rfft(sounds) * gains / np.sqrt(factor)
        envelope = np.abs(np.fft.ifft(one_sided, n))  # frequencies below 0 stay empty
        envelope = np.pad(envelope, ((0, 0), (before, after)))
        starts = stride * np.arange(frames)
        rows.append(np.stack([envelope[:, start : start + taps] @ kernel for start in starts], axis=-1))
    smooth = np.stack(rows, axis=1)
    return (settings.scale * (np.maximum(smooth, 0) + settings.offset)) ** settings.exponent


@pytest.mark.parametrize("name", SETTINGS)
def test_it_equals_the_float64_reference(name):
    settings = SETTINGS[name]
    sounds = noise(settings, batch=2)
    expected = reference(sounds, settings)
    cochleagram = Cochleagram(settings)
    found = cochleagram(torch.from_numpy(sounds).float())
    assert found.shape == (2, 1, settings.channels, settings.frames)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found[:, 0].numpy(), expected, rtol=0, atol=5e-5 * expected.max())
    exact = cochleagram.double()(torch.from_numpy(sounds))
    # The module's constants are float32.
    np.testing.assert_allclose(exact[:, 0].numpy(), expected, rtol=0, atol=2e-6 * expected.max())


def test_channels_and_frames_are_the_published_ones():
    assert (FEATHER2023.channels, FEATHER2023.frames) == (211, 390)
    assert (FEATHER2019.channels, FEATHER2019.frames) == (211, 400)
    assert replace(FEATHER2019, filters=40).channels == 171
    assert (FEATHER2023.bandpass_filters, FEATHER2019.kernel_start) == (203, -450)


def test_erb_numbers_by_hand():
    assert erb_number(0.0) == 0
    # 1000 / 228.8455 = 4.36976, ln 5.36976 = 1.68078, times 9.265
    assert float(erb_number(1_000.0)) == pytest.approx(15.5724, abs=1e-3)
    np.testing.assert_allclose(erb_frequency_hz(erb_number(np.array([20.0, 440.0, 8e3]))), [20, 440, 8e3])


def test_centres_are_equally_spaced_in_erb_numbers_between_the_limits():
    bank = filter_bank(FEATHER2023)
    numbers = erb_number(bank.centres_hz[4:-4])
    steps = np.diff(np.concatenate(([erb_number(50.0)], numbers, [erb_number(10_000.0)])))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)
    for channel in (4, 100, 206):
        peak_hz = np.argmax(bank.gains[channel]) / 2
        assert abs(peak_hz - bank.centres_hz[channel]) <= 0.5
        assert bank.gains[channel].max() == pytest.approx(0.5, abs=1e-3)  # 1 / sqrt(4)
    # A band-pass filter ends where its fourth neighbours have their centres.
    passed_hz = np.flatnonzero(bank.gains[100]) / 2
    assert abs(passed_hz[0] - bank.centres_hz[96]) <= 0.5
    assert abs(passed_hz[-1] - bank.centres_hz[104]) <= 0.5


@pytest.mark.parametrize("settings", [FEATHER2023, FEATHER2019, SMALL], ids=["2023", "2019", "small"])
def test_squared_gains_sum_to_one_at_every_frequency(settings):
    np.testing.assert_allclose((filter_bank(settings).gains ** 2).sum(axis=0), 1, rtol=1e-12)


def test_a_tone_excites_the_filter_at_its_frequency_at_half_its_gain_times_its_amplitude():
    """By hand: the envelope of 0.2 sin at a filter's centre is 0.2 / 2 * 0.5, its 0.3rd power 0.4071."""
    centre_hz = round(filter_bank(FEATHER2023).centres_hz[120] * 2) / 2
    tone = 0.2 * torch.sin(2 * torch.pi * centre_hz * torch.arange(40_000) / 20_000)
    frames = Cochleagram(FEATHER2023)(tone[None])[0, 0, :, 100:300]
    assert frames.mean(1).argmax() == 120
    assert float(frames[120].mean()) == pytest.approx(0.05**0.3, rel=2e-3)
    assert float(frames[120].std()) < 1e-3


@pytest.mark.parametrize("change", [{}, {"padding": "same"}, {"oversampling": 2.0}], ids=str)
def test_the_gradient_of_the_envelopes_is_the_function_s(change):
    """Of the envelopes alone: the compression's gradient departs from its function on purpose."""
    settings = replace(SMALL, samples=800, filters=3, **change)
    envelopes = Cochleagram(settings).double().envelopes
    sounds = torch.from_numpy(noise(settings, batch=2)).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: envelopes(torch.fft.rfft(x)), sounds, fast_mode=True)


@pytest.mark.parametrize("settings", [FEATHER2023, FEATHER2019], ids=["2023", "2019"])
def test_the_gradient_is_finite_at_silence_and_near_it(settings):
    cochleagram = Cochleagram(settings)
    for level in (0.0, 1e-30, 1e-12, 1e-6):
        sound = (level * torch.from_numpy(noise(settings)).float()).requires_grad_()
        values = cochleagram(sound)
        (gradient,) = torch.autograd.grad(values.sum(), sound)
        assert bool(values.isfinite().all()), level
        assert bool(gradient.isfinite().all()), level
    sound = torch.zeros(1, settings.samples)
    assert torch.allclose(cochleagram(sound), torch.tensor(settings.offset**settings.exponent))


def test_the_derivative_of_the_compression_is_clamped_and_its_clamp_at_zero_is_the_identity():
    """By hand: 0.3 x^-0.7 is 5 at x = 0.018, so below, and at or under 0, the gradient is 5."""
    values = torch.tensor([-1.0, 0.0, 1e-6, 0.01, 0.1, 1.0], dtype=torch.float64, requires_grad=True)
    compressed = compress(values, scale=1, offset=1e-8, exponent=0.3, limit=5)
    (gradient,) = torch.autograd.grad(compressed.sum(), values)
    expected = [5.0, 5.0, 5.0, 5.0, 0.3 * 0.1**-0.7, 0.3]
    torch.testing.assert_close(gradient.tolist(), expected, rtol=1e-6, atol=0)
    assert compressed[0].item() == compressed[1].item() == pytest.approx(1e-8**0.3)
    # With the scale of 2019 the clamp is on the derivative at the scaled value, 0.3 * 8^-0.7 being 0.07.
    (scaled,) = torch.autograd.grad(compress(values, 800, 0, 0.3, 1).sum(), values)
    torch.testing.assert_close(scaled[[1, 3]].tolist(), [800.0, 800 * 0.3 * 8**-0.7], rtol=1e-6, atol=0)


def test_a_batch_gives_what_its_sounds_give_alone():
    """In float64: float32 rounds as machine and batch have it, and near 0 the compression enlarges that."""
    cochleagram = Cochleagram(replace(FEATHER2023, oversampling=4.0)).double()
    sounds = torch.from_numpy(noise(FEATHER2023, batch=3))
    together = cochleagram(sounds)
    assert together.dtype == torch.float64
    for index in range(3):
        alone = cochleagram(sounds[index : index + 1])[0]
        torch.testing.assert_close(together[index], alone, rtol=1e-9, atol=1e-9)


def test_oversampled_envelopes_come_near_the_published_ones_and_nearer_with_a_larger_number():
    sounds = torch.from_numpy(noise(FEATHER2023)).float()
    exact = Cochleagram(FEATHER2023)(sounds)
    errors = [
        float((Cochleagram(replace(FEATHER2023, oversampling=number))(sounds) - exact).norm() / exact.norm())
        for number in (2.0, 4.0, 8.0)
    ]
    assert errors[0] < 0.005
    assert errors[1] < errors[0] / 1.7
    assert errors[2] < errors[1] / 1.7


def test_it_stays_in_float32_under_autocast():
    cochleagram = Cochleagram(SMALL)
    sounds = torch.from_numpy(noise(SMALL)).float()
    plain_sound, cast_sound = sounds.clone().requires_grad_(), sounds.clone().requires_grad_()
    plain = cochleagram(plain_sound)
    plain.sum().backward()
    with torch.autocast("cpu", torch.bfloat16):
        cast = cochleagram(cast_sound)
        cast.sum().backward()
    assert torch.equal(cast, plain)
    assert torch.equal(cast_sound.grad, plain_sound.grad)
    assert cochleagram(sounds.bfloat16()).dtype == torch.float32


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"high_hz": 12_000}, "low_hz 50 and high_hz 12000 must be in order, from 0 to half"),
        ({"low_hz": 9_000, "high_hz": 100}, "must be in order"),
        ({"frame_rate_hz": 333}, "does not divide sample_rate_hz 20000"),
        ({"samples": 1_000}, "1000 samples are shorter than the kernel's 1001 taps"),
        ({"filters": 0}, "filters must be at least 1, not 0"),
        ({"exponent": -0.3}, "must be above 0"),
        ({"oversampling": 0.5}, "oversampling needs a number of at least 1"),
        ({"oversampling": 4, "samples": 40_010}, "a multiple of 100"),
    ],
)
def test_numbers_that_make_no_cochleagram_are_named(numbers, message):
    with pytest.raises(ValueError, match=message):
        replace(FEATHER2023, **numbers)


def test_a_filter_that_would_pass_nothing_is_named():
    """Bins every 16.7 Hz, and filters 5 Hz wide from 50 Hz on: the first bin above is at 66.7 Hz."""
    with pytest.raises(ValueError, match=r"the filter at 5\d\.\d Hz passes no frequency of a sound of 1200"):
        filter_bank(replace(FEATHER2023, samples=1_200, filters=400))


def test_a_sound_of_another_length_is_refused():
    with pytest.raises(ValueError, match="39999 samples; this cochleagram takes 40000"):
        Cochleagram(FEATHER2023)(torch.zeros(1, 39_999))
