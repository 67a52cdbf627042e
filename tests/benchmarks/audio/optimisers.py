"""`audio.optimiser.SETTING`: words that a network names after 24,000 clips, by how its weights are trained.

The spec is docs/examples/training/compared/word-standard.yaml with the speech of its corpus-light.yaml alone,
which is spoken first (about 5 minutes) and kept in var/bench/corpus_light. Each setting sees the same clips
and begins with the same weights; the value is the accuracy on 1,024 validation clips. The control is chance.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from synthesis.common.yaml_file import load_yaml
from synthesis.process.freed_memory import keep_freed_memory
from synthesis.process.progress import Steps
from synthesis.speech.corpus import build_corpus, planned_takes
from synthesis.speech.corpus_spec import CorpusSpec
from synthesis.speech.engines import load_engine
from synthesis.training import loop
from synthesis.training.data import Parts
from synthesis.training.parts import read_parts
from synthesis.training.spec import BackgroundSpec, TrainSpec
from tests.benchmarks.audio.training_rate import SPECS

SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "muon": ({}, {}),
    "adamw": ({}, {"muon_peak": None}),
    "adamw_dropout": ({"dropout": 0.3}, {"muon_peak": None}),
}
"""Of each setting what differs in the network and in the optimiser."""
_CLIPS, _VALIDATION_CLIPS = 24_000, 1_024


def optimiser_lines(folder: Path) -> Iterator[dict[str, Any]]:
    """One line per setting. Needs espeak and flite."""
    keep_freed_memory()
    corpus = _corpus(folder / "corpus_light")
    spec = load_yaml(SPECS / "word-standard.yaml", TrainSpec)
    wanted = {
        "corpora": [corpus],
        "engine_weights": {},
        "backgrounds": BackgroundSpec(),
        "examples": _CLIPS,
        "validate_every": _CLIPS,
        "validation_clips": _VALIDATION_CLIPS,
    }
    spec = spec.model_copy(update=wanted)
    parts = read_parts(spec)
    for name, (network, optimiser) in SETTINGS.items():
        changed = {
            "network": spec.network.model_copy(update=network),
            "optimiser": spec.optimiser.model_copy(update=optimiser),
        }
        yield _line(name, spec.model_copy(update=changed), parts, folder / f"optimiser_{name}")


def _line(name: str, spec: TrainSpec, parts: Parts, out: Path) -> dict[str, Any]:
    with Steps(f"batches of {spec.batch} clips, {name}", spec.steps) as steps:
        standing = loop.train(spec, parts, out, steps)
    shutil.rmtree(out)
    return {
        "name": f"audio.optimiser.{name}",
        "value": round(standing.validations[-1]["word"], 4),
        "unit": "share of validation clips",
        "n": spec.validation_clips,
        "clips": spec.examples,
        "seconds": round(standing.seconds, 1),
        "control": round(1 / len(parts.training.spoken.vocabulary), 4),
    }


def _corpus(folder: Path) -> Path:
    spec = load_yaml(SPECS / "corpus-light.yaml", CorpusSpec)
    with Steps("takes of the corpus", len(planned_takes(spec))) as steps:
        build_corpus(spec, folder, steps, load_engine)
    return folder
