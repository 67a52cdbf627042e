"""The spec file of `python -m synthesis train`."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from synthesis.bundle.spec import FilePath
from synthesis.training.adversary_spec import AdversarySpec
from synthesis.training.network_spec import NetworkSpec
from synthesis.training.presets import filled

Task = Literal["word", "background", "both"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClipSpec(_Strict):
    """Clips at the end of the curriculum; `synthesis.training.clips.ClipSettings` says what each is."""

    context: float = Field(default=0.8, ge=0, le=1)
    snr_db: tuple[float, float] = (-3.0, 30.0)
    clean: float = Field(default=0.15, ge=0, le=1)
    shift_ms: float = Field(default=60.0, ge=0, le=500)
    without_speech: float = Field(default=0.0, ge=0, lt=1)
    level_db: float = Field(default=6.0, ge=0, le=30)
    colour_db: float = Field(default=6.0, ge=0, le=30)
    room: float = Field(default=0.3, ge=0, le=1)
    voice_change: float = Field(default=1.08, ge=1, le=1.3)


class BackgroundSpec(_Strict):
    per_class: int = Field(default=24, ge=1)
    """Instances of each synthetic texture."""
    folder: FilePath | None = None
    """Recordings that are mixed in too; without `labels` they are no answers of the background task."""
    labels: FilePath | None = None
    """A CSV file (file, labels) that says what is heard in each recording of `folder`: the background task's
    answers, in place of the textures."""
    answers: Literal["one", "several"] = "one"
    """Whether a clip's background has one label, or any number of them at once."""
    mixed: tuple[int, int] = (1, 1)
    """Fewest and most backgrounds that are heard together in a clip."""
    weight: float = Field(default=1.0, gt=0)
    """Of the background's loss beside the word's, in a network of both tasks."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not 1 <= self.mixed[0] <= self.mixed[1]:
            raise ValueError("mixed: give the fewest, at least 1, and the most")
        if self.mixed[1] > 1 and self.answers == "one":
            raise ValueError("mixed: backgrounds heard together have several labels; say answers: several")
        if self.labels and not self.folder:
            raise ValueError("labels: name the folder of their recordings too")
        return self


class OptimiserSpec(_Strict):
    """`cosine`: AdamW and Muon, a linear warm-up over a tenth, then a cosine to 0. `steps`: SGD with momentum
    0.9, the rate divided by 10 after each third."""

    schedule: Literal["cosine", "steps"] = "cosine"
    peak: float = Field(default=2e-3, gt=0)
    muon_peak: float | None = Field(default=0.02, gt=0)
    """Of Muon, which trains the kernels of convolutions under `cosine`; with null AdamW trains them too."""
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
    preset: Literal["small", "published-2023", "published-2019"] = "small"
    network: NetworkSpec = NetworkSpec()
    clips: ClipSpec = ClipSpec()
    backgrounds: BackgroundSpec = BackgroundSpec()
    optimiser: OptimiserSpec = OptimiserSpec()
    adversary: AdversarySpec | None = None
    """Disturbs each training clip, for networks that are robust to it."""
    start_from: FilePath | None = None
    """Another training of the same network, or the file of one, whose weights this one begins with."""
    null_class: bool = False
    """One more answer than there are words, for clips in which nobody speaks (`clips.without_speech`)."""
    one_voice: bool = False
    """Train although the corpora have a single voice."""
    epochs: int | None = Field(default=None, ge=1)
    """In place of `examples`: how often each spoken word is the target of a clip, in an order that is drawn
    for every epoch."""
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
        return filled(values) if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(weight <= 0 for weight in self.engine_weights.values()):
            raise ValueError("engine_weights: each must be above 0")
        if self.clips.snr_db[0] > self.clips.snr_db[1]:
            raise ValueError("clips.snr_db: the lower bound is above the upper")
        if self.clips.without_speech and not self.null_class and self.task == "word":
            raise ValueError("clips.without_speech: such clips have no word; say null_class: true")
        by_muon = self.optimiser.muon_peak and "muon_peak" in self.optimiser.model_fields_set
        if by_muon and self.optimiser.schedule == "steps":
            raise ValueError("optimiser.muon_peak: is of the schedule cosine; leave it out")
        if self.epochs and self.engine_weights:
            raise ValueError("engine_weights: in an epoch every spoken word comes once; leave them out")
        if self.epochs and "examples" in self.model_fields_set:
            raise ValueError("epochs: they say how many examples there are; leave examples out")
        return self

    @property
    def steps(self) -> int:
        return -(-self.examples // self.batch)
