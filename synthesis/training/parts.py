"""From a spec to the clips it trains and validates on."""

from synthesis.common.errors import UserError
from synthesis.training.backgrounds import UNNAMED, Backgrounds, Part, labelled_backgrounds, make_backgrounds
from synthesis.training.data import ClipSource, Parts
from synthesis.training.spec import BackgroundSpec, TrainSpec
from synthesis.training.voices import SpokenWords, read_spoken_words

_VALIDATION_PER_CLASS = 4


def read_parts(spec: TrainSpec) -> Parts:
    """Raises `UserError` for corpora or backgrounds that cannot be used."""
    training = read_spoken_words(spec.corpora, "training")
    if not spec.one_voice:
        _check_voices(training)
    validation = read_spoken_words(spec.corpora, "validation")
    unknown = set(spec.engine_weights) - set(training.places)
    if unknown:
        known = ", ".join(training.places)
        raise UserError(f"engine_weights: {min(unknown)!r} is no engine of the corpora; they have {known}")
    heard = _backgrounds(spec.backgrounds, "training", spec.backgrounds.per_class)
    others = _backgrounds(spec.backgrounds, "validation", _VALIDATION_PER_CLASS)
    null = len(training.vocabulary) if spec.null_class else UNNAMED
    several = spec.backgrounds.answers == "several"
    return Parts(
        ClipSource(training, heard, spec.engine_weights, spec.seed, null, several, bool(spec.epochs)),
        ClipSource(validation, others, spec.engine_weights, spec.seed + 1, null, several),
        heard.names,
    )


def planned(spec: TrainSpec, parts: Parts) -> TrainSpec:
    """The spec with the number of examples that its epochs make of these corpora."""
    if spec.epochs is None:
        return spec
    return spec.model_copy(update={"examples": spec.epochs * len(parts.training.spoken)})


def _check_voices(training: SpokenWords) -> None:
    names = {voice.name for voice in training.voices}
    if len(names) == 1:
        raise UserError(
            f"the corpora have one voice to train on, {names.pop()!r}: a network would learn the voice with "
            "the words; add voices, or say one_voice: true"
        )


def _backgrounds(spec: BackgroundSpec, part: Part, per_class: int) -> Backgrounds:
    if spec.labels and spec.folder:
        several = spec.answers == "several"
        return labelled_backgrounds(spec.folder, spec.labels, part, several=several, mixed=spec.mixed)
    folder = spec.folder if part == "training" else None
    return make_backgrounds(part, per_class, folder, mixed=spec.mixed)
