"""What a Methods section says of an ABX trial; pure."""

from app.tasks.abx.presets import AbxPreset


def sentence(preset: AbxPreset) -> str:
    return (
        f"the participant started a trial; {_fixation(preset)}three pictures (A, B and X) were shown on "
        f"black for {preset.picture_ms} ms each, with gaps of {preset.gap_ms} ms after A and B and of "
        f"{preset.last_gap_ms} ms after X; then X was said to be the first or the second picture, without "
        f"time limit. {_place(preset)} Gaze was not tracked."
    )


def _fixation(preset: AbxPreset) -> str:
    return f"after a fixation cross ({preset.fixation_ms} ms) " if preset.fixation_ms else ""


def _place(preset: AbxPreset) -> str:
    size = f"{preset.picture_deg:g} degrees of visual angle where the size of the screen was measured"
    if preset.eccentricity_deg:
        return (
            f"A picture covered {size}, and lay {preset.eccentricity_deg:g} degrees to the right of the "
            "fixation cross, which stayed on the screen."
        )
    return f"A picture in the middle covered {size}, and had its size in pixels elsewhere."
