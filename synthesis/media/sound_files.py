"""Reading a recording as a network is shown it: one channel, its rate, its length, its level."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from synthesis.common.errors import UserError
from synthesis.media.sounds import FULL_SCALE, Sound, Waveform, cut, require_length, resampled, to_sounds
from synthesis.networks.inputs import SoundInput

_LOWEST_RATE_HZ = 8_000
_COARSE = ("PCM_S8", "PCM_U8", "ULAW", "ALAW", "DPCM_8")
# Below this RMS (-80 dB of full scale), raising a clip to its level would make noise loud.
_SILENT_RMS = 1e-4
# Flat tops: so many samples in runs of three or more that stay at an extreme near full scale.
# A file that was written at the level: its mean, in levels of 16 bits, and the relative error of its RMS.
_ROUNDING, _SAME_LEVEL = 0.5, 1e-4
_NEAR_TOP, _RUN, _FLAT_SAMPLES = 0.98, 3, 10


def read_sound(path: Path, shown: SoundInput) -> Sound:
    """Read a recording (WAV, FLAC, OGG, MP3) as a network is shown it.

    The channels must be equal; another sample rate is converted; the mean is removed and the RMS set to
    `shown.rms` of full scale (Feather et al. 2019, 2023).

    Returns
    -------
    int16 array (shown.samples,).

    Raises
    ------
    UserError
        One line that names the file: it does not decode, is not `shown.samples` long within a millisecond,
        has channels that differ, 8 bits per sample or fewer than 8,000 samples per second, holds numbers
        that are not finite, is silent or clipped, or would be clipped at that level.
    """
    try:
        with soundfile.SoundFile(path) as file:
            _check_header(file, shown, path)
            channels, rate = file.read(dtype="float64", always_2d=True), file.samplerate
    except (soundfile.SoundFileError, OSError) as error:
        raise UserError(f"{path}: does not decode as a sound ({error}); replace or remove it") from None
    waveform = _one_channel(channels, path)
    _check_waveform(waveform, path)
    return _levelled(cut(resampled(waveform, rate, shown.sample_rate_hz), shown.samples), shown.rms, path)


def _check_header(file: soundfile.SoundFile, shown: SoundInput, path: Path) -> None:
    try:
        require_length(file.frames, file.samplerate, shown)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    if file.subtype in _COARSE:
        raise UserError(f"{path}: has 8 bits per sample; give a recording with 16 or more")
    if file.samplerate < _LOWEST_RATE_HZ:
        raise UserError(
            f"{path}: has {file.samplerate} samples per second; give one with {_LOWEST_RATE_HZ} or more"
        )


def _one_channel(channels: NDArray[np.float64], path: Path) -> Waveform:
    """(samples,) of (samples, channels), which must be equal: a mix would be a sound that nobody chose."""
    first: Waveform = channels[:, 0]
    if not np.array_equal(channels, np.broadcast_to(channels[:, :1], channels.shape), equal_nan=True):
        raise UserError(
            f"{path}: has {channels.shape[1]} channels that differ; mix it to one, or choose one of them"
        )
    return first


def _check_waveform(waveform: Waveform, path: Path) -> None:
    if not np.isfinite(waveform).all():
        raise UserError(f"{path}: holds samples that are not finite numbers; replace or remove it")
    if np.sqrt(np.mean((waveform - waveform.mean()) ** 2)) < _SILENT_RMS:
        raise UserError(f"{path}: is silent; replace or remove it")
    if (flat := _flat_samples(waveform)) >= _FLAT_SAMPLES:
        raise UserError(
            f"{path}: is clipped: {flat} samples stay at its extremes; record it softer, or remove it"
        )


def _flat_samples(waveform: Waveform) -> int:
    """How many samples belong to runs at the waveform's extremes, where these are near full scale."""
    size = np.abs(waveform)
    extreme = float(size.max())
    if extreme < _NEAR_TOP:
        return 0
    at_extreme = np.concatenate(
        [[False], (waveform == waveform.max()) | (waveform == waveform.min()), [False]]
    )
    edges = np.flatnonzero(np.diff(at_extreme.astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= _RUN].sum())


def _has_level(waveform: Waveform, rms: float) -> bool:
    levels = waveform * FULL_SCALE
    whole = bool(np.all(levels == np.rint(levels)))
    middle = abs(float(levels.mean())) <= _ROUNDING
    return whole and middle and abs(float(np.sqrt(np.mean(waveform**2))) / rms - 1) <= _SAME_LEVEL


def _levelled(waveform: Waveform, rms: float, path: Path) -> Sound:
    """At the level, without mean; a waveform of 16 bits that has both already is not touched."""
    if _has_level(waveform, rms):
        return to_sounds(waveform)
    centred = waveform - waveform.mean()
    level = centred * (rms / np.sqrt(np.mean(centred**2)))
    peak = float(np.abs(level).max())
    if peak > 1:
        raise UserError(
            f"{path}: would be clipped: at {rms:g} RMS its peaks reach {peak:.2f} of full scale; "
            "compress its peaks, or remove it"
        )
    sound: Sound = to_sounds(level)
    return sound
