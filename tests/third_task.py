"""A third task, as somebody would add it: is a picture natural, or made by a network?"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.stimuli.medium import PICTURES
from app.tasks.codebook import Column
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.record import Duration, TrialRecord
from app.tasks.task import Preset, SimulatedTrial, Told
from synthesis.bundle.manifest import NATURAL

ANSWERS = ("natural", "made")


class LookRecord(TrialRecord):
    """How long the picture stayed."""

    looked_ms: Duration | None = None


class NaturalOrMade:
    kind = "natural_or_made"
    medium = PICTURES
    presets: Mapping[str, Preset] = {
        "natural-or-made": Preset(
            summary="image16-summary",  # a real one adds messages of its own to the languages' catalogues
            instructions="image16-instructions",
            course=("instructions", "practice", "practice_done", "trials"),
        )
    }
    record = LookRecord
    columns = (Column("looked_ms", "number", "ms", "from the picture's onset to the answer"),)
    has_vocabulary = False
    adaptive = False

    def on_time(self, record: LookRecord) -> bool | None:
        return None if record.looked_ms is None else True

    def choices(self, names: Sequence[str]) -> Sequence[str]:
        return ANSWERS

    def right_answer(self, category: str, condition: str) -> str:
        return ANSWERS[condition != NATURAL]

    def catch_picture(self, category: str, size_px: int) -> bytes | None:
        return None

    def told(self, preset: Preset, choices: Sequence[str], code: str) -> Told:
        return Told(kind=self.kind)

    def told_of_trial(self, code: str, index: int) -> dict[str, Any]:
        return {}

    def least_ms(self, preset: Preset, phase: str, stimulus_ms: float) -> float:
        return 200.0

    def simulate(
        self, observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any]
    ) -> SimulatedAnswer:
        looked_ms = round(observer.log_normal(900.0), 1)
        right = self.right_answer(trial.category, trial.condition)
        return SimulatedAnswer(
            observer.answer(trial.condition, right), looked_ms, {"looked_ms": looked_ms, "hidden": False}
        )

    def sentence(self, preset: Preset, choices: int) -> str:
        return "the participant started a trial and looked at a picture until it was called natural or made."

    def practice_note(self, preset: Preset) -> str:
        return ""


NATURAL_OR_MADE = NaturalOrMade()
