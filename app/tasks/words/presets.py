"""Published ways of recognising words; pure."""

from dataclasses import dataclass

from app.tasks.task import Preset


@dataclass(frozen=True, kw_only=True)
class WordPreset(Preset):
    """`lead_ms` is from the press that starts a trial to the sound, which is scheduled that far ahead."""

    lead_ms: int


PRESETS = {
    # Feather et al. 2023, Methods, "Auditory experiments": each clip once, a typed answer without time limit.
    "words-online": WordPreset(
        lead_ms=50,
        course=("instructions", "sound_level", "practice", "practice_done", "trials"),
        summary="You will hear short clips of speech, each of them once. After each one you type the word "
        "that was said in the middle of it. Please wear headphones if you can, and be in a quiet place.",
        instructions=(
            "In each trial a short clip of speech is played, once. Listen for the word in the middle of it.",
            "Then type that word. Words that you can answer with are listed as you type, and only these "
            "count. If you are not sure, give the word that comes closest.",
            "Some clips sound like noise. That is meant: please give a word all the same.",
        ),
    ),
}
