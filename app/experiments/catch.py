"""Catch trials: where they lie among the main ones, and what they present."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.core.errors import Invalid
from app.experiments.schemas import StudyDefinition
from app.stimuli import clear_words
from app.stimuli.medium import Medium
from synthesis.bundle.formats import SoundFormat
from synthesis.common.names import same_name


@dataclass(frozen=True)
class CatchStimulus:
    """What a catch trial presents, in the form in which it is sent; `id` is that of its row, or None."""

    category: str
    media_type: str
    data: bytes
    id: int | None = None


def places(main: int, catch: int, random: np.random.Generator) -> tuple[int, ...]:
    """Before which of `main` trials the catch trials come, ascending: one in each of `catch` equal parts.

    A part's catch trial is anywhere in it, so that nobody can count on it; none comes before the first trial.
    """
    edges = np.linspace(0, main, catch + 1)
    drawn = edges[:-1] + random.random(catch) * np.diff(edges)
    return tuple(int(place) for place in np.clip(np.ceil(drawn), min(1, main), main))


def drawn(stimuli: Sequence[CatchStimulus], count: int, random: np.random.Generator) -> list[CatchStimulus]:
    """So many stimuli in a random order: each once before any comes again."""
    rounds = -(-count // len(stimuli))
    order = np.concatenate([random.permutation(len(stimuli)) for _ in range(rounds)])
    return [stimuli[int(number)] for number in order[:count]]


def catch_stimuli(
    definition: StudyDefinition, choices: Sequence[str], form: object, picture_px: int, folder: Path
) -> list[CatchStimulus]:
    """What the catch trials of a study present; empty if it has none.

    `choices` are what can be answered, `form` is the format of the bundles' stimuli, `picture_px` the side at
    which pictures are served; paths are meant from `folder`. Raises `Invalid`: a category has no icon, or the
    words are missing or are no such sounds.
    """
    step = definition.trials_step
    if not step.catch:
        return []
    medium = definition.task.medium
    if medium.lasts:
        assert isinstance(form, SoundFormat)
        if step.catch_sounds is None:
            raise Invalid(
                "bad_catch",
                "steps, trials, catch: give catch_sounds: DIR with WAV files of clear words, or set catch: 0",
            )
        return list(_words(folder / step.catch_sounds, choices, form, medium))
    if step.catch_sounds is not None:
        raise Invalid(
            "bad_catch", "steps, trials, catch_sounds: catch trials of pictures show icons; leave it out"
        )
    return list(_icons(definition, choices, picture_px))


def _icons(definition: StudyDefinition, choices: Sequence[str], picture_px: int) -> Iterator[CatchStimulus]:
    medium = definition.task.medium
    for category in choices:
        data = definition.task.catch_picture(category, picture_px)
        if data is None:
            raise Invalid(
                "bad_catch",
                f"steps, trials, catch: {category!r} has no icon to show in catch trials; set catch: 0",
            )
        yield CatchStimulus(category, medium.media_type, data)


def _words(
    folder: Path, choices: Sequence[str], form: SoundFormat, medium: Medium
) -> Iterator[CatchStimulus]:
    for file, word in clear_words.files_in(folder):
        spelled = next((choice for choice in choices if same_name(choice, word)), None)
        if spelled is None:
            raise Invalid("bad_catch", f"{file}: {word!r} is no word of the study's vocabulary; take it out")
        yield CatchStimulus(spelled, medium.media_type, clear_words.fitted(file, form))
