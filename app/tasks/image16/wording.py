"""What a Methods section says of a trial with a picture; pure."""

from app.tasks.image16.presets import PicturePreset


def sentence(preset: PicturePreset, choices: int) -> str:
    """`choices` is the number of possible answers."""
    shown = f"a picture was shown for {preset.image_ms} ms{_mask(preset)}"
    return f"{_start(preset)} {shown}; then {_response(preset, choices)}"


def _start(preset: PicturePreset) -> str:
    before = []
    if preset.blank_ms:
        before.append(f"a blank screen ({preset.blank_ms} ms)")
    if preset.fixation_ms:
        before.append(f"a fixation cross ({preset.fixation_ms} ms)")
    start = "each trial began by itself" if preset.automatic else "the participant started a trial"
    return f"{start}; after {' and '.join(before)}" if before else f"{start};"


def _mask(preset: PicturePreset) -> str:
    return f" and masked by noise for {preset.mask_ms} ms" if preset.mask_ms else ""


def _response(preset: PicturePreset, choices: int) -> str:
    if preset.response_ms is None:
        return f"one of {choices} categories was chosen without time limit."
    return (
        f"one of {choices} categories could be chosen for {preset.response_ms} ms, and the last choice "
        "counted. Trials without a choice were stored as “na” and counted as wrong."
    )
