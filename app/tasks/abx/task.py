"""The ABX task: which of two pictures the third one was (Kamao et al. 2025)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.stimuli.medium import PICTURES
from app.tasks.abx import page, simulator
from app.tasks.abx.presets import PRESETS, AbxPreset
from app.tasks.abx.record import COLUMNS, AbxRecord, on_time
from app.tasks.abx.wording import sentence
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial, Told

ANSWERS = ("first", "second")


class Abx:
    kind = "abx"
    medium = PICTURES
    presets: Mapping[str, AbxPreset] = PRESETS
    record = AbxRecord
    columns = COLUMNS
    has_vocabulary = False
    adaptive = True

    def on_time(self, record: AbxRecord) -> bool | None:
        return on_time(record)

    def choices(self, names: Sequence[str]) -> Sequence[str]:
        return ANSWERS

    def right_answer(self, category: str, condition: str) -> str:
        return category

    def catch_picture(self, category: str, size_px: int) -> bytes | None:
        return None

    def told(self, preset: AbxPreset, choices: Sequence[str], code: str) -> Told:
        return page.told(self.kind, preset)

    def told_of_trial(self, code: str, index: int) -> dict[str, Any]:
        return {}

    def least_ms(self, preset: AbxPreset, phase: str, stimulus_ms: float) -> float:
        return preset.fixation_ms + 3 * preset.picture_ms + 2 * preset.gap_ms + preset.last_gap_ms

    def simulate(
        self, observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any]
    ) -> SimulatedAnswer:
        return simulator.simulate(observer, trial, told)

    def sentence(self, preset: AbxPreset, choices: int) -> str:
        return sentence(preset)

    def practice_note(self, preset: AbxPreset) -> str:
        return "with the largest change"


ABX = Abx()
