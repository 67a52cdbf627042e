"""Variants of labelled stimuli, so that a readout names what differs from them in small things."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from synthesis.bundle.spec import Prepare
from synthesis.media.medium import Stimulus
from synthesis.media.pictures import Picture, read_picture
from synthesis.media.sound_files import read_sound
from synthesis.media.sounds import Sound, to_input, to_sounds
from synthesis.networks.inputs import PictureInput, SoundInput
from synthesis.networks.registry import Network

# Of a sound's variants: the longest shift to either side, and the range of their ratio to the added noise.
_SHIFT_S, _SNR_DB = 0.05, (10.0, 40.0)


def variants_of(
    files: Sequence[Path], network: Network, prepare: str, augment: int, seed: int
) -> Iterator[Stimulus]:
    """Each file as the network is shown it, followed by `augment` variants of it.

    Variants of pictures have other crops (of the largest centre square, a little larger than the network is
    shown it), mirror images and brightness. Those of sounds are shifted by up to
    50 ms, with white noise at 10 to 40 dB below the sound, and set to the sound's level again.

    Raises `UserError` for a file that the network cannot be shown.
    """
    if isinstance(network.input, SoundInput):
        return _sounds(files, network.input, augment, seed)
    return _pictures(files, network.pictures, cast(Prepare, prepare), augment, seed)


def _pictures(
    files: Sequence[Path], shown: PictureInput, prepare: Prepare, augment: int, seed: int
) -> Iterator[Picture]:
    for number, file in enumerate(files):
        yield read_picture(file, shown.size_px, shown.resize_px, prepare)
        whole = read_picture(file, shown.resize_px, shown.resize_px)
        for variant in range(augment):
            yield _picture(whole, shown.size_px, np.random.default_rng((seed, number, variant)))


def _picture(picture: Picture, size_px: int, rng: np.random.Generator) -> Picture:
    top, left = rng.integers(0, len(picture) - size_px, size=2, endpoint=True)
    crop = picture[top : top + size_px, left : left + size_px]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    brighter: Picture = np.rint(np.clip(crop * rng.uniform(0.8, 1.2), 0, 255)).astype(np.uint8)
    return brighter


def _sounds(files: Sequence[Path], shown: SoundInput, augment: int, seed: int) -> Iterator[Sound]:
    for number, file in enumerate(files):
        sound = read_sound(file, shown)
        yield sound
        for variant in range(augment):
            yield _sound(sound, shown, np.random.default_rng((seed, number, variant)))


def _sound(sound: Sound, shown: SoundInput, rng: np.random.Generator) -> Sound:
    """Zeros where a shift leaves a gap; the few peaks that noise raises above full scale are clipped."""
    (waveform,) = to_input([sound]).astype(np.float64)
    longest = min(round(_SHIFT_S * shown.sample_rate_hz), len(waveform) - 1)
    shift = int(rng.integers(-longest, longest, endpoint=True))
    padded = np.pad(waveform, longest)
    shifted = padded[longest - shift : longest - shift + len(waveform)]
    noise = shown.rms * 10 ** (-rng.uniform(*_SNR_DB) / 20)
    noisy = shifted + noise * rng.standard_normal(len(waveform))
    centred = noisy - noisy.mean()
    return to_sounds(centred * (shown.rms / np.sqrt(np.mean(centred**2))))
