"""From a spec to the clips it trains and validates on."""

from synthesis.common.errors import UserError
from synthesis.speech.textures import TEXTURES
from synthesis.training.backgrounds import make_backgrounds
from synthesis.training.data import ClipSource, Parts
from synthesis.training.spec import TrainSpec
from synthesis.training.voices import read_spoken_words

_VALIDATION_PER_CLASS = 4


def read_parts(spec: TrainSpec) -> Parts:
    """Raises `UserError` for corpora or backgrounds that cannot be used."""
    training = read_spoken_words(spec.corpora, "training")
    validation = read_spoken_words(spec.corpora, "validation")
    unknown = set(spec.engine_weights) - set(training.places)
    if unknown:
        known = ", ".join(training.places)
        raise UserError(f"engine_weights: {min(unknown)!r} is no engine of the corpora; they have {known}")
    drawn = spec.backgrounds
    backgrounds = make_backgrounds("training", drawn.per_class, drawn.folder)
    others = make_backgrounds("validation", _VALIDATION_PER_CLASS, None)
    return Parts(
        ClipSource(training, backgrounds, spec.engine_weights, spec.seed),
        ClipSource(validation, others, spec.engine_weights, spec.seed + 1),
        tuple(TEXTURES),
    )
