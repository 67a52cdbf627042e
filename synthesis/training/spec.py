"""The spec file of `python -m synthesis train`."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from synthesis.bundle.spec import FilePath
from synthesis.training.adversary_spec import AdversarySpec

Task = Literal["word", "background", "both"]
Widths = tuple[int, int, int, int, int]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NetworkSpec(_Strict):
    """A CochCNN of a size; the defaults are small enough for a CPU."""

    filters: int = Field(default=50, ge=4)
    sample_factor: int = Field(default=2, ge=1)
    oversampling: float | None = Field(default=2.0, ge=1)
    low_hz: float = Field(default=50.0, ge=0)
    high_hz: float = Field(default=10_000.0, gt=0)
    widths: Widths = (24, 48, 96, 128, 96)
    fc_width: int = Field(default=256, ge=1)
    reduced_aliasing: bool = False
    dropout: float = Field(default=0.3, ge=0, lt=1)


class ClipSpec(_Strict):
    """Clips at the end of the curriculum; `synthesis.training.clips.ClipSettings` says what each is."""

    context: float = Field(default=0.8, ge=0, le=1)
    snr_db: tuple[float, float] = (-3.0, 30.0)
    clean: float = Field(default=0.15, ge=0, le=1)
    shift_ms: float = Field(default=60.0, ge=0, le=500)
    level_db: float = Field(default=6.0, ge=0, le=30)
    colour_db: float = Field(default=6.0, ge=0, le=30)
    room: float = Field(default=0.3, ge=0, le=1)
    voice_change: float = Field(default=1.08, ge=1, le=1.3)


class BackgroundSpec(_Strict):
    per_class: int = Field(default=24, ge=1)
    """Instances of each synthetic texture."""
    folder: FilePath | None = None
    """Recordings that are mixed in too; they are no answers of the background task."""


class OptimiserSpec(_Strict):
    """`cosine`: AdamW, a linear warm-up over a tenth, then a cosine to 0. `steps`: SGD with momentum 0.9, the
    rate divided by 10 after each third."""

    schedule: Literal["cosine", "steps"] = "cosine"
    peak: float = Field(default=2e-3, gt=0)
    weight_decay: float = Field(default=0.02, ge=0)
    label_smoothing: float = Field(default=0.05, ge=0, lt=1)
    curriculum: float = Field(default=0.3, ge=0, le=1)
    """Part of the training over which clips become harder: context from a quarter of its share, SNR from 15
    dB above its floor."""


class TrainSpec(_Strict):
    """What is trained, on what, for how long."""

    task: Task = "word"
    corpora: list[FilePath] = Field(min_length=1)
    engine_weights: dict[str, float] = Field(default_factory=dict)
    """How often an engine is drawn, relative to 1."""
    preset: Literal["small", "published"] = "small"
    network: NetworkSpec = NetworkSpec()
    clips: ClipSpec = ClipSpec()
    backgrounds: BackgroundSpec = BackgroundSpec()
    optimiser: OptimiserSpec = OptimiserSpec()
    adversary: AdversarySpec | None = None
    """Disturbs each training clip, for networks that are robust to it."""
    start_from: FilePath | None = None
    """Another training of the same network, or the file of one, whose weights this one begins with."""
    examples: int = Field(default=200_000, ge=1)
    batch: int = Field(default=64, ge=2)
    seed: int = Field(default=0, ge=0)
    validate_every: int = Field(default=16_000, ge=1)
    """Examples between validations."""
    validation_clips: int = Field(default=512, ge=1)
    stop_at_accuracy: float | None = Field(default=None, gt=0, le=1)
    """End when the validation accuracy of the task (of the words, for both) reaches this."""
    snapshots_at: list[float] = []
    """Validation accuracies at which the network is also written, without ending."""

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, values: object) -> object:
        """Fill in what the spec does not say itself from its preset."""
        if not isinstance(values, dict) or values.get("preset") != "published":
            return values
        filled = dict(values)
        for part, numbers in PUBLISHED.items():
            given = values.get(part, {})
            if isinstance(numbers, dict) and isinstance(given, dict):
                filled[part] = {**numbers, **given}
            else:
                filled.setdefault(part, numbers)
        return filled

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(weight <= 0 for weight in self.engine_weights.values()):
            raise ValueError("engine_weights: each must be above 0")
        if self.clips.snr_db[0] > self.clips.snr_db[1]:
            raise ValueError("clips.snr_db: the lower bound is above the upper")
        return self

    @property
    def steps(self) -> int:
        return -(-self.examples // self.batch)


PUBLISHED: dict[str, object] = {
    "network": {
        "sample_factor": 4,
        "oversampling": None,
        "widths": (96, 256, 512, 1024, 512),
        "fc_width": 4096,
        "dropout": 0.5,
    },
    "clips": {
        "context": 1.0,
        "snr_db": (-10.0, 10.0),
        "clean": 0.0,
        "level_db": 0.0,
        "colour_db": 0.0,
        "room": 0.0,
        "voice_change": 1.0,
    },
    "optimiser": {
        "schedule": "steps",
        "peak": 0.01,
        "weight_decay": 1e-4,
        "label_smoothing": 0.0,
        "curriculum": 0.0,
    },
    "batch": 128,
    "stop_at_accuracy": 0.57,
}
