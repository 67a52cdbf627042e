"""The section `network` of a training's spec: which architecture, of what size, with which ear."""

from dataclasses import fields
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from synthesis.hearing.settings import FEATHER2019, FEATHER2023, CochleagramSettings
from synthesis.networks.hearing.cochcnn_settings import CochCNNSettings
from synthesis.networks.hearing.cochresnet_settings import CochResNetSettings

Widths = tuple[int, int, int, int, int]
Stages = tuple[int, int, int, int]
Architecture = Literal["cochcnn", "cochresnet50"]
EARS = {"feather2023": FEATHER2023, "feather2019": FEATHER2019}
_OF_CLIPS = ("sample_rate_hz", "samples")
"""Clips are composed at 20 kHz and last two seconds, whatever the ear."""
_OWN: dict[Architecture, tuple[str, ...]] = {
    "cochcnn": ("widths", "fc_width", "reduced_aliasing", "dropout", "training_norms", "conv_bias"),
    "cochresnet50": ("channels", "blocks"),
}


class NetworkSpec(BaseModel):
    """The defaults are a CochCNN that is small enough for a CPU.

    The numbers of the ear are those of `CochleagramSettings`; with `ear`, those that are left out are the
    published ones of that year.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: Architecture = "cochcnn"

    ear: Literal["feather2023", "feather2019"] | None = None
    filters: int = Field(default=50, ge=4)
    sample_factor: int = Field(default=2, ge=1)
    oversampling: float | None = Field(default=2.0, ge=1)
    low_hz: float = Field(default=50.0, ge=0)
    high_hz: float = Field(default=10_000.0, gt=0)
    frame_rate_hz: int = Field(default=200, ge=1)
    kernel_taps: int = Field(default=1001, ge=1)
    padding: Literal["none", "same"] = "none"
    scale: float = Field(default=1.0, gt=0)
    offset: float = Field(default=1e-8, ge=0)
    exponent: float = Field(default=0.3, gt=0)
    derivative_limit: float = Field(default=5.0, gt=0)

    widths: Widths = (24, 48, 96, 128, 96)
    fc_width: int = Field(default=256, ge=1)
    reduced_aliasing: bool = False
    dropout: float = Field(default=0.0, ge=0, lt=1)
    training_norms: bool = True
    """A batch norm before every ReLU while it is trained, which is folded away at the end. Without it the
    layers are trained as they were published."""
    conv_bias: bool = True
    """False as in the checkpoints of 2023; with training norms the file has biases in any case."""

    channels: Stages = (64, 128, 256, 512)
    blocks: Stages = (3, 4, 6, 3)

    @model_validator(mode="before")
    @classmethod
    def _ear(cls, values: object) -> object:
        """Fill in the numbers of a published ear that are left open."""
        if not isinstance(values, dict) or values.get("ear") not in EARS:
            return values
        ear = EARS[values["ear"]]
        return {**{name: getattr(ear, name) for name in _ear_fields()}, **values}

    @model_validator(mode="after")
    def _of_the_architecture(self) -> Self:
        for other, own in _OWN.items():
            defaults = {name: type(self).model_fields[name].default for name in own}
            strange = [name for name in own if getattr(self, name) != defaults[name]]
            if other != self.architecture and strange:
                raise ValueError(f"{strange[0]} is a number of {other}, not of {self.architecture}")
        return self

    @property
    def cochleagram(self) -> CochleagramSettings:
        """Raises `ValueError` for numbers that make no cochleagram."""
        return CochleagramSettings(**{name: getattr(self, name) for name in _ear_fields()})

    def settings(self, classes: int) -> CochCNNSettings | CochResNetSettings:
        """Raises `ValueError` for numbers that make no network."""
        if self.architecture == "cochresnet50":
            return CochResNetSettings(classes, self.cochleagram, self.channels, self.blocks)
        return CochCNNSettings(
            classes=classes,
            cochleagram=self.cochleagram,
            widths=self.widths,
            fc_width=self.fc_width,
            reduced_aliasing=self.reduced_aliasing,
            dropout=self.dropout,
            conv_bias=self.conv_bias,
        )


def _ear_fields() -> list[str]:
    return [field.name for field in fields(CochleagramSettings) if field.name not in _OF_CLIPS]
