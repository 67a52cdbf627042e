"""The schema of a bundle's manifest.json.

Units: rho and r are in [-1, 1]; signal-to-noise ratios in dB; sizes in px and bytes; times in seconds.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal, Protocol, Self

from pydantic import Field

from synthesis.bundle.events import RunSummary
from synthesis.bundle.formats import AnyFormat
from synthesis.bundle.nulls import LayerNull, NullSource
from synthesis.bundle.record import Record

NATURAL = "natural"
FORMAT: Final = "metamerlab-bundle/4"
NO_RULE = "none"
"""The decision rule of a bundle whose network has no labels; all answers are then ""."""

MediaType = Annotated[str, Field(pattern="^[a-z]+/[a-z0-9][a-z0-9.+-]*$", max_length=100)]


class Blob(Record):
    """One stored file, named by the SHA-256 of its bytes."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    media_type: MediaType
    size_bytes: int = Field(gt=0)


class Natural(Record):
    """A natural stimulus as it is served: cropped, resized or set to its level, rounded, encoded.

    `answer` is the network's answer to the served bytes, by the bundle's decision rule; by the rule
    "none" it is "".
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


Fault = Literal["", "another answer", "inside the null", "null too small"]


class Certificate(Record):
    """How well a metamer, decoded from the bytes that are served, matches its natural stimulus.

    `passed` means: same answer, Spearman rho, Pearson R^2 and SNR each above the maximum of their null
    (Feather et al. 2023, Methods, "Criteria for optimization success"), and a null of enough pairs. `fault`
    is the first of these that does not hold. All statistics are of the matched layer's activations; an
    all-zero activation counts as correlation 0. By the rule "none" both answers are "".
    """

    natural_answer: str
    metamer_answer: str
    spearman: float
    pearson_r2: float
    snr_db: float
    relative_error: float = Field(description="norm(metamer - natural) / norm(natural)")
    passed: bool
    fault: Fault = ""


class LayerMatch(Record):
    """How well a metamer matches its natural stimulus at one layer, the matched one or another."""

    layer: str
    spearman: float
    pearson_r2: float
    snr_db: float
    relative_error: float


class Provenance(Record):
    """How a metamer was made. `losses` are the recipe's loss at `loss_steps`.

    With the spec's `optimise: cochleagram` they are those of the cochleagram, then those of the waveform.

    `attempt` counts from 0: a metamer that fails its certificate is made again from other noise. `threads`
    are the processor's that its network ran on; with another number rounding gives another metamer. `tf32`
    is whether products of float32 could be computed in TensorFloat-32.
    """

    recipe: str
    noise_seed: int
    attempt: int = 0
    steps: int
    loss_steps: list[int]
    losses: list[float]
    seconds: float
    device: str
    threads: int = Field(ge=1)
    tf32: bool
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
    """The rule from network output to category, with the linear readout's file where the rule is one.

    `categories` are the possible answers; there are none to list for the rules "letters" and "none".
    """

    rule: str
    categories: list[str]
    readout: Blob | None = None

    @property
    def null_alone(self) -> bool:
        """Whether certificates rest on the null alone, since the network answers nothing."""
        return self.rule == NO_RULE


class Sealed(Record):
    """What a bundle's manifest is, of whatever kind: it names its format and carries a digest of itself."""

    format: str
    digest: str = Field(default="", description="SHA-256 of the manifest without this field")

    def content_digest(self) -> str:
        """SHA-256 over the canonical JSON of everything but `digest` itself."""
        content = self.model_dump(mode="json", exclude={"digest"})
        return hashlib.sha256(canonical_json(content)).hexdigest()

    def sealed(self) -> Self:
        """A copy whose `digest` fits its content."""
        return self.model_copy(update={"digest": self.content_digest()})


class Certified(Protocol):
    """A certificate of any kind of input, as far as a summary counts it."""

    @property
    def passed(self) -> bool: ...

    @property
    def fault(self) -> Fault: ...


def summary_of(certificates: Sequence[Certified], seconds: float) -> RunSummary:
    """How many items there are and how many have their certificate, after work of `seconds`."""
    faults = Counter(one.fault for one in certificates if not one.passed)
    failed = faults.total()
    return RunSummary(
        items=len(certificates),
        passed=len(certificates) - failed,
        failed=failed,
        seconds=round(seconds, 1),
        faults=dict(faults),
    )


class Manifest(Sealed):
    format: Literal["metamerlab-bundle/4"] = FORMAT
    created_at: str
    spec: dict[str, Any]
    model: ModelRecord
    decision: DecisionRecord
    layers: list[str] = Field(description="the matched layers, in depth order")
    freed_clamps: dict[str, list[str]] = Field(
        description="for each matched layer the graph nodes whose gradient was the identity"
    )
    naturals: list[Natural]
    null: NullSource
    null_stimuli: list[NullStimulus]
    nulls: list[LayerNull]
    items: list[Item]
    software: dict[str, str]
    digest: str = Field(default="", description="SHA-256 of the manifest without this field")

    def summary(self, seconds: float) -> RunSummary:
        """How many items there are and how many have their certificate, after work of `seconds`."""
        return summary_of([item.certificate for item in self.items], seconds)

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
