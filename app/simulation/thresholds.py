"""What simulated people can tell apart in a study of thresholds, by a file or as is usual."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from app.adaptive.psychometric import Psychometric
from app.core.errors import Invalid
from app.core.randomness import generator
from synthesis.common.yaml_file import load_yaml

SLOPE, LAPSE = 2.2, 0.02
# Of thresholds over people, as the published ones vary (Kamao et al. 2025: SD of some 20 %).
PERSON_SD_OCTAVES = 0.3
# Where the thresholds of a study's dimensions lie unless they are given: shares of the levels' range.
LEAST_SHARE, LARGEST_SHARE = 0.35, 0.65


class GivenThresholds(BaseModel):
    """The file of `metamerlab simulate --thresholds`: mean thresholds by dimension, in its unit, and what all
    simulated people have in common. `person_sd_octaves` is the spread of thresholds over people.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    thresholds: dict[str, FiniteFloat]
    slope: FiniteFloat = Field(default=SLOPE, gt=0, le=20)
    lapse: FiniteFloat = Field(default=LAPSE, ge=0, lt=0.5)
    person_sd_octaves: FiniteFloat = Field(default=PERSON_SD_OCTAVES, ge=0, le=4)


def given_thresholds(file: Path, levels: Mapping[str, tuple[float, ...]]) -> GivenThresholds:
    """Read a file of thresholds for dimensions that have these `levels`.

    Raises `SpecError`, or `Invalid` with one line: a dimension is missing or not the study's, or a threshold
    is not above 0.
    """
    given = load_yaml(file, GivenThresholds)
    for name in (*given.thresholds, *levels):
        if name not in levels or name not in given.thresholds:
            what = "is no dimension of the study" if name not in levels else "has no threshold"
            raise Invalid("bad_thresholds", f"{file}: {name!r} {what}; give one for {', '.join(levels)}")
        if given.thresholds[name] <= 0:
            raise Invalid("bad_thresholds", f"{file}: the threshold of {name!r} must be above 0")
    return given


def usual_thresholds(levels: Mapping[str, tuple[float, ...]]) -> GivenThresholds:
    """Thresholds well within the levels of each dimension, rising from the first dimension to the last."""
    shares = np.linspace(LEAST_SHARE, LARGEST_SHARE, len(levels))
    found = {}
    for share, (name, rising) in zip(shares, levels.items(), strict=True):
        found[name] = float(rising[0] * (rising[-1] / rising[0]) ** share)
    return GivenThresholds(thresholds=found)


def of_person(given: GivenThresholds, seed: int, slot: int) -> dict[str, Psychometric]:
    """The psychometric functions of one person, by dimension: log-normal thresholds around the means."""
    octaves = {
        name: given.person_sd_octaves * generator(seed, "thresholds", slot, name).standard_normal()
        for name in given.thresholds
    }
    return {
        name: Psychometric(mean * float(2 ** octaves[name]), given.slope, given.lapse)
        for name, mean in given.thresholds.items()
    }
