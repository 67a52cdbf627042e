"""What an experimenter writes: the study file, and what of it is stored."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

from app.core.tokens import new_code
from app.experiments.exclusions import Exclusions
from app.experiments.presets import PRESETS, Preset
from synthesis.bundle.spec import BundlePlace

Kind = Literal["live", "pilot", "simulated"]
ALL = "all"
KINDS: tuple[Kind, ...] = ("live", "pilot", "simulated")


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}; known presets: {', '.join(PRESETS)}")
    return name


def _one_word_is_a_list(layers: Any) -> Any:
    return [layers] if isinstance(layers, str) else layers


def _each_once(layers: list[str]) -> list[str]:
    if len(set(layers)) != len(layers):
        raise ValueError("a layer is named twice")
    return layers


Layers = Annotated[list[str], BeforeValidator(_one_word_is_a_list), AfterValidator(_each_once)]


def paragraphs(text: str) -> tuple[str, ...]:
    """Text cut at blank lines; line breaks within a paragraph become spaces."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return tuple(part for part in parts if part)


class StudyDefinition(BaseModel):
    """A study as written in its YAML file.

    `bundle` is a folder, relative to the file, or an address (s3://bucket/prefix).
    `layers` are the matched layers to show, or "all"; natural pictures are always one of the conditions.
    `participants` is a target and limits nothing. `exclusions` say what the analysis leaves out; by default
    those who did not finish. `stop_when_sem` declares when recruiting may end: every condition has an SEM of
    at most this; the analysis says how far it is, and nothing is closed by it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$")
    title: str = Field(min_length=1, max_length=200)
    preset: Annotated[str, AfterValidator(_known_preset)]
    bundle: BundlePlace
    seed: int = Field(default=0, ge=0)
    practice_trials: int = Field(default=4, ge=0, le=100)
    layers: Annotated[Layers, Field(min_length=1)] = [ALL]
    participants: int = Field(ge=1)
    duration_minutes: int = Field(ge=1, le=600)
    exclusions: Exclusions = Exclusions()
    stop_when_sem: Annotated[FiniteFloat, Field(gt=0, lt=0.5)] | None = None
    consent: str = Field(min_length=1, max_length=20_000)
    instructions: str | None = Field(default=None, min_length=1, max_length=20_000)
    completion_message: str = Field(default="Thank you for taking part.", min_length=1, max_length=2_000)
    completion_code: str = Field(default_factory=new_code, pattern="^[A-Za-z0-9-]{1,64}$")

    @property
    def timing(self) -> Preset:
        return PRESETS[self.preset]

    @property
    def consent_paragraphs(self) -> tuple[str, ...]:
        return paragraphs(self.consent)

    @property
    def instruction_paragraphs(self) -> tuple[str, ...]:
        return paragraphs(self.instructions) if self.instructions else self.timing.instructions
