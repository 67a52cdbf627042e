"""Sounds in memory and as they are served: int16 arrays (samples,), one channel; full scale is 32,768."""

import io
import math
import wave
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synthesis.common.errors import UserError
from synthesis.networks.inputs import SoundInput

Sound = NDArray[np.int16]
Waveform = NDArray[np.float64]

FULL_SCALE = 2**15
_HEADER_BYTES = 44  # of a WAV file that holds a format and samples, and nothing else
# The resampling filter: taps to each side per sample of the slower rate; where it is at -6 dB, as a share of
# half the slower rate; and the Kaiser window's beta. Flat up to 0.89 of that half, below -90 dB from 0.99 on.
_TAPS, _EDGE, _BETA = 64, 0.94, 9.0
# Of the coarse spectrogram.
_LOWEST_BAND_HZ, _BANDS, _RANGE_DB = 80.0, 32, 60.0


def encode_wav(sound: Sound, sample_rate_hz: int) -> bytes:
    """WAV bytes of an int16 array (samples,): 16-bit PCM, one channel, no chunk but format and data."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(sound.astype("<i2").tobytes())
    return buffer.getvalue()


def decode_wav(data: bytes) -> tuple[Sound, int]:
    """The samples, int16 (samples,), and the rate in Hz of what `encode_wav` wrote.

    Raises `UserError` if the bytes are anything else, such as stereo, or hold further chunks.
    """
    try:
        with wave.open(io.BytesIO(data)) as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise UserError(f"a stored sound does not decode as WAV ({error or 'it is cut short'})") from None
    if (channels, width) != (1, 2) or len(data) != _HEADER_BYTES + len(frames):
        raise UserError("a stored sound is no mono 16-bit WAV without further chunks")
    return np.frombuffer(frames, "<i2").astype(np.int16), rate


def to_input(sounds: Sequence[NDArray[np.integer]] | NDArray[np.int16]) -> NDArray[np.float32]:
    """Network input, float32 (batch, samples) in [-1, 1), of int16 (batch, samples)."""
    return np.asarray(sounds, dtype=np.float32) / np.float32(FULL_SCALE)


def to_sounds(inputs: NDArray[np.float32] | Waveform) -> NDArray[np.int16]:
    """int16 (batch, samples) of network input, rounded to the nearest level; beyond [-1, 1) is clipped."""
    levels = np.rint(np.asarray(inputs, dtype=np.float64) * FULL_SCALE)
    return levels.clip(-FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def resampled(waveform: Waveform, from_hz: int, to_hz: int) -> Waveform:
    """The waveform (samples,) at another rate, band-limited to below half of the slower one."""
    if from_hz == to_hz:
        return waveform
    from scipy.signal import firwin, resample_poly  # slow to import, and pictures do without

    common = math.gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    slower = max(up, down)
    taps = firwin(2 * _TAPS * slower + 1, _EDGE / slower, window=("kaiser", _BETA))
    changed: Waveform = resample_poly(waveform, up, down, window=taps)
    return changed


def require_length(samples: int, sample_rate_hz: int, shown: SoundInput) -> None:
    """Raise `UserError` unless a clip lasts as long as those that a network is shown, to a millisecond."""
    # In whole numbers: samples / rate against shown.samples / shown rate.
    difference = abs(samples * shown.sample_rate_hz - shown.samples * sample_rate_hz)
    if 1_000 * difference > sample_rate_hz * shown.sample_rate_hz:
        raise UserError(
            f"lasts {samples / sample_rate_hz:.4g} s, and the network is shown clips of "
            f"{shown.samples / shown.sample_rate_hz:.4g} s; cut it to that length"
        )


def cut(waveform: Waveform, samples: int) -> Waveform:
    """Exactly so many samples; what little is missing at the end is zero."""
    return np.pad(waveform[:samples], (0, max(0, samples - len(waveform))))


def coarse_spectrogram(sound: NDArray[np.integer], sample_rate_hz: int) -> NDArray[np.float64]:
    """Level in dB, (frames, bands): every 10 ms, in 32 bands of equal width in log frequency from 80 Hz up.

    Levels more than 60 dB below the loudest count as 60 dB below it.
    """
    hop = sample_rate_hz // 100
    window = np.hanning(4 * hop)
    frames = np.lib.stride_tricks.sliding_window_view(sound.astype(np.float64), len(window))[::hop]
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    frequencies = np.fft.rfftfreq(len(window), 1 / sample_rate_hz)
    edges = np.geomspace(_LOWEST_BAND_HZ, sample_rate_hz / 2, _BANDS + 1)
    band = np.searchsorted(edges, frequencies, side="right") - 1
    inside = (band >= 0) & (band < _BANDS)
    sums = np.zeros((len(power), _BANDS))
    np.add.at(sums.T, band[inside], power.T[inside])
    filled = sums[:, np.unique(band[inside])]
    level = 10 * np.log10(np.maximum(filled, 1e-12))
    audible: NDArray[np.float64] = np.maximum(level, level.max() - _RANGE_DB)
    return audible
