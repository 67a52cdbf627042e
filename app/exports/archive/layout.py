"""What an archive holds: a zip of JSON, of tables as JSON lines, and if wanted of the bundles' files.

Rows refer to each other by their places in the files, from 0; nothing in them depends on a database's own
numbers, so that an imported study makes the same tables again. No row holds a token, a key or an address by
which somebody could act.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field, FiniteFloat

from app.experiments.schemas import Audience

FORMAT, VERSION = "metamerlab study archive", 2
INDEX, DEFINITION, STUDY_FILE = "archive.json", "definition.json", "study.yaml"
INDEX_BYTES = 64_000_000
LINE_BYTES = 64_000_000  # a row may hold a catch trial's picture or sound
# Text and JSON lines of trials become some 20 times smaller in a zip.
MOST_COMPRESSED = 200

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Place = Annotated[int, Field(ge=0)]
_NAMES = re.compile(
    r"(definition\.json|study\.yaml|tables/[a-z_]+\.jsonl|results/(recognition|thresholds)-(live|pilot|simulated)\.csv"
    r"|bundles/[0-9a-f]{64}/(manifest\.json|blobs/[0-9a-f]{64}))"
)


def known_name(name: str) -> bool:
    """Whether an archive may have a file of this name; all others are refused, so none leaves its folder."""
    return _NAMES.fullmatch(name) is not None


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


class BundleRow(Row):
    digest: Sha256
    network: str
    model: str
    medium: Literal["picture", "sound"]
    layers: list[str]
    categories: list[str]
    dimensions: list[dict[str, Any]] | None = None
    ingested_at: AwareDatetime


class StimulusRow(Row):
    bundle: Place
    natural_id: str
    category: str
    condition: str
    seed: int
    blob_sha256: Sha256
    source_sha256: str | None
    media_type: Literal["image/png", "audio/wav"]
    certified: bool
    certificate: dict[str, Any]


class OwnStimulusRow(Row):
    """A stimulus that the study has beside its bundles: that of a catch trial."""

    category: str
    media_type: Literal["image/png", "audio/wav"]
    data: Base64Bytes


class PersonRow(Row):
    audience: Audience
    slot: Place
    status: Literal["active", "completed", "screened_out", "expired", "withdrawn"]
    outcome: str | None
    consented_at: AwareDatetime
    last_seen_at: AwareDatetime
    completed_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    flags: Any


class Answer(Row):
    answer: str
    correct: bool
    rt_ms: FiniteFloat | None
    timing: Any
    received_at: AwareDatetime
    on_time: bool | None
    attended: bool | None
    flags: Any


class AbxRow(Row):
    """What a trial of the ABX task has beside its original; `stimulus` is the changed picture."""

    dimension: str
    changed_first: bool
    x_changed: bool
    asked_level: FiniteFloat | None
    stimulus: Place | None
    level: FiniteFloat | None
    fell_back: bool
    issued_at: AwareDatetime | None


class TrialRow(Row):
    """A planned trial with its answer, if there is one. Archives of version 1 know no dropped trials."""

    person: Place
    trial_index: Place
    phase: Literal["practice", "gate", "main", "catch"]
    stimulus: Place | None
    own_stimulus: Place | None
    set_aside_at: AwareDatetime | None
    dropped_at: AwareDatetime | None = None
    abx: AbxRow | None = None
    answer: Answer | None


class StepRow(Row):
    person: Place
    position: Place
    kind: str
    result: Any
    flags: Any
    received_at: AwareDatetime


class EventRow(Row):
    person: Place
    kind: str
    detail: Any
    happened_at: AwareDatetime


class PanelRow(Row):
    """The ids by which a recruiter knows a participant; only where they were asked for."""

    person: Place
    source: Literal["prolific", "mturk", "laboratory", "link"]
    panel_id: str
    visit: str | None
    errand: str | None


TABLES: dict[str, type[Row]] = {
    "bundles": BundleRow,
    "stimuli": StimulusRow,
    "own_stimuli": OwnStimulusRow,
    "people": PersonRow,
    "trials": TrialRow,
    "steps": StepRow,
    "events": EventRow,
}
PANEL = "panel_ids"


def table_file(name: str) -> str:
    return f"tables/{name}.jsonl"


def results_file(audience: str, *, adaptive: bool) -> str:
    return f"results/{'thresholds' if adaptive else 'recognition'}-{audience}.csv"


class StudyRecord(Row):
    name: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$")
    created_at: AwareDatetime
    opened_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    picture_px: int | None


class FileRecord(Row):
    sha256: Sha256
    size_bytes: Place


class BundleRecord(Row):
    network: str
    digest: Sha256
    included: bool


class Index(Row):
    """`environment` has the Python version and those of all installed packages."""

    format: Literal["metamerlab study archive"]
    version: Literal[1, 2]
    study: StudyRecord
    code: str
    environment: dict[str, str]
    with_panel_ids: bool
    bundles: list[BundleRecord]
    rows: dict[str, Place]
    files: dict[str, FileRecord]
