"""What synthesis asks of stimuli, be they pictures or sounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from synthesis.bundle.store import BundleStore
from synthesis.common.errors import BundleError, UserError
from synthesis.media import pictures, sounds
from synthesis.media.folders import PICTURE_FILES, SOUND_FILES, FileKind
from synthesis.media.sound_files import read_sound
from synthesis.networks.inputs import NetworkInput, PictureInput, SoundInput

# A stimulus as it is served: uint8 (height, width, 3) or int16 (samples,).
Stimulus = NDArray[np.integer]
ServedType = Literal["image/png", "audio/wav"]


class Medium(Protocol):
    """Stimuli of one kind, as one network is shown them.

    `noun` is the kind's name for people, `conversion` says how `adapt` changes what it must.
    """

    noun: ClassVar[str]
    conversion: ClassVar[str]
    files: ClassVar[FileKind]
    media_type: ClassVar[ServedType]

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one stimulus as network input."""
        ...

    def read(self, path: Path) -> Stimulus:
        """A file as the network is shown it. Raises `UserError`, in one line, for what it cannot be shown."""
        ...

    def encode(self, stimulus: Stimulus) -> bytes:
        """The bytes that are served: the same for the same stimulus, without anything but the stimulus."""
        ...

    def decode(self, data: bytes) -> Stimulus:
        """The stimulus in bytes of `encode`. Raises `UserError` if they are of another form."""
        ...

    def adapt(self, data: bytes) -> Stimulus:
        """What another network was served, as this one is shown it. Raises `UserError` if that cannot be."""
        ...

    def to_input(self, stimuli: Sequence[Stimulus]) -> NDArray[np.float32]:
        """Network input (batch, *shape)."""
        ...

    def to_stimuli(self, inputs: NDArray[np.float32]) -> Stimulus:
        """Stimuli (batch, ...) of network input, rounded; beyond what can be served it is clipped."""
        ...


@dataclass(frozen=True)
class Pictures:
    """Square pictures, served as PNG."""

    shown: PictureInput
    noun: ClassVar[str] = "picture"
    conversion: ClassVar[str] = "bicubic, antialiased, the whole square, rounded to 8 bits (Pillow)"
    files: ClassVar[FileKind] = PICTURE_FILES
    media_type: ClassVar[ServedType] = "image/png"

    @property
    def shape(self) -> tuple[int, ...]:
        return 3, self.shown.size_px, self.shown.size_px

    def read(self, path: Path) -> Stimulus:
        return pictures.read_picture(path, self.shown.size_px, self.shown.resize_px)

    def encode(self, stimulus: Stimulus) -> bytes:
        return pictures.encode_png(stimulus.astype(np.uint8))

    def decode(self, data: bytes) -> Stimulus:
        picture, side = pictures.decode_png(data), self.shown.size_px
        if picture.shape != (side, side, 3):
            raise UserError(f"is not a picture of {side} x {side} px")
        return picture

    def adapt(self, data: bytes) -> Stimulus:
        return pictures.resized(pictures.decode_png(data), self.shown.size_px)

    def to_input(self, stimuli: Sequence[Stimulus]) -> NDArray[np.float32]:
        return pictures.to_input(stimuli)

    def to_stimuli(self, inputs: NDArray[np.float32]) -> Stimulus:
        return pictures.to_pictures(inputs)


@dataclass(frozen=True)
class Sounds:
    """Clips of one length, served as mono WAV of 16 bits."""

    shown: SoundInput
    noun: ClassVar[str] = "sound"
    conversion: ClassVar[str] = "polyphase, band-limited, the whole clip, rounded to 16 bits (SciPy)"
    files: ClassVar[FileKind] = SOUND_FILES
    media_type: ClassVar[ServedType] = "audio/wav"

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.shown.samples,)

    def read(self, path: Path) -> Stimulus:
        return read_sound(path, self.shown)

    def encode(self, stimulus: Stimulus) -> bytes:
        return sounds.encode_wav(stimulus.astype(np.int16), self.shown.sample_rate_hz)

    def decode(self, data: bytes) -> Stimulus:
        sound, rate_hz = sounds.decode_wav(data)
        if (rate_hz, len(sound)) != (self.shown.sample_rate_hz, self.shown.samples):
            raise UserError(f"is not a sound of {self.shown.format}")
        return sound

    def adapt(self, data: bytes) -> Stimulus:
        sound, rate_hz = sounds.decode_wav(data)
        sounds.require_length(len(sound), rate_hz, self.shown)
        if rate_hz == self.shown.sample_rate_hz:
            return sound
        (waveform,) = sounds.to_input([sound]).astype(np.float64)
        changed = sounds.resampled(waveform, rate_hz, self.shown.sample_rate_hz)
        return sounds.to_sounds(sounds.cut(changed, self.shown.samples))

    def to_input(self, stimuli: Sequence[Stimulus]) -> NDArray[np.float32]:
        return sounds.to_input(stimuli)

    def to_stimuli(self, inputs: NDArray[np.float32]) -> Stimulus:
        return sounds.to_sounds(inputs)


def medium_of(shown: NetworkInput) -> Medium:
    """The medium of a network that is shown this."""
    return Sounds(shown) if isinstance(shown, SoundInput) else Pictures(shown)


def stored(medium: Medium, store: BundleStore, sha256: str) -> Stimulus:
    """A stimulus of a bundle. Raises `BundleError` naming the blob if it is missing, changed or malformed."""
    data = store.read_blob(sha256)
    try:
        return medium.decode(data)
    except UserError as error:
        raise BundleError(f"{store.blob_path(sha256)}: {error}") from None
