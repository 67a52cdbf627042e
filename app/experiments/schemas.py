"""What an experimenter writes: the study file, and what of it is stored; pure."""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.core.tokens import new_code
from app.experiments.exclusions import Exclusions
from app.steps.course import checked as checked_course
from app.steps.course import preset_course
from app.steps.registry import StepOfFile
from app.steps.step import Setting, StepParameters
from app.tasks.registry import preset_names, preset_of, task_of
from app.tasks.task import Preset, Task
from app.tasks.words.vocabulary import checked, read_words
from synthesis.bundle.spec import BundlePlace

Audience = Literal["live", "pilot", "simulated"]
Repeats = Literal["ask", "never", "always"]
Asked = Literal["none", "optional", "required"]
ALL = "all"
AUDIENCES: tuple[Audience, ...] = ("live", "pilot", "simulated")


def _known_preset(name: str) -> str:
    if name not in preset_names():
        raise ValueError(f"no preset {name!r}; known presets: {', '.join(preset_names())}")
    return name


def _https_address(address: str) -> str:
    """An address on the web, with {code} where the completion code goes, that a button may lead to."""
    filled = address.replace("{code}", "CODE")
    parts = urlsplit(filled)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ValueError("give an address that begins with https:// and a host, without a user's name")
    if any(letter.isspace() or not letter.isprintable() or letter in '{}"<>\\' for letter in filled):
        raise ValueError("an address holds no blanks, quotes or braces but those of {code}")
    return address


def _one_word_is_a_list(layers: Any) -> Any:
    return [layers] if isinstance(layers, str) else layers


def _each_once(layers: list[str]) -> list[str]:
    if len(set(layers)) != len(layers):
        raise ValueError("a layer is named twice")
    return layers


def _read_words(given: Any, info: ValidationInfo) -> Any:
    """A file's words instead of its name, which is meant from the folder of the study file."""
    if not isinstance(given, str):
        return given
    return read_words(Path((info.context or {}).get("folder", "."), given), given)


def _each_a_word(words: list[str]) -> list[str]:
    return checked((f"word {number}", word) for number, word in enumerate(words, start=1))


Vocabulary = Annotated[list[str], BeforeValidator(_read_words), AfterValidator(_each_a_word)]
Layers = Annotated[
    list[str],
    BeforeValidator(_one_word_is_a_list),
    AfterValidator(_each_once),
    Field(min_length=1),
]
NetworkName = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$")]


def paragraphs(text: str) -> tuple[str, ...]:
    """Text cut at blank lines; line breaks within a paragraph become spaces."""
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return tuple(part for part in parts if part)


class NetworkStimuli(BaseModel):
    """One bundle of a study. `network` names it in conditions and tables, by default after its model.

    `layers` are the matched layers to present, or "all".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bundle: BundlePlace
    network: NetworkName | None = None
    layers: Layers = [ALL]


class StudyDefinition(BaseModel):
    """A study as written in its YAML file.

    `bundle` is a folder, relative to the file, or an address (s3://bucket/prefix); `layers` are the matched
    layers to present, or "all"; natural stimuli are always one of the conditions. A study of several networks
    has `stimuli` instead of both: a list of bundles, each with its network's name and layers.
    `trials_per_condition` are the main trials of a participant in every condition, natural included; `trials`
    are those in all. Without either, a participant gets as many as the stimuli allow.
    `vocabulary` is for studies of words: a text file, one word per line, or a list of words; without it the
    words are those that the bundle's model can answer with.
    `steps` is the course of a session: kinds of steps, with parameters; without it, it is that of the preset.
    `participants` is a target and limits nothing. `exclusions` say what the analysis leaves out; by default
    those who did not finish. `stop_when_sem` declares when recruiting may end: every condition has an SEM of
    at most this; the analysis says how far it is, and nothing is closed by it.
    `completion_url` is where the end page's button leads, {code} in it standing for the completion code.
    `repeats` says what a browser hears that holds a session of this study already: "ask" whether it is
    another person, "never" takes a browser once, "always" does not mention a session that is finished.
    `participant_number` puts a field for one on the form of consent, where the link itself names nobody.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$")
    title: str = Field(min_length=1, max_length=200)
    preset: Annotated[str, AfterValidator(_known_preset)]
    bundle: BundlePlace | None = None
    layers: Layers | None = None
    stimuli: Annotated[list[NetworkStimuli], Field(min_length=1, max_length=100)] | None = None
    seed: int = Field(default=0, ge=0)
    practice_trials: int = Field(default=4, ge=0, le=100)
    trials_per_condition: Annotated[int, Field(ge=1, le=10_000)] | None = None
    trials: Annotated[int, Field(ge=1, le=100_000)] | None = None
    vocabulary: Vocabulary | None = None
    steps: list[StepOfFile] | None = None
    participants: int = Field(ge=1)
    duration_minutes: int = Field(ge=1, le=600)
    exclusions: Exclusions = Exclusions()
    stop_when_sem: Annotated[FiniteFloat, Field(gt=0, lt=0.5)] | None = None
    consent: str = Field(min_length=1, max_length=20_000)
    instructions: str | None = Field(default=None, min_length=1, max_length=20_000)
    completion_message: str = Field(default="Thank you for taking part.", min_length=1, max_length=2_000)
    completion_code: str = Field(default_factory=new_code, pattern="^[A-Za-z0-9-]{1,64}$")
    completion_url: Annotated[str, Field(max_length=2_000), AfterValidator(_https_address)] | None = None
    repeats: Repeats = "ask"
    participant_number: Asked = "none"

    @field_validator("steps")
    @classmethod
    def _steps_make_a_session(
        cls, steps: list[StepParameters] | None, info: ValidationInfo
    ) -> list[StepParameters] | None:
        preset, practice_trials = info.data.get("preset"), info.data.get("practice_trials")
        if steps is not None and preset is not None and practice_trials is not None:
            checked_course(steps, practice_trials, task_of(preset).medium.kind)
        return steps

    @model_validator(mode="after")
    def _one_form_of_each(self) -> "StudyDefinition":
        if (self.bundle is None) == (self.stimuli is None):
            raise ValueError("give bundle: DIR, or stimuli: with an entry for each bundle; one of the two")
        if self.stimuli is not None and self.layers is not None:
            raise ValueError("layers: with stimuli, each entry has its own; leave it out")
        if self.trials is not None and self.trials_per_condition is not None:
            raise ValueError("give trials or trials_per_condition, not both")
        return self

    @model_validator(mode="after")
    def _vocabulary_for_words(self) -> "StudyDefinition":
        if self.vocabulary is not None and not self.task.has_vocabulary:
            raise ValueError(f"vocabulary: the preset {self.preset} asks for no words; leave it out")
        return self

    @property
    def sources(self) -> list[NetworkStimuli]:
        """The bundles in order, in whichever form they are written."""
        if self.stimuli is not None:
            return self.stimuli
        assert self.bundle is not None  # _one_form_of_each
        return [NetworkStimuli(bundle=self.bundle, layers=self.layers or [ALL])]

    @property
    def task(self) -> Task:
        return task_of(self.preset)

    @property
    def parameters(self) -> Preset:
        """The preset's parameters of the task."""
        return preset_of(self.preset)

    @property
    def course(self) -> tuple[StepParameters, ...]:
        """The steps of a session, before its main trials are cut into blocks."""
        if self.steps is None:
            return preset_course(self.parameters.course, self.practice_trials)
        return tuple(self.steps)

    def setting(self, practice: int, main: int) -> Setting:
        """What the steps may say of a session with so many trials."""
        return Setting(self.task, self.instruction_paragraphs, practice, main)

    @property
    def completion_address(self) -> str | None:
        """Where the end page's button leads."""
        return self.completion_url and self.completion_url.replace("{code}", self.completion_code)

    @property
    def consent_paragraphs(self) -> tuple[str, ...]:
        return paragraphs(self.consent)

    @property
    def instruction_paragraphs(self) -> tuple[str, ...]:
        return paragraphs(self.instructions) if self.instructions else self.parameters.instructions
