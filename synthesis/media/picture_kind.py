"""Pictures as a kind of stimuli: square ones, served as PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.spec import Prepare
from synthesis.common.errors import UserError
from synthesis.media import pictures
from synthesis.media.folders import PICTURE_FILES, FileKind
from synthesis.media.medium import RecipeSettings, Stimulus, standardised
from synthesis.networks.inputs import PictureInput

LEVELS = (0.0, 1.0)
FINGERPRINT_PX = 32


@dataclass(frozen=True)
class Pictures:
    """Square pictures, served as PNG."""

    shown: PictureInput
    noun: ClassVar[str] = "picture"
    groups: ClassVar[str] = "categories"
    conversion: ClassVar[str] = "bicubic, antialiased, the whole square, rounded to 8 bits (Pillow)"
    explained: ClassVar[str] = ""
    played: ClassVar[bool] = False
    files: ClassVar[FileKind] = PICTURE_FILES
    media_type: ClassVar[str] = PictureFormat.media_type
    decisions: ClassVar[tuple[str, ...]] = ("feather", "geirhos", "readout", "words", "own", "none")
    alike: ClassVar[float] = 0.985
    preparations: ClassVar[tuple[str, ...]] = get_args(Prepare)

    def recipes(self) -> RecipeSettings:
        # Not at the top: it imports torch.
        from synthesis.media.noise import grey, light_grey, light_uncoloured, uncoloured

        usual, light = (uncoloured, light_uncoloured) if self.shown.grey else (grey, light_grey)
        return {
            "fast": {"start": usual, "bounds": LEVELS},
            "feather2019": {"start": light, "bounds": LEVELS},
            "feather2023": {"start": usual, "bounds": LEVELS},
        }

    @staticmethod
    def drawn(data: bytes, size: tuple[int, int]) -> Image.Image:
        return Image.fromarray(pictures.decode_png(data)).resize(size, Image.Resampling.LANCZOS)

    @property
    def shape(self) -> tuple[int, ...]:
        return 3, self.shown.size_px, self.shown.size_px

    def read(self, path: Path, prepare: str) -> Stimulus:
        shown = self.shown
        return pictures.read_picture(path, shown.size_px, shown.resize_px, cast(Prepare, prepare))

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

    def fingerprint(self, stimulus: Stimulus) -> NDArray[np.float32]:
        small = pictures.thumbnail(stimulus.astype(np.uint8), FINGERPRINT_PX)
        return standardised(np.stack([small.ravel(), small[:, ::-1].ravel()]))

    def white_noise(self, random: np.random.Generator) -> NDArray[np.float32]:
        return random.random(self.shape, dtype=np.float32)
