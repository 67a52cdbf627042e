"""The stimuli of the reference nulls: 1,415 pictures and 1,415 clips, which make 1,000,405 pairs each.

    python -m synthesis.starter.reference pictures --out DIR
    python -m synthesis.starter.reference words --out DIR

Then `python -m synthesis null MODEL --stimuli DIR --out FILE`. Nothing here is an experiment's own stimulus.
Pictures are of objects, people, faces and flags, one each, as the starter pictures are drawn. Clips have each
word of the vocabulary two or three times: once in the voice of the starter clips, then in others.
"""

import re
import unicodedata
from itertools import count
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from synthesis.common.files import write_atomically
from synthesis.media.pictures import encode_png
from synthesis.media.sounds import encode_wav, to_sounds
from synthesis.process.progress import Steps
from synthesis.speech.engine import SpeechEngine, Waveform
from synthesis.speech.engines import load_engine
from synthesis.speech.engines.espeak import EspeakEngine
from synthesis.speech.takes import SAMPLE_RATE_HZ
from synthesis.starter.defaults import EMOJI
from synthesis.starter.objects import starter_objects
from synthesis.starter.render import STARTER_VARIATION, read_emoji, render
from synthesis.starter.words import ENGINE, VOICE, clip_of, spoken_context
from synthesis.vocabulary.words import default_vocabulary

STIMULI = 1_415
SEED = 1_000
# Digits, letters and shapes on keys and signs, and the hands of a clock: many that hardly differ.
_ABSTRACT = re.compile(
    "SQUARE|CIRCLE|ARROW|TRIANGLE|CLOCK FACE|DIAMOND|SIGN$|BUTTON|SYMBOL|MARK|IDEOGRAPH|PARTITION"
)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_KEYCAP, _FIRST_PICTURE = 0x20E3, 0x2600
_HIGHEST_PEAK = 0.99
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)

app = typer.Typer(add_completion=False)


def reference_objects(folder: Path) -> list[str]:
    """File names without their ending of the emoji that are drawn, in order; none is a starter object.

    Skin tones are left out, and abstract signs (by their Unicode names), of which many hardly differ.
    """
    starters = {name for names in starter_objects().values() for name in names}
    found = sorted(file.stem for file in folder.glob("*.webp"))
    return [name for name in found if name not in starters and _is_of_something(name)]


def _is_of_something(name: str) -> bool:
    points = [int(part, 16) for part in name.split("-")]
    if _KEYCAP in points or any(point in _SKIN_TONES for point in points):
        return False
    if points[0] in _FLAG_LETTERS:
        return True
    title = unicodedata.name(chr(points[0]), "")
    return points[0] >= _FIRST_PICTURE and not _ABSTRACT.search(title)


@app.command()
def pictures(
    out: Annotated[Path, typer.Option(help="Folder to write.")],
    emoji: Annotated[Path, typer.Option(help="Folder of the 3-D emoji's WebP files.")] = EMOJI,
) -> None:
    """Draw one picture of each object."""
    names = reference_objects(emoji)
    chosen = sorted(np.random.default_rng(SEED).choice(names, STIMULI, replace=False))
    with Steps("pictures", len(chosen)) as steps:
        for number, name in enumerate(chosen):
            picture = render(
                read_emoji(emoji / f"{name}.webp"), STARTER_VARIATION, np.random.default_rng((SEED, number))
            )
            write_atomically(out / f"{name}.png", encode_png(picture))
            steps.advance()


@app.command()
def words(out: Annotated[Path, typer.Option(help="Folder to write.")]) -> None:
    """Speak each word of the vocabulary two or three times."""
    vocabulary = default_vocabulary()
    order = np.random.default_rng(SEED).permutation(len(vocabulary))
    starter, others = load_engine(ENGINE), load_engine("espeak")
    around = spoken_context(starter, VOICE, SEED)
    with Steps("clips", STIMULI) as steps:
        for number in range(STIMULI):
            word = vocabulary[order[number % len(order)]]
            engine, voice, context = starter, VOICE, around
            if number >= len(order):
                voice = EspeakEngine.voices[number % len(EspeakEngine.voices)]
                engine, context = others, spoken_context(others, voice, SEED + number)
            waveform = _clip(engine, voice, word, context, number)
            (sound,) = to_sounds(waveform[None])
            write_atomically(out / f"{number:04d}-{word}.wav", encode_wav(sound, SAMPLE_RATE_HZ))
            steps.advance()


def _clip(engine: SpeechEngine, voice: str, word: str, around: list[Waveform], number: int) -> Waveform:
    """The first clip, among those with other neighbours, whose peaks are below full scale."""
    for other in count():
        waveform = clip_of(engine, voice, word, around, (SEED, other, number))
        if np.abs(waveform).max() < _HIGHEST_PEAK:
            return waveform
    raise AssertionError


if __name__ == "__main__":
    app()
