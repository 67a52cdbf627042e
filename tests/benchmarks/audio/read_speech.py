"""`audio.read_speech.MODEL.TOP`: words of real read speech that the shipped networks name, top 1 and top 5.

Two-second pieces of recordings, centred on a word of the vocabulary as it was read in its sentence. Which
word that is, and when, is what pocketsphinx recognised, so some labels are wrong: a lower bound.
The control of each line is a network of random weights.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from synthesis.media.sounds import resampled
from synthesis.networks.registry import load_network
from synthesis.speech.recordings import read_recording
from tests.benchmarks.audio.words import CONTROL, MODELS
from tests.synthesis.networks import SHARED_DATA

RECORDINGS = SHARED_DATA / "speech"
_DECODER_HZ = 16_000
_RMS = 0.1
_SHORTEST_S = 0.15
_LEAST_POSTERIOR = 0.5
_TOPS = (1, 5)


@dataclass(frozen=True)
class ReadWord:
    """`clip`: float32 (samples,), at RMS 0.1 with the word's middle at its own."""

    word: str
    clip: np.ndarray[Any, np.dtype[np.float32]]


def read_speech_lines(folder: Path = RECORDINGS) -> Iterator[dict[str, Any]]:
    """One line per model and top; none if there are no recordings."""
    if not folder.is_dir():
        return
    network = load_network(MODELS[0])
    words = [word for file in sorted(folder.glob("*.flac")) for word in _words(file, set(network.answers))]
    clips = torch.from_numpy(np.stack([word.clip for word in words]))
    spoken = [word.word for word in words]
    chance = _shares(CONTROL, clips, spoken)
    for model in MODELS:
        for top, share in _shares(model, clips, spoken).items():
            yield {
                "name": f"audio.read_speech.{model}.top{top}",
                "value": round(share, 4),
                "unit": "share of clips",
                "n": len(words),
                "control": round(chance[top], 4),
            }


def _shares(model: str, clips: torch.Tensor, spoken: list[str]) -> dict[int, float]:
    network = load_network(model)
    places = torch.tensor([network.answers.index(word) for word in spoken])
    with torch.inference_mode():
        logits = torch.cat([network.module(part) for part in clips.split(16)])
    ranked = logits.argsort(1, descending=True)
    return {top: float((ranked[:, :top] == places[:, None]).any(1).float().mean()) for top in _TOPS}


def _words(file: Path, vocabulary: set[str]) -> Iterator[ReadWord]:
    """The vocabulary's words in one recording that have a whole second on both sides."""
    from pocketsphinx import Decoder

    recording = read_recording(file)
    at_16k = resampled(recording.waveform.astype(np.float64), recording.sample_rate_hz, _DECODER_HZ)
    decoder = Decoder(samprate=float(_DECODER_HZ), loglevel="FATAL")
    frames_per_s = decoder.config["frate"]
    decoder.start_utt()
    decoder.process_raw((at_16k.clip(-1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
    decoder.end_utt()
    at_20k = resampled(recording.waveform.astype(np.float64), recording.sample_rate_hz, 20_000)
    for segment in decoder.seg():
        word = segment.word.split("(")[0]
        start_s, end_s = segment.start_frame / frames_per_s, (segment.end_frame + 1) / frames_per_s
        first = round((start_s + end_s) / 2 * 20_000) - 20_000
        sure = decoder.get_logmath().exp(segment.prob) >= _LEAST_POSTERIOR
        whole = end_s - start_s >= _SHORTEST_S and 0 <= first <= len(at_20k) - 40_000
        if word in vocabulary and sure and whole:
            yield ReadWord(word, _levelled(at_20k[first : first + 40_000]))


def _levelled(clip: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    clip = clip - clip.mean()
    return (clip * (_RMS / np.sqrt(np.mean(clip**2)))).astype(np.float32)
