"""Sounds as they are served, and recordings as a network is shown them."""

import io
import struct
import wave

import numpy as np
import pytest
import soundfile

from synthesis.common.errors import UserError
from synthesis.media.folders import SOUND_FILES, category_folder, stimulus_files
from synthesis.media.registry import medium_of
from synthesis.media.sound_files import read_sound
from synthesis.media.sounds import decode_wav, encode_wav, resampled, to_input, to_sounds
from synthesis.networks.registry import SoundInput
from tests.synthesis.sound_networks import RATE_HZ, SAMPLES, SHOWN, clip

LEVEL = 0.1 * 2**15


def write(path, samples, rate=RATE_HZ, **options):
    soundfile.write(path, samples, rate, **options)
    return path


def rms(samples):
    return np.sqrt(np.mean(samples.astype(np.float64) ** 2))


def tone(frequency_hz, rate, seconds=0.5):
    return 0.3 * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * rate)) / rate)


def test_a_served_sound_is_format_and_samples_and_nothing_else():
    sound = to_sounds(clip(1)[None])[0]
    data = encode_wav(sound, RATE_HZ)
    assert data == encode_wav(sound, RATE_HZ)
    assert len(data) == 44 + 2 * SAMPLES
    assert (data[:4], data[8:16], data[36:40]) == (b"RIFF", b"WAVEfmt ", b"data")
    decoded, rate = decode_wav(data)
    assert (rate, decoded.dtype) == (RATE_HZ, np.int16)
    assert np.array_equal(decoded, sound)
    floats, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    assert np.array_equal(floats, to_input(sound[None])[0]), "any program reads what the network hears"


def test_values_are_rounded_and_never_wrap():
    values = np.array([[0.0, 0.49, 0.51, -0.51, 32767, 32768, 90_000, -32768, -90_000]], np.float32) / 2**15
    assert to_sounds(values)[0].tolist() == [0, 0, 1, -1, 32767, 32767, 32767, -32768, -32768]
    everything = np.arange(-(2**15), 2**15).astype(np.int16)[None]
    assert np.array_equal(to_sounds(to_input(everything)), everything)


def _stereo():
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(bytes(4 * SAMPLES))
    return buffer.getvalue()


def _with_chunk():
    data = encode_wav(to_sounds(clip(1)[None])[0], RATE_HZ)
    return data + b"LIST" + struct.pack("<I", 4) + b"dog!"


def _other_rate():
    return encode_wav(to_sounds(clip(1)[None])[0], 2 * RATE_HZ)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "does not decode as WAV"),
        (b"RIFF....WAVE", "does not decode as WAV"),
        (_stereo(), "no mono 16-bit WAV"),
        (_with_chunk(), "without further chunks"),
        (_other_rate(), "is not a sound of 0.5 s at 8000 Hz"),
        (encode_wav(np.ones(9, np.int16), RATE_HZ), "is not a sound of 0.5 s at 8000 Hz"),
    ],
)
def test_what_is_no_served_sound_is_refused(data, message):
    with pytest.raises(UserError, match=message):
        medium_of(SHOWN).decode(data)


@pytest.mark.parametrize(
    ("suffix", "options", "error"),
    [
        (".wav", {"subtype": "PCM_16"}, 2e-3),
        (".wav", {"subtype": "PCM_24"}, 2e-3),
        (".wav", {"subtype": "FLOAT"}, 2e-3),
        (".flac", {"subtype": "PCM_24"}, 2e-3),
        (".ogg", {}, 0.2),
        (".mp3", {}, 0.2),
    ],
)
def test_every_format_is_read_at_the_natural_level(tmp_path, suffix, options, error):
    shown = SoundInput(20_000, 40_000)
    wave_in = 0.2 + 0.5 * clip(3, 20_000, 2.0)
    if suffix == ".mp3":  # the format has no 20 kHz
        path = write(tmp_path / "a.mp3", resampled(wave_in, 20_000, 48_000), 48_000)
    else:
        path = write(tmp_path / f"a{suffix}", wave_in, 20_000, **options)
    sound = read_sound(path, shown)
    assert (sound.shape, sound.dtype) == ((40_000,), np.int16)
    assert rms(sound) == pytest.approx(LEVEL, rel=1e-3)
    assert abs(sound.mean()) < 1
    expected = (wave_in - wave_in.mean()) * LEVEL / rms(wave_in - wave_in.mean())
    assert rms(sound - expected) / LEVEL < error


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_another_rate_keeps_what_both_can_carry_and_lets_no_alias_in(rate):
    kept = resampled(tone(3_000, rate, 1), rate, 20_000)
    expected = tone(3_000, 20_000, 1)
    middle = slice(500, -500)
    assert len(kept) == 20_000
    assert rms(kept[middle] - expected[middle]) / rms(expected) < 1e-3
    if rate > 22_000:
        aliased = resampled(tone(10_500, rate, 1), rate, 20_000)
        assert 20 * np.log10(rms(aliased[middle]) / rms(expected)) < -80
    at_edge = resampled(tone(0.85 * min(rate, 20_000) / 2, rate, 1), rate, 20_000)
    assert 20 * np.log10(rms(at_edge[middle]) / rms(expected)) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_a_file_that_has_rate_length_and_level_is_never_touched(tmp_path, seed):
    served = read_sound(write(tmp_path / "loud.wav", 0.3 * clip(seed)), SHOWN)
    (tmp_path / "served.wav").write_bytes(encode_wav(served, RATE_HZ))
    assert np.array_equal(read_sound(tmp_path / "served.wav", SHOWN), served)
    softer = (served // 2).astype(np.int16)
    (tmp_path / "softer.wav").write_bytes(encode_wav(softer, RATE_HZ))
    assert rms(read_sound(tmp_path / "softer.wav", SHOWN)) == pytest.approx(LEVEL, rel=1e-3)


def test_equal_channels_are_one_channel(tmp_path):
    mono = write(tmp_path / "mono.wav", clip(5))
    twice = write(tmp_path / "twice.wav", np.stack([clip(5), clip(5)], axis=1))
    assert np.array_equal(read_sound(mono, SHOWN), read_sound(twice, SHOWN))


def test_a_clip_may_be_a_millisecond_off(tmp_path):
    for off in (-8, 8):
        path = write(tmp_path / "near.wav", clip(5, RATE_HZ, (SAMPLES + off) / RATE_HZ))
        assert read_sound(path, SHOWN).shape == (SAMPLES,)
    path = write(tmp_path / "off.wav", clip(5, RATE_HZ, (SAMPLES + 9) / RATE_HZ))
    with pytest.raises(UserError, match=r"off\.wav: lasts 0\.5011 s, .* clips of 0\.5 s; cut it"):
        read_sound(path, SHOWN)


def _nan():
    samples = clip(5)
    samples[100] = np.nan
    return samples


@pytest.mark.parametrize(
    ("samples", "options", "message"),
    [
        (np.stack([clip(5), clip(6)], axis=1), {}, "has 2 channels that differ; mix it to one"),
        (clip(5), {"subtype": "PCM_U8"}, "has 8 bits per sample; give a recording with 16 or more"),
        (clip(5), {"subtype": "ULAW"}, "has 8 bits per sample"),
        (_nan(), {"subtype": "FLOAT"}, "not finite numbers"),
        (np.zeros(SAMPLES), {}, "is silent"),
        (np.full(SAMPLES, 0.4), {}, "is silent"),
        (3 * clip(5) / np.abs(clip(5)).max(), {}, r"is clipped: \d+ samples stay at its extremes"),
        (np.eye(1, SAMPLES, 99)[0] + 1e-3 * clip(5), {}, r"would be clipped: at 0\.1 RMS its peaks reach"),
        (clip(5, seconds=0.3), {}, r"lasts 0\.3 s, and the network is shown clips of 0\.5 s"),
        (clip(5, seconds=600), {}, "lasts 600 s"),
        (np.zeros(0), {}, "lasts 0 s"),
    ],
)
def test_what_cannot_be_shown_is_one_line(tmp_path, samples, options, message):
    path = write(tmp_path / "odd.wav", samples, **options)
    with pytest.raises(UserError, match=rf"odd\.wav: {message}" if message[0] != "n" else message) as caught:
        read_sound(path, SHOWN)
    assert "\n" not in str(caught.value)


def test_a_rate_below_8_khz_is_refused(tmp_path):
    path = write(tmp_path / "low.wav", clip(5, 6_000), 6_000)
    with pytest.raises(UserError, match="has 6000 samples per second; give one with 8000 or more"):
        read_sound(path, SHOWN)


@pytest.mark.parametrize("data", [b"", b"no sound", b"RIFF\x10\x00\x00\x00WAVEfmt "])
def test_a_damaged_file_is_named(tmp_path, data):
    (tmp_path / "broken.flac").write_bytes(data)
    with pytest.raises(UserError, match=r"broken\.flac: does not decode as a sound") as caught:
        read_sound(tmp_path / "broken.flac", SHOWN)
    assert "\n" not in str(caught.value)


def test_a_full_scale_tone_is_not_taken_for_a_clipped_one(tmp_path):
    path = write(tmp_path / "tone.wav", tone(150, RATE_HZ) / 0.3)
    assert rms(read_sound(path, SHOWN)) == pytest.approx(LEVEL, rel=1e-3)


def test_a_sound_for_another_network_is_resampled_and_one_of_another_length_refused():
    ears, other = medium_of(SHOWN), medium_of(SoundInput(2 * RATE_HZ, 2 * SAMPLES))
    sound = to_sounds(clip(7)[None])[0]
    data = ears.encode(sound)
    assert np.array_equal(ears.adapt(data), sound)
    twice = other.adapt(data)
    assert twice.shape == (2 * SAMPLES,)
    assert rms(twice) == pytest.approx(rms(sound), rel=0.02)
    assert rms(twice[::2][50:-50] - sound[50:-50]) / rms(sound) < 0.02
    with pytest.raises(UserError, match=r"lasts 0\.5 s, and the network is shown clips of 1 s"):
        medium_of(SoundInput(RATE_HZ, RATE_HZ)).adapt(data)


def test_folders_of_sounds(tmp_path):
    for name in ("dog/b.WAV", "dog/a.flac", "cat/z.mp3", "dog/c.ogg", "dog/notes.txt", "dog/p.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [(word, path.name) for word, path in category_folder(tmp_path, SOUND_FILES)]
    assert found == [("cat", "z.mp3"), ("dog", "a.flac"), ("dog", "b.WAV"), ("dog", "c.ogg")]
    assert len(stimulus_files(tmp_path, SOUND_FILES)) == 4
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        UserError, match=r"no sub-folder with sounds; .* holding wav, flac, ogg, .*mp3.* files"
    ):
        category_folder(tmp_path / "empty", SOUND_FILES)


def test_samples_beyond_full_scale_are_clipped_not_wrapped():
    assert to_sounds(np.array([[2.0, -2.0, 0.0]])).tolist() == [[32767, -32768, 0]]
