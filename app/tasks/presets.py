"""Published ways of running the two tasks; pure."""

from dataclasses import dataclass
from typing import ClassVar

from app.stimuli.medium import PICTURES, SOUNDS, Medium


@dataclass(frozen=True)
class PicturePreset:
    """Durations of one trial in ms; `practice_*` are those of the slower practice trials.

    `course` names the kinds of steps of a session (`app.steps`), in order.
    """

    medium: ClassVar[Medium] = PICTURES
    course: ClassVar[tuple[str, ...]] = ("instructions", "practice", "practice_done", "trials")

    blank_ms: int
    fixation_ms: int
    image_ms: int
    mask_ms: int
    practice_image_ms: int
    practice_mask_ms: int
    summary: str
    instructions: tuple[str, ...]


@dataclass(frozen=True)
class WordPreset:
    """`lead_ms` is from the press that starts a trial to the sound, which is scheduled that far ahead."""

    medium: ClassVar[Medium] = SOUNDS
    course: ClassVar[tuple[str, ...]] = ("instructions", "sound_level", "practice", "practice_done", "trials")

    lead_ms: int
    summary: str
    instructions: tuple[str, ...]


Preset = PicturePreset | WordPreset

PRESETS: dict[str, Preset] = {
    # Feather et al. 2023, Methods, "Vision experiments".
    "image16-online": PicturePreset(
        blank_ms=500,
        fixation_ms=300,
        image_ms=300,
        mask_ms=300,
        practice_image_ms=500,
        practice_mask_ms=400,
        summary="You will see pictures, each for a very short moment. After each one you choose what it "
        "showed, from a board of symbols. A mouse, a touch screen or a keyboard will do.",
        instructions=(
            "In each trial a picture is shown for a very short moment. Look at the small cross before it "
            "appears.",
            "Then choose what the picture showed, by clicking one of the symbols. If you are not sure, "
            "choose what comes closest. Oven also stands for pans, pots and cooking food.",
            "Some pictures look like noise or like a texture. That is meant: please choose all the same.",
        ),
    ),
    # Feather et al. 2023, Methods, "Auditory experiments": each clip once, a typed answer without time limit.
    "words-online": WordPreset(
        lead_ms=50,
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
