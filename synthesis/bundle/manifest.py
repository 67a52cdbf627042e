"""The schema of a bundle's manifest.json.

Units: rho and r are in [-1, 1]; signal-to-noise ratios in dB; sizes in px and bytes; times in seconds.
"""

import hashlib
import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from synthesis.bundle.events import RunSummary
from synthesis.bundle.formats import AnyFormat
from synthesis.bundle.record import Record

NATURAL = "natural"
FORMAT: Final = "metamerlab-bundle/3"

MediaType = Annotated[str, Field(pattern="^[a-z]+/[a-z0-9][a-z0-9.+-]*$", max_length=100)]


class Blob(Record):
    """One stored file, named by the SHA-256 of its bytes."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    media_type: MediaType
    size_bytes: int = Field(gt=0)


class Natural(Record):
    """A natural stimulus as it is served: cropped, resized or set to its level, rounded, encoded.

    `answer` is the network's answer to the served bytes, by the bundle's decision rule.
    """

    id: str
    category: str
    blob: Blob
    source_sha256: str
    answer: str


class NullStimulus(Record):
    """A further natural stimulus that only serves the null distribution."""

    id: str
    blob: Blob


class Histogram(Record):
    """`counts[i]` values lie in [`edges[i]`, `edges[i + 1]`), the last bin includes its upper edge."""

    edges: list[float] = Field(min_length=2)
    counts: list[int] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_edge_more_than_counts(self) -> "Histogram":
        if len(self.edges) != len(self.counts) + 1:
            raise ValueError(f"{len(self.counts)} counts need {len(self.counts) + 1} edges")
        return self


class NullSummary(Record):
    """A statistic over pairs of different natural stimuli: maximum, 99th percentile, and all values binned.

    The bins reach from the smallest value to the maximum.
    """

    maximum: float
    percentile_99: float
    histogram: Histogram


class LayerNull(Record):
    """`pairs` share members: `stimuli` distinct natural stimuli made them."""

    layer: str
    stimuli: int
    pairs: int
    spearman: NullSummary
    pearson_r2: NullSummary
    snr_db: NullSummary


class Certificate(Record):
    """How well a metamer, decoded from the bytes that are served, matches its natural stimulus.

    `passed` means: same answer, and Spearman rho, Pearson R^2 and SNR each above the maximum of their null
    (Feather et al. 2023, Methods, "Criteria for optimization success"). All statistics are of the matched
    layer's activations; an all-zero activation counts as correlation 0.
    """

    natural_answer: str
    metamer_answer: str
    spearman: float
    pearson_r2: float
    snr_db: float
    relative_error: float = Field(description="norm(metamer - natural) / norm(natural)")
    passed: bool


class LayerMatch(Record):
    """How well a metamer matches its natural stimulus at one layer, the matched one or another."""

    layer: str
    spearman: float
    pearson_r2: float
    snr_db: float
    relative_error: float


class Provenance(Record):
    """How a metamer was made. `losses` are the recipe's loss at `loss_steps`.

    `attempt` counts from 0: a metamer that fails its certificate is made again from other noise.
    """

    recipe: str
    noise_seed: int
    attempt: int = 0
    steps: int
    loss_steps: list[int]
    losses: list[float]
    seconds: float
    device: str
    coarse_steps: int = Field(default=0, description="steps whose network ran in bfloat16, not float32")


class Item(Record):
    """One metamer: (stimulus, layer, seed) of the bundle's model.

    `profile` has the match at each of the model's layers, in depth order: a metamer should match every layer
    after its own, and those before no better than chance.
    """

    id: str
    stimulus: str
    layer: str
    seed: int
    blob: Blob
    certificate: Certificate
    profile: list[LayerMatch]
    provenance: Provenance


class ModelRecord(Record):
    """`layers` are all of the network's published layers in depth order, matched in this bundle or not.

    Matched layers that are not published ones stand among them, at their depth.
    """

    name: str
    weights: str = Field(description="where the weights came from")
    weights_kind: Literal["published", "file", "random"] = "published"
    weights_seed: int | None = Field(default=None, description="of random weights")
    weights_sha256: str
    layers: list[str]
    input: AnyFormat


class DecisionRecord(Record):
    """The rule from network output to category, with the linear readout's file where the rule is one."""

    rule: str
    categories: list[str]
    readout: Blob | None = None


class Manifest(Record):
    format: Literal["metamerlab-bundle/3"] = FORMAT
    created_at: str
    spec: dict[str, Any]
    model: ModelRecord
    decision: DecisionRecord
    layers: list[str] = Field(description="the matched layers, in depth order")
    naturals: list[Natural]
    null_stimuli: list[NullStimulus]
    nulls: list[LayerNull]
    items: list[Item]
    software: dict[str, str]
    digest: str = Field(default="", description="SHA-256 of the manifest without this field")

    def content_digest(self) -> str:
        """SHA-256 over the canonical JSON of everything but `digest` itself."""
        content = self.model_dump(mode="json", exclude={"digest"})
        return hashlib.sha256(canonical_json(content)).hexdigest()

    def sealed(self) -> "Manifest":
        """A copy whose `digest` fits its content."""
        return self.model_copy(update={"digest": self.content_digest()})

    def summary(self, seconds: float) -> RunSummary:
        """How many items there are and how many have their certificate, after work of `seconds`."""
        passed = sum(item.certificate.passed for item in self.items)
        failed = len(self.items) - passed
        return RunSummary(items=len(self.items), passed=passed, failed=failed, seconds=round(seconds, 1))

    def blobs(self) -> list[Blob]:
        """Every blob that the manifest names, each once."""
        blobs = [natural.blob for natural in self.naturals]
        blobs += [stimulus.blob for stimulus in self.null_stimuli]
        blobs += [item.blob for item in self.items]
        if self.decision.readout:
            blobs.append(self.decision.readout)
        return list({blob.sha256: blob for blob in blobs}.values())


def canonical_json(content: Any) -> bytes:
    """JSON with sorted keys and no spaces, for digests."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
