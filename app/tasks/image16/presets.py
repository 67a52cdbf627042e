"""Published ways of naming pictures; pure."""

from dataclasses import dataclass

from app.tasks.task import Preset


@dataclass(frozen=True, kw_only=True)
class PicturePreset(Preset):
    """Durations of one trial in ms; `practice_*` are those of the slower practice trials."""

    blank_ms: int
    fixation_ms: int
    image_ms: int
    mask_ms: int
    practice_image_ms: int
    practice_mask_ms: int


PRESETS = {
    # Feather et al. 2023, Methods, "Vision experiments".
    "image16-online": PicturePreset(
        blank_ms=500,
        fixation_ms=300,
        image_ms=300,
        mask_ms=300,
        practice_image_ms=500,
        practice_mask_ms=400,
        course=("instructions", "practice", "practice_done", "trials"),
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
}
