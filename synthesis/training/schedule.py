"""How the learning rate and the clips' difficulty change over a training. Pure functions of the progress."""

import math

from synthesis.training.clips import ClipSettings
from synthesis.training.spec import ClipSpec, OptimiserSpec

_WARM_UP = 0.1
_EASIER_DB = 15.0
_EASIER_CONTEXT = 0.25


def rate_factor(settings: OptimiserSpec, progress: float) -> float:
    """The learning rate at `progress` from 0 to 1, relative to its peak."""
    if settings.schedule == "steps":
        return 0.1 ** min(2, int(progress * 3))
    if progress < _WARM_UP:
        return max(progress, 1e-3) / _WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP)))


def clip_settings(clips: ClipSpec, curriculum: float, progress: float) -> ClipSettings:
    """The clips at `progress`: easier ones until `curriculum`, then as the spec says."""
    hardness = 1.0 if curriculum == 0 else min(1.0, progress / curriculum)
    floor_db, ceiling_db = clips.snr_db
    return ClipSettings(
        context=clips.context * (_EASIER_CONTEXT + (1 - _EASIER_CONTEXT) * hardness),
        snr_db=(min(ceiling_db, floor_db + _EASIER_DB * (1 - hardness)), ceiling_db),
        clean=clips.clean,
        shift_ms=clips.shift_ms,
        without_speech=clips.without_speech,
        level_db=clips.level_db,
        colour_db=clips.colour_db * hardness,
        room=clips.room * hardness,
        voice_change=clips.voice_change,
    )
