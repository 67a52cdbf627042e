"""Published ways of recognising words; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.tasks.task import Preset


@dataclass(frozen=True, kw_only=True)
class WordPreset(Preset):
    """`lead_ms` is from the press that starts a trial to the sound, which is scheduled that far ahead."""

    lead_ms: int = 50
    counted: str = "landing-sounds"

    @property
    def durations(self) -> Mapping[str, tuple[int, int]]:
        return {"lead_ms": (20, 10_000)}


COURSE = ("instructions", "sound_level", "practice", "practice_done", "trials")
COURSE_2019 = ("consent", "sound_level", "instructions", "practice", "practice_done", "trials")
# Feather et al. 2023, Methods: what people are asked of their headphones and hearing, the check of Woods et
# al. 2017 (5 of 6), 12 trials without feedback of which 5 must be right, and 16 catch trials.
QUESTIONS = (
    {"id": "age", "text": "How old are you?", "type": "number", "least": 18, "most": 120},
    {
        "id": "headphones",
        "text": "What do you hear this study with?",
        "type": "one",
        "options": ["over-ear headphones", "in-ear headphones or earbuds", "loudspeakers", "something else"],
    },
    {
        "id": "connection",
        "text": "How is it connected?",
        "type": "one",
        "options": ["by a cable", "by Bluetooth or another radio", "it is part of the device"],
    },
    {
        "id": "hearing_loss",
        "text": "Do you have a hearing loss that you know of?",
        "type": "one",
        "options": ["no", "yes", "I would rather not say"],
    },
)
COURSE_2023: tuple[str | Mapping[str, Any], ...] = (
    "consent",
    {"kind": "survey", "title": "About you and your headphones", "questions": QUESTIONS},
    "sound_level",
    {"kind": "headphone_check", "method": "antiphase", "sides": False, "trials": 6, "pass_mark": 5},
    *("instructions", "practice"),
    {"kind": "gate", "trials": 12, "pass_mark": 5},
    "practice_done",
    {"kind": "trials", "breaks": 3, "catch": 16},
)
SUMMARY, INSTRUCTIONS = "words-summary", "words-instructions"

PRESETS = {
    # The task of Feather et al. 2023 without the parts around it; for studies that have this preset.
    "words-online": WordPreset(course=COURSE, practice_trials=4, summary=SUMMARY, instructions=INSTRUCTIONS),
    # Feather et al. 2019: 587 words; 16 participants, 5 trials per condition, in random order.
    "words-2019": WordPreset(course=COURSE_2019, summary=SUMMARY, instructions=INSTRUCTIONS),
    # Feather et al. 2023, Methods, "Auditory experiments": 793 words; each clip once, a typed answer without
    # time limit; 10 practice trials with feedback, and breaks at the quarters, which are those of `trials`.
    "words-2023": WordPreset(
        course=COURSE_2023, practice_trials=10, summary=SUMMARY, instructions=INSTRUCTIONS
    ),
}
