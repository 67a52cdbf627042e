"""Sounds of single clear words, made as long and as loud as the clips of a study."""

import struct
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import resample_poly

from app.core.errors import Invalid
from app.stimuli.wav import BYTES_PER_SAMPLE, FORMAT_BYTES, HEADER_BYTES, PCM
from synthesis.bundle.formats import SoundFormat

# Root mean square of the word itself, full scale 1: that of the natural clips (Feather et al. 2023).
RMS = 0.1
FULL_SCALE = 32767


def files_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """The WAV files of a folder, each with the word that it, or its own folder, is named by.

    Raises `Invalid` if there is none.
    """
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() == ".wav" and file.is_file())
    if not files:
        raise Invalid("no_clear_words", f"catch_sounds: {folder} holds no WAV file; give one of each word")
    for file in files:
        yield file, file.stem if file.parent == folder else file.parent.name


def fitted(file: Path, form: SoundFormat) -> bytes:
    """A WAV file of the study's format, with the word in its middle and silence around it.

    The file may have any sampling rate and number of channels, which are averaged. Raises `Invalid`: it is no
    WAV file, silent, or longer than a clip.
    """
    samples = _samples(file, form.sample_rate_hz)
    if len(samples) > form.samples:
        longest_s = form.samples / form.sample_rate_hz
        raise Invalid("bad_clear_word", f"{file}: it is longer than a clip of {longest_s:g} s; cut it")
    rms = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
    if rms == 0:
        raise Invalid("bad_clear_word", f"{file}: it is silent; record the word again")
    gain = min(RMS / rms, 1 / float(np.abs(samples).max()))
    clip = np.zeros(form.samples)
    start = (form.samples - len(samples)) // 2
    clip[start : start + len(samples)] = gain * samples
    return encode(np.rint(clip * FULL_SCALE).astype("<i2"), form.sample_rate_hz)


def encode(samples: NDArray[np.int16], sample_rate_hz: int) -> bytes:
    """A WAV file of 16-bit samples of shape (samples,) or (samples, channels), without further chunks."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    data = samples.astype("<i2").tobytes()
    block = channels * BYTES_PER_SAMPLE
    described = struct.pack(
        "<HHIIHH", PCM, channels, sample_rate_hz, sample_rate_hz * block, block, 8 * BYTES_PER_SAMPLE
    )
    header = b"RIFF" + struct.pack("<I", HEADER_BYTES - 8 + len(data)) + b"WAVEfmt "
    return (
        header + struct.pack("<I", FORMAT_BYTES) + described + b"data" + struct.pack("<I", len(data)) + data
    )


def _samples(file: Path, sample_rate_hz: int) -> NDArray[np.float64]:
    """The samples at the study's rate, full scale 1, shape (samples,)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of chunks that we do not keep
            rate_hz, read = wavfile.read(file)
    except (ValueError, OSError) as error:
        raise Invalid("bad_clear_word", f"{file}: it is no WAV file that can be read ({error})") from None
    samples = np.asarray(read, dtype=np.float64)
    if read.dtype == np.uint8:
        samples = (samples - 128) / 128
    elif np.issubdtype(read.dtype, np.integer):
        samples /= np.iinfo(read.dtype).max
    if samples.ndim > 1:
        samples = samples.mean(axis=1)
    if rate_hz == sample_rate_hz:
        return samples
    ratio = Fraction(sample_rate_hz, rate_hz)
    return np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator), dtype=np.float64)
