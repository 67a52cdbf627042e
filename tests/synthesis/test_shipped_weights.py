"""The weights that ship: small, safe to open, and able to name what they were trained on."""

from pathlib import Path

import pytest
import torch

from synthesis.certify.decision import words_rule
from synthesis.media.registry import medium_of
from synthesis.networks.hearing.shipped import SHIPPED
from synthesis.networks.registry import load_network
from synthesis.process.progress import Uncounted
from synthesis.speech.textures import TEXTURES
from synthesis.starter.words import make_words, plan_clips
from synthesis.training.adversary_spec import AdversarySpec
from synthesis.training.robustness import robustness
from synthesis.vocabulary.words import default_vocabulary

WEIGHTS = Path(__file__).parents[2] / "synthesis" / "weights"
LARGEST_BYTES = 8_000_000
NAMES = [entry.name for entry in SHIPPED if entry.weights]
WORDS = 16


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The demo's clips by word."""
    pytest.importorskip("hibari", reason="the starter clips are spoken by hibari-tts, which is not installed")
    folder = tmp_path_factory.mktemp("clips")
    plan = plan_clips(0, WORDS, 0)
    make_words(folder, plan, Uncounted())
    return {clip.word: folder / clip.path for clip in plan}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_small_and_what_it_answers_is_known(name: str) -> None:
    assert (WEIGHTS / f"{name}.safetensors").stat().st_size < LARGEST_BYTES
    network = load_network(name)
    background = name.startswith("background")
    assert network.answers == (tuple(TEXTURES) if background else default_vocabulary())
    assert all(bool(torch.isfinite(value).all()) for value in network.module.state_dict().values())


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("word_cochcnn", 15),
        ("word_cochcnn_at_57", 11),
        ("word_reduced_aliasing", 15),
        ("word_reduced_aliasing_at_57", 11),
        ("both_reduced_aliasing", 11),
        ("word_standard", 10),
        ("word_random_step_cochleagram", 10),
        ("word_robust_cochleagram", 7),
    ],
)
def test_a_word_network_names_the_demos_words(name: str, most: int, clips: dict[str, Path]) -> None:
    network = load_network(name)
    medium = medium_of(network.input)
    heard = torch.from_numpy(medium.to_input([medium.read(path, "level") for path in clips.values()]))
    with torch.inference_mode():
        named = words_rule(network).answers(network.module(heard), heard)
    assert sum(word == spoken for word, spoken in zip(named, clips, strict=True)) >= most


def test_the_network_trained_against_an_attack_withstands_it(clips: dict[str, Path]) -> None:
    attack = AdversarySpec(norm="l2", eps=0.5, space="cochleagram")
    named = {}
    for name in ("word_standard", "word_random_step_cochleagram", "word_robust_cochleagram"):
        network = load_network(name)
        medium = medium_of(network.input)
        heard = torch.from_numpy(medium.to_input([medium.read(path, "level") for path in clips.values()]))
        named[name] = robustness(network, [(heard, list(clips))], attack, 0).attacked
    assert named["word_robust_cochleagram"] >= 2
    assert max(named["word_standard"], named["word_random_step_cochleagram"]) <= 1


def test_before_training_it_is_at_chance(clips: dict[str, Path]) -> None:
    network = load_network("random_reduced_aliasing")
    medium = medium_of(network.input)
    heard = torch.from_numpy(medium.to_input([medium.read(path, "level") for path in clips.values()]))
    with torch.inference_mode():
        named = words_rule(network).answers(network.module(heard), heard)
    assert sum(word == spoken for word, spoken in zip(named, clips, strict=True)) <= 1
