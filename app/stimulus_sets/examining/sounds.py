"""Sounds: decoded within limits, measured, and written as WAV of 16 or 24 bits with the same samples."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from app.stimulus_sets.examining import wave_header
from app.stimulus_sets.examining.findings import Fact, Findings, Refused
from app.stimulus_sets.examining.signatures import HEAD_BYTES, checked_kind

MOST_SAMPLES = 60_000_000  # of all channels: ten minutes of stereo at 48 kHz
LOWEST_RATE_HZ = 8_000
COARSE = ("PCM_S8", "PCM_U8", "ULAW", "ALAW", "DPCM_8")
LOSSY = ("MP3", "Ogg")
# As in `synthesis.media.sound_files`; what a run would refuse is refused here.
SILENT_RMS = 1e-4
_NEAR_TOP, _RUN, _FLAT_SAMPLES = 0.98, 3, 10
RUN_RMS = 0.1  # the level that runs bring clips to, full scale 1
LEFT_ALIGNED = 2**31


@dataclass(frozen=True)
class Recording:
    """`samples` are of shape (samples, channels), in whole numbers, full scale 2^31; `bits` hold them all."""

    samples: NDArray[np.int32]
    rate_hz: int
    bits: int
    rounded: bool


def examine(source: Path, name: str, out: Path) -> Findings:
    """Write the sound to `out` as WAV and say what it is. Raises `Refused`.

    Equal channels become one. Samples of more than 24 bits, or of numbers with a point, are rounded to 24.
    """
    with source.open("rb") as file:
        kind, notes = checked_kind("sound", name, file.read(HEAD_BYTES))
    if kind == "WAV":
        notes += wave_header.check(source)
    try:
        with soundfile.SoundFile(source) as file:
            _check_header(file)
            recording = _read(file)
            facts: dict[str, Fact] = {"kind": kind, "channels": file.channels, "encoding": file.subtype}
    except (soundfile.SoundFileError, OSError) as error:
        raise Refused(f"does not decode as a sound ({error}); save it again, or leave it out") from None
    samples = _one_channel(recording.samples)
    waveform = samples / LEFT_ALIGNED
    measured, warnings = _measured(waveform, recording.rate_hz)
    if facts["channels"] != 1:
        warnings.append(f"has {facts['channels']} equal channels, which become one")
    if kind in LOSSY:
        warnings.append(f"was compressed with loss ({kind}); the original would be better")
    elif recording.rounded:
        warnings.append("its samples were rounded to 24 bits")
    soundfile.write(out, samples, recording.rate_hz, subtype=f"PCM_{recording.bits}", format="WAV")
    facts |= {"sample_rate_hz": recording.rate_hz, "bits": recording.bits, **measured}
    return Findings(_digest(samples, recording.rate_hz), (*notes, *warnings), facts)


def _check_header(file: Any) -> None:
    if file.subtype in COARSE:
        raise Refused("has 8 bits per sample; give a recording with 16 or more")
    if file.samplerate < LOWEST_RATE_HZ:
        raise Refused(
            f"has {file.samplerate} samples per second; give a recording with {LOWEST_RATE_HZ} or more"
        )
    if file.frames < 1:
        raise Refused("has no samples; record it again, or leave it out")
    if file.frames * file.channels > MOST_SAMPLES:
        raise Refused(f"has more than {MOST_SAMPLES // 1_000_000} million samples; cut it")


def _read(file: Any) -> Recording:
    if file.subtype == "PCM_16":
        whole = file.read(dtype="int16", always_2d=True).astype(np.int32) << 16
        return Recording(whole, file.samplerate, 16, rounded=False)
    if file.subtype == "PCM_24":
        return Recording(file.read(dtype="int32", always_2d=True), file.samplerate, 24, rounded=False)
    numbers = file.read(dtype="float64", always_2d=True)
    if not np.isfinite(numbers).all():
        raise Refused("holds samples that are not finite numbers; save it again, or leave it out")
    if (peak := float(np.abs(numbers).max(initial=0))) > 1:
        raise Refused(f"goes beyond full scale (its peak is {peak:.3g}); make it softer")
    levels = np.rint(numbers * 2**23).clip(-(2**23), 2**23 - 1)
    rounded = not np.array_equal(levels, numbers * 2**23)
    return Recording(levels.astype(np.int32) << 8, file.samplerate, 24, rounded)


def _one_channel(samples: NDArray[np.int32]) -> NDArray[np.int32]:
    """(samples,) of (samples, channels), which must be equal: a mix would be a sound that nobody chose."""
    if not (samples == samples[:, :1]).all():
        raise Refused(f"has {samples.shape[1]} channels that differ; mix it to one, or choose one of them")
    return np.ascontiguousarray(samples[:, 0])


def _measured(waveform: NDArray[np.float64], rate_hz: int) -> tuple[dict[str, Fact], list[str]]:
    """Duration in s, levels in dB of full scale 1, and warnings. Raises `Refused`: silent, or clipped."""
    centred = waveform - waveform.mean()
    rms, peak = float(np.sqrt(np.mean(centred**2))), float(np.abs(waveform).max())
    if rms < SILENT_RMS:
        raise Refused("is silent (below -80 dB of full scale); record it again, or leave it out")
    if (flat := flat_samples(waveform)) >= _FLAT_SAMPLES:
        raise Refused(f"is clipped: {flat} samples stay at its extremes; record it softer, or leave it out")
    facts: dict[str, Fact] = {
        "duration_s": round(len(waveform) / rate_hz, 4),
        "samples": len(waveform),
        "rms_dbfs": round(20 * math.log10(rms), 2),
        "peak_dbfs": round(20 * math.log10(peak), 2),
    }
    at_level = float(np.abs(centred).max()) * RUN_RMS / rms
    if at_level > 1:
        return facts, [
            f"its peaks would reach {at_level:.2f} of full scale at the level of runs, which refuse it"
        ]
    return facts, []


def flat_samples(waveform: NDArray[np.float64]) -> int:
    """How many samples belong to runs at the waveform's extremes, where these are near full scale."""
    if float(np.abs(waveform).max()) < _NEAR_TOP:
        return 0
    extreme = (waveform == waveform.max()) | (waveform == waveform.min())
    edges = np.flatnonzero(np.diff(np.concatenate([[False], extreme, [False]]).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= _RUN].sum())


def _digest(samples: NDArray[np.int32], rate_hz: int) -> str:
    digest = hashlib.sha256(f"{rate_hz} Hz".encode())
    digest.update(samples.data)
    return digest.hexdigest()
