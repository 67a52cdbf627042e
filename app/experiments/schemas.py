"""What an experimenter writes: the study file, and what of it is stored; pure."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.core.languages import FALLBACK
from app.core.tokens import new_code
from app.experiments.adaptive import Adaptive, require_fitting
from app.experiments.endings import COMPLETE, GENERAL, CompletionCode, Resume, ResumeOfFile
from app.experiments.exclusions import Exclusions
from app.experiments.fields import (
    Angle,
    HttpsAddress,
    LanguageName,
    Layers,
    NetworkName,
    PresetName,
    Vocabulary,
    paragraphs,
)
from app.experiments.privacy import DataProtection
from app.experiments.recruiting import Recruiting
from app.steps.course import amended, catch_trials, gate_trials, outcomes_of, preset_course, require_steps
from app.steps.course import checked as checked_course
from app.steps.registry import StepOfFile
from app.steps.step import Parts, Setting, StepParameters
from app.steps.trials import TrialsParameters
from app.tasks.registry import preset_of, task_of
from app.tasks.task import Preset, Task
from app.tasks.timing import adjusted
from synthesis.bundle.spec import BundlePlace

Audience = Literal["live", "pilot", "simulated"]
Repeats = Literal["ask", "never", "always"]
Asked = Literal["none", "optional", "required"]
CloseAt = Literal["never", "participants", "sem"]
ClosedBy = Literal["participants", "sem"]
ALL = "all"
AUDIENCES: tuple[Audience, ...] = ("live", "pilot", "simulated")


def _practice_of_the_preset(validated: dict[str, Any]) -> int:
    preset = validated.get("preset")
    return preset_of(preset).practice_trials if preset is not None else 0


def _changes_of_the_preset(given: Any, info: ValidationInfo) -> Any:
    """The preset's course with changes, where `steps` is no list of its own."""
    preset, practice_trials = info.data.get("preset"), info.data.get("practice_trials")
    if not isinstance(given, dict) or preset is None or practice_trials is None:
        return given
    return amended(preset_course(preset_of(preset).course, practice_trials), given)


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

    `language` is that of the pages, "browser" the one that a participant's browser prefers.
    `bundle` is a folder, relative to the file, or an address (s3://bucket/prefix); `layers` are the matched
    layers to present, or "all"; natural stimuli are always one of the conditions. A study of several networks
    has `stimuli` instead of both: a list of bundles, each with its network's name and layers.
    `trials_per_condition` are the main trials of a participant in every condition, natural included; `trials`
    are those in all. Without either, a participant gets as many as the stimuli allow.
    `timing` overrides durations of the preset, in ms, and `display` its angles, in degrees of visual angle.
    `vocabulary` is for studies of words: a text file, one word per line, or a list of words; without it the
    words are those that the bundle's model can answer with.
    `adaptive` says how levels are chosen, where the preset measures thresholds (`app.experiments.adaptive`).
    `practice_trials` are as many as the preset's, if none are given. `steps` is the course of a session: a
    list of kinds of steps, with parameters; or, by kind, what is other than in the preset's course; without
    it, it is that of the preset.
    `participants` is a target. `close_at` says whether the study closes by itself: "participants", when so
    many have completed it; "sem", when `stop_when_sem` is reached, or else at `participants`; "never", the
    target limits nothing. `exclusions` say what the analysis leaves out; by default
    those who did not finish. `stop_when_sem` declares when recruiting may end: every condition has an SEM of
    at most this; the analysis says how far it is.
    `completion_codes` are those of sessions that end otherwise, by outcome; what is not given is drawn.
    `completion_url` is where the end page's button leads, {code} in it standing for the completion code.
    `resume` says what becomes of a session that was left.
    `repeats` says what a browser hears that holds a session of this study already: "ask" whether it is
    another person, "never" takes a browser once, "always" does not mention a session that is finished.
    `recruitment` says where participants come from, and what they are paid (`app.experiments.recruiting`).
    `privacy` says who is responsible for the data and how long they are kept (`app.experiments.privacy`).
    `participant_number` puts a field for one on the form of consent, where the link itself names nobody.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,63}$")
    title: str = Field(min_length=1, max_length=200)
    language: LanguageName = FALLBACK
    preset: PresetName
    timing: dict[str, StrictInt] = {}
    display: dict[str, Angle] = {}
    bundle: BundlePlace | None = None
    layers: Layers | None = None
    stimuli: Annotated[list[NetworkStimuli], Field(min_length=1, max_length=100)] | None = None
    seed: int = Field(default=0, ge=0)
    practice_trials: int = Field(default_factory=_practice_of_the_preset, ge=0, le=100)
    trials_per_condition: Annotated[int, Field(ge=1, le=10_000)] | None = None
    trials: Annotated[int, Field(ge=1, le=100_000)] | None = None
    vocabulary: Vocabulary | None = None
    adaptive: Adaptive | None = None
    steps: Annotated[list[StepOfFile], BeforeValidator(_changes_of_the_preset)] | None = None
    participants: int = Field(ge=1)
    duration_minutes: int = Field(ge=1, le=600)
    exclusions: Exclusions = Exclusions()
    stop_when_sem: Annotated[FiniteFloat, Field(gt=0, lt=0.5)] | None = None
    close_at: CloseAt = "never"
    consent: str = Field(min_length=1, max_length=20_000)
    instructions: str | None = Field(default=None, min_length=1, max_length=20_000)
    completion_message: str | None = Field(default=None, min_length=1, max_length=2_000)
    completion_code: CompletionCode = Field(default_factory=new_code)
    completion_codes: dict[str, CompletionCode] = Field(default_factory=dict)
    completion_url: HttpsAddress | None = None
    resume: ResumeOfFile = Resume()
    repeats: Repeats = "ask"
    participant_number: Asked = "none"
    recruitment: Recruiting | None = None
    privacy: DataProtection | None = None

    @field_validator("timing", "display")
    @classmethod
    def _of_the_preset(cls, given: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        if (preset := info.data.get("preset")) is not None:
            adjusted(preset_of(preset), **{str(info.field_name): given})
        return given

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
    def _catch_trials_to_exclude_by(self) -> "StudyDefinition":
        least, trials = self.exclusions.catch_right_below, self.catch_trials
        # Where levels are chosen, their number follows from the bundle's dimensions (`abx_design`).
        if least is not None and least > trials and not self.task.adaptive:
            raise ValueError(
                f"exclusions.catch_right_below: {least} of {trials} catch trials cannot be right; "
                "lower it, or set catch in the step trials"
            )
        return self

    @model_validator(mode="after")
    def _levels_to_choose(self) -> "StudyDefinition":
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        require_fitting(self.task, self.adaptive, given, self.course, self.preset)
        return self

    @model_validator(mode="after")
    def _sem_to_close_at(self) -> "StudyDefinition":
        if self.close_at == "sem" and self.stop_when_sem is None:
            raise ValueError("close_at: sem needs stop_when_sem, the SEM at which the study closes; give it")
        return self

    @model_validator(mode="after")
    def _codes_of_outcomes(self) -> "StudyDefinition":
        known = self.outcomes
        if unknown := [name for name in self.completion_codes if name not in known]:
            raise ValueError(
                f"completion_codes: a session of this study cannot end by {unknown[0]!r}; it can by "
                f"{', '.join(known)}"
            )
        return self

    @model_validator(mode="after")
    def _steps_that_the_trials_need(self) -> "StudyDefinition":
        require_steps(self.parameters.needs, self.course)
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
    def measuring(self) -> Adaptive:
        """How levels are chosen, for a preset that measures thresholds."""
        return self.adaptive or Adaptive()

    @property
    def parameters(self) -> Preset:
        """The preset's parameters of the task, with the study's own durations and angles."""
        return adjusted(preset_of(self.preset), self.timing, self.display)

    @property
    def course(self) -> tuple[StepParameters, ...]:
        """The steps of a session, before its main trials are cut into blocks."""
        steps: Sequence[StepParameters] = self.steps or ()
        if self.steps is None:
            steps = preset_course(self.parameters.course, self.practice_trials)
        return tuple(step.for_medium(self.task.medium.kind) for step in steps)

    @property
    def gate_trials(self) -> int:
        """Trials of a plan that decide whether the main ones follow."""
        return gate_trials(self.course)

    @property
    def catch_trials(self) -> int:
        """Catch trials of a plan."""
        return catch_trials(self.course)

    @property
    def trials_step(self) -> TrialsParameters:
        """The step of the main trials."""
        return next(step for step in self.course if isinstance(step, TrialsParameters))

    def parts(self, total: int) -> Parts:
        """The parts of a plan of so many trials."""
        return Parts(self.practice_trials, self.gate_trials, total)

    def setting(self, parts: Parts) -> Setting:
        """What the steps may say of a session with a plan of these parts."""
        key = self.parameters.instructions
        kinds = frozenset(step.kind for step in self.course)
        return Setting(self.task, self.instruction_paragraphs, parts, self.consent, key, kinds)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """How a session can end, but for being completed."""
        return (*GENERAL, *outcomes_of(self.course))

    def code_of(self, outcome: str) -> str | None:
        """The completion code of an outcome; None in studies that were made before it had one."""
        return self.completion_code if outcome == COMPLETE else self.completion_codes.get(outcome)

    def address_with(self, code: str | None) -> str | None:
        """Where the end page's button leads with a completion code, if it leads anywhere."""
        return self.completion_url.replace("{code}", code) if self.completion_url and code else None

    def address_of(self, outcome: str) -> str | None:
        """As `address_with`, for the code of an outcome."""
        return self.address_with(self.code_of(outcome))

    @property
    def consent_paragraphs(self) -> tuple[str, ...]:
        return paragraphs(self.consent)

    @property
    def instruction_paragraphs(self) -> tuple[str, ...]:
        """The study's own; none if it has the preset's."""
        return paragraphs(self.instructions) if self.instructions else ()
