"""From a spec to the clips it trains and validates on."""

from collections.abc import Iterator

from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.speech.textures import TEXTURES
from synthesis.training.backgrounds import UNNAMED, make_backgrounds
from synthesis.training.data import Batch, ClipSource, Parts
from synthesis.training.schedule import clip_settings
from synthesis.training.spec import TrainSpec
from synthesis.training.voices import read_spoken_words

_VALIDATION_PER_CLASS = 4
_TEXTURES = {UNNAMED: "", **dict(enumerate(TEXTURES))}


def read_parts(spec: TrainSpec) -> Parts:
    """Raises `UserError` for corpora or backgrounds that cannot be used."""
    training = read_spoken_words(spec.corpora, "training")
    unknown = set(spec.engine_weights) - set(training.places)
    if unknown:
        known = ", ".join(training.places)
        raise UserError(f"engine_weights: {min(unknown)!r} is no engine of the corpora; they have {known}")
    drawn = spec.backgrounds
    backgrounds = make_backgrounds("training", drawn.per_class, drawn.folder)
    return Parts(
        ClipSource(training, backgrounds, spec.engine_weights, spec.seed),
        read_validation(spec),
        tuple(TEXTURES),
    )


def read_validation(spec: TrainSpec) -> ClipSource:
    """The part of `read_parts` that says how good a network is; raises `UserError` as that does."""
    spoken = read_spoken_words(spec.corpora, "validation")
    backgrounds = make_backgrounds("validation", _VALIDATION_PER_CLASS, None)
    return ClipSource(spoken, backgrounds, spec.engine_weights, spec.seed + 1)


def validation_batches(spec: TrainSpec, source: ClipSource) -> Iterator[Batch]:
    """The clips of each validation, as hard as at the end of the training."""
    size = min(spec.batch, spec.validation_clips)
    for number in range(spec.validation_clips // size):
        yield source.batch(number, size, clip_settings(spec.clips, 0.0, 1.0))


def named_batches(spec: TrainSpec, source: ClipSource) -> Iterator[tuple[Tensor, list[str]]]:
    """The sounds of `validation_batches`, and the right answer to each in words, "" where there is none."""
    for batch in validation_batches(spec, source):
        if spec.task == "background":
            yield batch.sounds, [_TEXTURES[int(number)] for number in batch.backgrounds]
        else:
            yield batch.sounds, [source.spoken.vocabulary[int(number)] for number in batch.words]
