"""The spec file of `python -m synthesis dimensions grid`."""

from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from synthesis.bundle.spec import FilePath, ModelName, Prepare, Weights
from synthesis.dimensions.path import PathSettings


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Chosen(_Strict):
    """A component of a layer, by its number on the contact sheet, and its direction."""

    layer: str
    component: int = Field(ge=1)
    direction: Literal["+", "-"] = "+"

    @property
    def id(self) -> str:
        return f"{self.layer}/{self.component}{self.direction}"


class Geometric(_Strict):
    """`number` levels from `least` to `largest`, each the same factor above the one before."""

    least: float = Field(gt=0)
    largest: float = Field(gt=0)
    number: int = Field(default=8, ge=2, le=40)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.least >= self.largest:
            raise ValueError("levels: least must be below largest")
        return self


class Path(_Strict):
    """See `synthesis.dimensions.path.PathSettings`."""

    steps: int = Field(default=PathSettings.steps, ge=1, le=1000)
    rate: float = Field(default=PathSettings.rate, gt=0, le=1)
    tolerance: float = Field(default=PathSettings.tolerance, gt=0, lt=0.1)


class GridSpec(_Strict):
    """Which pictures are moved along which components, to which levels.

    `fit` is a file that `dimensions fit` wrote; `model` and `weights` are the network that it was fitted
    to. `stimuli` is a folder with one sub-folder of pictures for each category. `levels` are in standard
    deviations of the fitted pictures: a list, or least, largest and number. `control` adds noise over the
    same range of RMS differences.
    """

    model: ModelName
    weights: Weights = "published"
    fit: FilePath
    stimuli: FilePath
    prepare: Prepare | None = None
    dimensions: list[Chosen] = Field(min_length=1)
    levels: list[float] | Geometric = Geometric(least=0.3, largest=4.8, number=8)
    path: Path = Path()
    control: bool = True
    seed: int = Field(default=0, ge=0)

    @field_validator("levels")
    @classmethod
    def _rise(cls, levels: list[float] | Geometric) -> list[float] | Geometric:
        if isinstance(levels, list):
            rising = len(levels) > 1 and levels[0] > 0 and all(np.diff(levels) > 0)
            if not rising or len(levels) > 40:
                raise ValueError("levels: give 2 to 40, above 0 and rising")
        return levels

    @field_validator("dimensions")
    @classmethod
    def _each_once(cls, dimensions: list[Chosen]) -> list[Chosen]:
        names = [one.id for one in dimensions]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"dimensions: {twice[0]} is there twice")
        return dimensions

    @property
    def targets(self) -> list[float]:
        """The levels, rising."""
        if isinstance(self.levels, list):
            return self.levels
        return [
            float(level) for level in np.geomspace(self.levels.least, self.levels.largest, self.levels.number)
        ]
