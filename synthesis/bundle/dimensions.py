"""The manifest of a bundle of dimensions: pictures at rising levels along components of a network."""

from typing import Any, Final, Literal

from pydantic import Field

from synthesis.bundle.events import RunSummary
from synthesis.bundle.formats import PictureFormat
from synthesis.bundle.manifest import Blob, Sealed
from synthesis.bundle.record import Record

DIMENSIONS_FORMAT: Final = "metamerlab-dimensions/1"
CONTROL: Final = "control"
"""The dimension of white noise, whose levels are RMS differences (0 to 1) instead of standard deviations."""

LevelFault = Literal["", "level missed", "others drift", "order broken"]


class Dimension(Record):
    """One direction of one component, or the control, which has neither layer nor component.

    `component` is its number in the order of variance explained, from 1; `explained` that share.
    """

    id: str
    layer: str = ""
    component: int = Field(default=0, ge=0)
    direction: Literal["+", "-", ""] = ""
    explained: float | None = None
    unit: Literal["sd", "rms"] = "sd"


class Original(Record):
    """A natural picture as it is served; `label` is the index of the network's largest output."""

    id: str
    category: str
    blob: Blob
    source_sha256: str
    label: int


class Level(Record):
    """A picture at one level of one dimension. All is measured on the bytes that are served.

    `value` is the change of the dimension's own coordinate, in its direction; for the control it is `rms`.
    `drift` is the norm of the change of the layer's other coordinates. `rms` is the root mean square of the
    difference of pixels of the range 0 to 1, `ssim` the structural similarity (Wang et al. 2004),
    `saturated` the share of values at 0 or 255 that the original does not have there. `steps` are the
    optimiser's.
    """

    original: str
    dimension: str
    level: int = Field(ge=0, description="from 0, the smallest")
    target: float = Field(gt=0)
    blob: Blob
    value: float
    drift: float
    rms: float
    ssim: float
    saturated: float
    label: int
    steps: int
    passed: bool
    fault: LevelFault = ""


class DimensionNetwork(Record):
    name: str
    weights: str
    weights_sha256: str
    input: PictureFormat


class DimensionManifest(Sealed):
    format: Literal["metamerlab-dimensions/1"] = DIMENSIONS_FORMAT
    created_at: str
    spec: dict[str, Any]
    model: DimensionNetwork
    fit: Blob
    dimensions: list[Dimension]
    originals: list[Original]
    levels: list[Level]
    software: dict[str, str]

    def summary(self, seconds: float) -> RunSummary:
        """How many pictures there are and how many are certified, after work of `seconds`."""
        faults: dict[str, int] = {}
        for level in self.levels:
            if not level.passed:
                faults[level.fault] = faults.get(level.fault, 0) + 1
        failed = sum(faults.values())
        return RunSummary(
            items=len(self.levels),
            passed=len(self.levels) - failed,
            failed=failed,
            seconds=round(seconds, 1),
            faults=faults,
        )

    def blobs(self) -> list[Blob]:
        """Every blob that the manifest names, each once."""
        blobs = [self.fit, *(original.blob for original in self.originals)]
        blobs += [level.blob for level in self.levels]
        return list({blob.sha256: blob for blob in blobs}.values())
