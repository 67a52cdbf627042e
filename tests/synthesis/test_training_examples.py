"""The specs in docs/examples/training: all can be read; those of the comparison differ in what they say."""

from itertools import combinations
from pathlib import Path

import pytest

from synthesis.common.yaml_file import load_yaml
from synthesis.speech.corpus_spec import CorpusSpec
from synthesis.speech.speakers import speaker
from synthesis.starter.words import ENGINE, VOICE
from synthesis.training.spec import TrainSpec
from tests.benchmarks.audio.words import HELD_OUT

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "training"
COMPARED = EXAMPLES / "compared"
ADVERSARIES = ("word-standard", "word-random-step", "word-robust")
"""Names of the specs of 2023's comparison; the others are the observers and observed of 2019."""


def read(path: Path) -> CorpusSpec | TrainSpec:
    return load_yaml(path, CorpusSpec if path.name.startswith("corpus") else TrainSpec)


def compared() -> list[TrainSpec]:
    specs = [read(path) for path in sorted(COMPARED.glob("*.yaml"))]
    return [spec for spec in specs if isinstance(spec, TrainSpec)]


def test_every_spec_is_valid() -> None:
    paths = sorted(EXAMPLES.rglob("*.yaml"))
    assert len(paths) > 20
    for path in paths:
        read(path)


@pytest.mark.parametrize(("against_an_adversary", "count"), [(False, 6), (True, 5)])
def test_networks_that_are_compared_differ_in_the_stated_factors_alone(
    against_an_adversary: bool, count: int
) -> None:
    paths = [path for path in sorted(COMPARED.glob("*.yaml")) if not path.name.startswith("corpus")]
    specs = [read(path) for path in paths if path.name.startswith(ADVERSARIES) == against_an_adversary]
    assert len(specs) == count
    stated = {"task", "examples", "seed", "validate_every", "stop_at_accuracy", "adversary"}
    equal = [spec.model_dump(exclude=stated) for spec in specs]
    for spec in equal:
        del spec["network"]["reduced_aliasing"], spec["backgrounds"]["weight"]
    assert all(spec == equal[0] for spec in equal)
    assert not any(spec.start_from for spec in compared())


def test_no_two_of_them_share_random_numbers() -> None:
    """Clips of a training come from its seed, those of its validation from the next."""
    seeds = [spec.seed for spec in compared()]
    assert all(abs(one - other) > 1 for one, other in combinations(seeds, 2))


def test_the_speakers_of_shown_and_tested_clips_are_in_no_training_of_them() -> None:
    trained, held_out = set(), set()
    for path in sorted(COMPARED.glob("corpus-*.yaml")):
        spec = read(path)
        assert isinstance(spec, CorpusSpec)
        for voice in spec.voices:
            (held_out if voice.held_out else trained).add(speaker(f"{voice.engine} {voice.voice}"))
    assert len(trained) == 51
    assert speaker(f"{ENGINE} {VOICE}") not in trained | held_out
    tested = {f"{engine} {voice}" for engine, voices in HELD_OUT.items() for voice in voices}
    assert not tested & trained
