"""Whether the participant wears headphones, on both ears; pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, StringConstraints

from app.core.text import CleanText
from app.steps import headphone_sounds
from app.steps.columns import SAMPLE_RATE, SampleRate
from app.steps.headphone_sounds import Part, Sound, drawn
from app.steps.pass_mark import PassMarkParameters
from app.steps.step import Judgement, Page, Setting, Step, StepFile, StepRecord
from app.stimuli.medium import Kind as MediumKind
from app.tasks.codebook import Column
from app.tasks.record import Count

OUTCOME = "headphones"
MOST_TRIALS = 60
_PARTS: dict[Part, str] = {
    "sides": "say whether a tone was in the left ear, in both or in the right",
    "antiphase": "name the softest of three tones, of which one was in antiphase between the ears and "
    "another 6 dB softer (Woods et al. 2017)",
    "huggins": "name the one of three noises that had a Huggins pitch of 600 Hz (Milne et al. 2021)",
}
# One character for each sound in their order; at most three parts.
Answers = Annotated[str, StringConstraints(pattern=r"^[1-3-]*$", max_length=3 * MOST_TRIALS)]


class HeadphoneCheckParameters(PassMarkParameters):
    """`trials` and `pass_mark` are of each part: of the method or of both methods, and of the `sides`.

    Who has one earpiece alone passes the antiphase method, and is found by the sides. One who guesses gets
    5 of 6 sounds right in 1.8 % of cases, since each has three answers; one mistake is forgiven.
    """

    kind: Literal["headphone_check"] = "headphone_check"
    method: Literal["antiphase", "huggins", "both"] = "antiphase"
    sides: bool = True
    trials: int = Field(default=6, ge=1, le=MOST_TRIALS)
    pass_mark: int = Field(default=5, ge=0)

    @property
    def parts(self) -> tuple[Part, ...]:
        """In the order in which they come."""
        sides: tuple[Part, ...] = ("sides",) if self.sides else ()
        return (*sides, *(("antiphase", "huggins") if self.method == "both" else (self.method,)))

    @property
    def sounds(self) -> list[Part]:
        """The part of each sound, in their order."""
        return [part for part in self.parts for _ in range(self.trials)]


class HeadphoneCheckRecord(StepRecord):
    """`sound_answers` has a character for each sound: 1, 2 or 3, or "-" where none was given."""

    sound_answers: Answers | None = None
    right_answers: Answers | None = None
    correct_sides: Count | None = None
    correct_antiphase: Count | None = None
    correct_huggins: Count | None = None
    interruptions: Count | None = None
    context_state: CleanText | None = None
    sample_rate_hz: SampleRate | None = None


class HeadphoneCheck(Page):
    name = "headphone_check"
    medium: MediumKind | None = "sound"
    parameters = HeadphoneCheckParameters
    result = HeadphoneCheckRecord
    outcomes: Mapping[str, str] = {OUTCOME: "headphone check failed"}
    private = frozenset({"right_answers", "correct_sides", "correct_antiphase", "correct_huggins"})
    columns = (
        Column("sound_answers", "text", "", "answers in the headphone check, sound by sound; - is none"),
        Column("right_answers", "text", "", "right answers in the headphone check, sound by sound"),
        Column("correct_sides", "integer", "", "right answers about the side of a tone"),
        Column("correct_antiphase", "integer", "", "right answers with antiphase tones"),
        Column("correct_huggins", "integer", "", "right answers with Huggins pitch"),
        Column("interruptions", "integer", "", "times that sounds of the headphone check were interrupted"),
        Column("context_state", "text", "", "state of the browser's audio when the last sound began"),
        SAMPLE_RATE,
    )

    def told(self, step: Step, setting: Setting) -> dict[str, Any]:
        """Of each sound its part, which says what is asked."""
        assert isinstance(step.parameters, HeadphoneCheckParameters)
        return {"sounds": step.parameters.sounds}

    def file(
        self, parameters: HeadphoneCheckParameters, number: int, secret: np.random.Generator
    ) -> StepFile | None:
        sounds = drawn(parameters.sounds, secret)
        if number >= len(sounds):
            return None
        noise = secret.spawn(number + 1)[number]
        return StepFile(headphone_sounds.wav(sounds[number], noise), "audio/wav")

    def judged(
        self,
        parameters: HeadphoneCheckParameters,
        record: HeadphoneCheckRecord,
        secret: np.random.Generator,
    ) -> Judgement:
        sounds = drawn(parameters.sounds, secret)
        correct = _correct(record.sound_answers or "", sounds)
        counts = {f"correct_{part}": correct.get(part) for part in _PARTS}
        kept = record.model_copy(update={"right_answers": _right(sounds), **counts})
        failed = min(correct.values()) < parameters.pass_mark
        return Judgement(kept, OUTCOME if failed else None)

    def simulate(self, told: dict[str, Any], random: np.random.Generator) -> dict[str, Any]:
        guesses = random.integers(1, 4, len(told["sounds"]))
        return {
            **super().simulate(told, random),
            "sound_answers": "".join(map(str, guesses)),
            "interruptions": 0,
            "context_state": "running",
            "sample_rate_hz": 48_000.0,
        }

    def solved(
        self,
        parameters: HeadphoneCheckParameters,
        result: dict[str, Any],
        secret: np.random.Generator,
        *,
        passes: bool,
    ) -> dict[str, Any]:
        """Who fails is wrong about each sound of the last part, as with loudspeakers."""
        sounds, last = drawn(parameters.sounds, secret), parameters.parts[-1]
        wrong = [not passes and sound.part == last for sound in sounds]
        given = (
            sound.right % 3 + 1 if fails else sound.right for sound, fails in zip(sounds, wrong, strict=True)
        )
        return {**result, "sound_answers": "".join(map(str, given))}

    def sentence(self, parameters: HeadphoneCheckParameters, setting: Setting) -> str:
        tasks = ", and to ".join(_PARTS[part] for part in parameters.parts)
        of_each = " of each kind" if len(parameters.parts) > 1 else ""
        return (
            f"In a headphone check participants had to {tasks}; {parameters.trials} sounds{of_each} were "
            f"played, each once. Those with fewer than {parameters.pass_mark} right answers{of_each} took no "
            "further part."
        )


def _correct(answers: str, sounds: list[Sound]) -> dict[Part, int]:
    """How many of the sounds of each part were answered right; answers that did not come are not."""
    correct = dict.fromkeys((sound.part for sound in sounds), 0)
    for answer, sound in zip(answers, sounds, strict=False):
        correct[sound.part] += answer == str(sound.right)
    return correct


def _right(sounds: list[Sound]) -> str:
    return "".join(str(sound.right) for sound in sounds)
