"""`audio.training_rate.KIND`: clips a second that a training sees on one thread, with and without an attack.

The networks are those of docs/examples/training/compared; clips are composed as in a training, of the
held-out voices. `memory_given_back` is without `keep_freed_memory`. `per_cpu_second` counts the time that the
process computed, without its waiting.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from synthesis.common.yaml_file import load_yaml
from synthesis.process.freed_memory import keep_freed_memory
from synthesis.speech.textures import TEXTURES
from synthesis.training import loop
from synthesis.training.backgrounds import make_backgrounds
from synthesis.training.data import ClipSource, Parts
from synthesis.training.spec import TrainSpec
from synthesis.training.voices import read_spoken_words
from tests.benchmarks.audio.words import held_out_corpora

SPECS = Path(__file__).parents[3] / "docs" / "examples" / "training" / "compared"
KINDS = {
    "standard": "word-standard.yaml",
    "reduced_aliasing": "word-reduced-aliasing.yaml",
    "random_step": "word-random-step.yaml",
    "waveform_5_steps": "word-robust.yaml",
    "cochleagram_5_steps": "word-robust-cochleagram.yaml",
}
_SECONDS = 20.0


def training_rate_lines(cache: Path) -> Iterator[dict[str, Any]]:
    """One line per kind of training, and one more for how memory is kept."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    clips = ClipSource(
        read_spoken_words(held_out_corpora(cache), "test"), make_backgrounds("test", 1, None), {}, 0
    )
    parts = Parts(clips, clips, tuple(TEXTURES))
    hann = load_yaml(SPECS / KINDS["reduced_aliasing"], TrainSpec)
    yield _line("reduced_aliasing.memory_given_back", hann, parts)
    keep_freed_memory()
    for kind, spec in KINDS.items():
        yield _line(kind, load_yaml(SPECS / spec, TrainSpec), parts)
    torch.set_num_threads(threads)


def _line(kind: str, spec: TrainSpec, parts: Parts) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        training = loop._Training(spec, parts, Path(folder))
        training._step()  # the first one is slower
        steps, started, computed = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - started < _SECONDS:
            training.standing.step += 1
            training._step()
            steps += 1
        clips = steps * spec.batch
        return {
            "name": f"audio.training_rate.{kind}",
            "value": round(clips / (time.perf_counter() - started), 1),
            "unit": "clips per second, one thread",
            "per_cpu_second": round(clips / (time.process_time() - computed), 1),
            "n": clips,
        }
