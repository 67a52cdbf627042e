"""From a spec to the clips it trains and validates on."""

from collections.abc import Iterator

from torch import Tensor

from synthesis.common.errors import UserError
from synthesis.speech.speakers import speaker
from synthesis.training.backgrounds import UNNAMED, Backgrounds, Part, labelled_backgrounds, make_backgrounds
from synthesis.training.data import Batch, ClipSource, Parts
from synthesis.training.schedule import clip_settings
from synthesis.training.spec import BackgroundSpec, TrainSpec
from synthesis.training.voices import SpokenWords, read_spoken_words

_VALIDATION_PER_CLASS = 4


def read_parts(spec: TrainSpec) -> Parts:
    """Raises `UserError` for corpora or backgrounds that cannot be used."""
    training = read_spoken_words(spec.corpora, "training")
    if not spec.one_voice:
        _check_voices(training)
    unknown = set(spec.engine_weights) - set(training.places)
    if unknown:
        known = ", ".join(training.places)
        raise UserError(f"engine_weights: {min(unknown)!r} is no engine of the corpora; they have {known}")
    heard = _backgrounds(spec.backgrounds, "training", spec.backgrounds.per_class)
    null = len(training.vocabulary) if spec.null_class else UNNAMED
    several = spec.backgrounds.answers == "several"
    return Parts(
        ClipSource(training, heard, spec.engine_weights, spec.seed, null, several, bool(spec.epochs)),
        read_validation(spec),
        heard.names,
    )


def read_validation(spec: TrainSpec) -> ClipSource:
    """The part of `read_parts` that says how good a network is; raises `UserError` as that does."""
    spoken = read_spoken_words(spec.corpora, "validation")
    heard = _backgrounds(spec.backgrounds, "validation", _VALIDATION_PER_CLASS)
    null = len(spoken.vocabulary) if spec.null_class else UNNAMED
    several = spec.backgrounds.answers == "several"
    return ClipSource(spoken, heard, spec.engine_weights, spec.seed + 1, null, several)


def validation_batches(spec: TrainSpec, source: ClipSource) -> Iterator[Batch]:
    """The clips of each validation, as hard as at the end of the training."""
    size = min(spec.batch, spec.validation_clips)
    for number in range(spec.validation_clips // size):
        yield source.batch(number, size, clip_settings(spec.clips, 0.0, 1.0))


def named_batches(spec: TrainSpec, source: ClipSource) -> Iterator[tuple[Tensor, list[str]]]:
    """The sounds of `validation_batches`, and the right answer to each in words, "" where there is none.

    Raises `UserError` for backgrounds with several labels, of which none is the right one.
    """
    if spec.task == "background" and source.several:
        raise UserError("backgrounds.answers: several labels at once have no one right answer to be attacked")
    names = source.backgrounds.names if source.backgrounds else ()
    answers = dict(enumerate(names if spec.task == "background" else source.spoken.vocabulary))
    for batch in validation_batches(spec, source):
        right = batch.backgrounds if spec.task == "background" else batch.words
        yield batch.sounds, [answers.get(int(number), "") for number in right]


def planned(spec: TrainSpec, parts: Parts) -> TrainSpec:
    """The spec with the number of examples that its epochs make of these corpora."""
    if spec.epochs is None:
        return spec
    return spec.model_copy(update={"examples": spec.epochs * len(parts.training.spoken)})


def _check_voices(training: SpokenWords) -> None:
    if len({speaker(voice.name) for voice in training.voices}) == 1:
        raise UserError(
            f"the corpora have one voice to train on, {training.voices[0].name!r}: a network would learn the "
            "voice with the words; add voices, or say one_voice: true"
        )


def _backgrounds(spec: BackgroundSpec, part: Part, per_class: int) -> Backgrounds:
    if spec.labels and spec.folder:
        several = spec.answers == "several"
        return labelled_backgrounds(spec.folder, spec.labels, part, several=several, mixed=spec.mixed)
    folder = spec.folder if part == "training" else None
    return make_backgrounds(part, per_class, folder, mixed=spec.mixed)
