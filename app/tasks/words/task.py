"""The task of recognising words (Feather et al. 2019, 2023)."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.stimuli.medium import SOUNDS
from app.tasks.observer import SimulatedAnswer, SimulatedObserver
from app.tasks.task import SimulatedTrial, Told
from app.tasks.words import simulator
from app.tasks.words.presets import PRESETS, WordPreset
from app.tasks.words.record import COLUMNS, SoundRecord, on_time
from app.tasks.words.vocabulary import word_key


class WordsTold(Told):
    """`vocabulary` are the words that can be answered; `lead_ms` is as in the preset."""

    lead_ms: int
    vocabulary: list[str]


class Words:
    kind = "words"
    medium = SOUNDS
    presets: Mapping[str, WordPreset] = PRESETS
    record = SoundRecord
    columns = COLUMNS
    has_vocabulary = True
    adaptive = False

    def on_time(self, record: SoundRecord) -> bool | None:
        return on_time(record)

    def choices(self, names: Sequence[str]) -> Sequence[str]:
        return names

    def right_answer(self, category: str, condition: str) -> str:
        return category

    def catch_picture(self, category: str, size_px: int) -> bytes | None:
        return None

    def told(self, preset: WordPreset, choices: Sequence[str], code: str) -> Told:
        return WordsTold(kind=self.kind, lead_ms=preset.lead_ms, vocabulary=sorted(choices, key=word_key))

    def told_of_trial(self, code: str, index: int) -> dict[str, Any]:
        return {}

    def least_ms(self, preset: WordPreset, phase: str, stimulus_ms: float) -> float:
        return stimulus_ms

    def simulate(
        self, observer: SimulatedObserver, trial: SimulatedTrial, told: Mapping[str, Any]
    ) -> SimulatedAnswer:
        return simulator.simulate(observer, trial, told["lead_ms"])

    def sentence(self, preset: WordPreset, choices: int) -> str:
        return (
            f"the participant started a trial; a sound was scheduled {preset.lead_ms} ms later and played "
            "once. After its end the word in its middle was typed without time limit; words of the list that "
            f"fit what was typed were shown, and one of its {choices} words had to be confirmed."
        )

    def practice_note(self, preset: WordPreset) -> str:
        return ""


WORDS = Words()
