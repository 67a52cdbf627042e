"""How many words of voices that it never heard a network names, per voice and condition."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import nn

from synthesis.training.backgrounds import Backgrounds
from synthesis.training.clips import PLAIN
from synthesis.training.data import ClipSource
from synthesis.training.voices import SpokenWords

CONDITIONS = {
    "clean": PLAIN,
    "snr10": replace(PLAIN, clean=0.0, snr_db=(10.0, 10.0)),
    "isolated": replace(PLAIN, context=0.0),
}
"""In context without noise, in context with a texture at 10 dB, and the word alone."""
_BATCH = 32


@dataclass(frozen=True)
class VoiceAccuracy:
    """`right` of `n` clips were named as spoken."""

    voice: str
    condition: str
    right: int
    n: int


def voice_accuracies(
    module: nn.Module, answers: tuple[str, ...], spoken: SpokenWords, backgrounds: Backgrounds, seed: int = 0
) -> Iterator[VoiceAccuracy]:
    """Each take of each voice once as the target, in each condition.

    Parameters
    ----------
    module
        Waveforms (batch, samples) to logits (batch, len(answers)), in eval mode.
    answers
        What each logit stands for; words that are no answer of the network cannot be right.
    spoken
        Takes of voices that were held out.
    """
    device = next(module.parameters()).device
    places = torch.tensor([answers.index(word) if word in answers else -1 for word in spoken.vocabulary])
    source = ClipSource(spoken, backgrounds, {}, seed)
    for voice in dict.fromkeys(voice.name for voice in spoken.voices):
        for condition, settings in CONDITIONS.items():
            right = n = 0
            for batch in source.every_take(voice, _BATCH, settings):
                with torch.inference_mode():
                    named = module(batch.sounds.to(device)).argmax(1).cpu()
                right += int((named == places[batch.words]).sum())
                n += len(named)
            yield VoiceAccuracy(voice, condition, right, n)
