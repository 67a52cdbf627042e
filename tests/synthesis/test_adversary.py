"""Adversarial training: what it does to a network, and what of it is in the spec, the file and the report."""

import json
from pathlib import Path

import pytest
import torch

from synthesis.commands.attack import attack
from synthesis.commands.train import train
from synthesis.common.errors import SpecError, UserError
from synthesis.networks.hearing.trained_file import read_trained
from synthesis.process.progress import Uncounted
from synthesis.training import loop
from synthesis.training.accuracy import accuracy
from synthesis.training.adversary import Adversary
from synthesis.training.adversary_spec import AdversarySpec, Space
from synthesis.training.model import clip_losses
from synthesis.training.parts import read_parts
from synthesis.training.schedule import clip_settings
from tests.synthesis import trainings
from tests.synthesis.trainings import spec_of, tone_folder

pytestmark = pytest.mark.usefixtures("backgrounds_made_once")
SPACES: tuple[Space, ...] = ("waveform", "cochleagram")
TINY = f"{trainings.TINY}one_voice: true\n"
SHORT = TINY.replace("examples: 48", "examples: 24")
AGAINST = "adversary: {norm: l2, eps: 1.0, steps: 2, space: cochleagram}\n"
ATTACK = "adversary: {norm: l2, eps: 0.5, steps: 2}\n"
LEARNS = """
corpora: [corpus]
one_voice: true
network: {filters: 10, sample_factor: 1, widths: [8, 8, 8, 8, 8], fc_width: 16, dropout: 0.0}
backgrounds: {per_class: 1}
clips: {context: 0.0, clean: 0.0, snr_db: [10, 20], room: 0.0, colour_db: 0.0, level_db: 0.0}
optimiser: {peak: 0.01, curriculum: 0.0}
examples: 1280
batch: 16
validate_every: 1280
validation_clips: 64
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone_folder(tmp_path_factory.mktemp("adversary"), takes=(8,))


def found_by(folder: Path, section: str, file: str, capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """What `python -m synthesis attack` prints."""
    (folder / "attack.yaml").write_text(f"{LEARNS}{section}")
    attack(folder / "attack.yaml", "trained", file)
    found: dict[str, float] = json.loads(capsys.readouterr().out)
    return found


def training_of(folder: Path, text: str, out: str) -> loop._Training:
    spec = spec_of(folder, text)
    return loop._Training(spec, read_parts(spec), folder / out)


def test_an_interrupted_adversarial_training_goes_on_to_the_same_network(folder: Path) -> None:
    spec = spec_of(folder, f"{TINY}{ATTACK}")

    class Killed(Uncounted):
        def advance(self) -> None:
            self.say("step")
            if self.said.count("step") == 3:
                raise KeyboardInterrupt

    whole, cut = folder / "whole", folder / "cut"
    counter = Uncounted()
    loop.train(spec, read_parts(spec), whole, counter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_CHECKPOINT_EVERY_S", 0.0)
        with pytest.raises(KeyboardInterrupt):
            loop.train(spec, read_parts(spec), cut, Killed())
    assert loop.train(spec, read_parts(spec), cut, Uncounted()).step == 6
    one, other = (torch.load(path / "checkpoint.pt", weights_only=True)["network"] for path in (whole, cut))
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], msg=name)
    described = read_trained(cut / "network.safetensors")
    assert described is not None
    assert described.training["adversary"] == {
        "norm": "l2",
        "eps": 0.5,
        "steps": 2,
        "step_size": None,
        "space": "waveform",
        "random_step": False,
    }
    validation = described.training["validation"]
    assert isinstance(validation, dict)
    assert set(validation) == {"examples", "word", "word_under_attack"}
    assert "word_under_attack" in counter.said[-1]


@pytest.mark.parametrize("space", SPACES)
def test_without_room_for_perturbations_it_is_the_usual_training_bit_for_bit(
    folder: Path, space: Space
) -> None:
    usual = training_of(folder, SHORT, f"usual_{space}")
    none = training_of(folder, f"{SHORT}adversary: {{norm: l2, eps: 0, space: {space}}}\n", f"none_{space}")
    for one in (usual, none):
        one.run(Uncounted())
    state = none.network.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in usual.network.state_dict().items())
    assert none.standing.validations[-1]["word"] == none.standing.validations[-1]["word_under_attack"]


@pytest.mark.parametrize("space", SPACES)
def test_the_attack_raises_the_loss_and_leaves_the_network_as_it_was(folder: Path, space: Space) -> None:
    training = training_of(folder, f"{TINY}task: both\n", f"left_{space}")
    network, spec = training.network.train(), training.spec
    batch = training.parts.training.batch(0, 8, clip_settings(spec.clips, 0.0, 1.0))
    labels = batch.words, batch.backgrounds
    with torch.no_grad():
        network(batch.sounds)  # for the statistics of the norms
    before = {name: value.clone() for name, value in network.state_dict().items()}
    losses = []
    for random_step in (False, True):
        wanted = AdversarySpec(norm="linf", eps=0.002, space=space, random_step=random_step)
        adversary = Adversary(wanted, seed=1)
        clean = adversary.clean(network, batch.sounds)
        changed = adversary.perturb(network, "both", batch.sounds, labels, 0, "training")
        assert float((changed - clean).abs().max()) <= 0.002 * (1 + 1e-3)
        with torch.no_grad():
            losses.append(clip_losses(network, "both", changed, labels, adversary.after_ear))
            usual = clip_losses(network, "both", clean, labels, adversary.after_ear)
    by_attack, by_chance = losses
    assert float((by_attack - usual).mean()) > 3 * float((by_chance - usual).mean().abs())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())


@pytest.fixture(scope="module")
def pair(folder: Path) -> tuple[loop._Training, loop._Training]:
    """Two trainings of one seed: the usual one in `plain`, one against an attack in `robust`."""
    usual = training_of(folder, LEARNS, "plain")
    robust = training_of(folder, f"{LEARNS}{AGAINST}", "robust")
    for one in (usual, robust):
        one.run(Uncounted())
    return usual, robust


def test_the_files_of_both_are_attacked_from_the_command_line(
    folder: Path, pair: tuple[loop._Training, loop._Training], capsys: pytest.CaptureFixture[str]
) -> None:
    usual, robust = (
        found_by(folder, AGAINST, str(folder / out / "network.safetensors"), capsys)
        for out in ("plain", "robust")
    )
    # The file has the training's network in float16 and computes in float32.
    assert usual["clips"] == robust["clips"] == 64
    assert usual["accuracy"] == pytest.approx(pair[0].standing.validations[-1]["word"], abs=0.1)
    validation = pair[1].standing.validations[-1]
    assert robust["under_attack"] == pytest.approx(validation["word_under_attack"], abs=0.15)
    assert usual["under_random_step"] > usual["under_attack"] + 0.2


@pytest.mark.parametrize("space", SPACES)
def test_an_attack_without_room_changes_no_answer_of_a_file(
    folder: Path,
    pair: tuple[loop._Training, loop._Training],
    space: Space,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(pair[0].out / "network.safetensors")
    found = found_by(folder, f"adversary: {{norm: l2, eps: 0, steps: 1, space: {space}}}\n", file, capsys)
    assert found["accuracy"] == found["under_attack"] == found["under_random_step"] > 0.3


def test_what_cannot_be_attacked_is_one_line(folder: Path) -> None:
    (folder / "none.yaml").write_text(TINY)
    with pytest.raises(UserError, match=r"none.yaml: has no adversary; add a section"):
        attack(folder / "none.yaml", "word_cochcnn")
    (folder / "some.yaml").write_text(f"{TINY}{ATTACK}")
    with pytest.raises(UserError, match="alexnet: does not answer words or backgrounds"):
        attack(folder / "some.yaml", "alexnet", "random:1")
    with pytest.raises(UserError, match="no clip of its corpora has a right answer that background"):
        attack(folder / "some.yaml", "background_reduced_aliasing")


def test_the_control_is_trained_on_random_steps_and_tested_by_the_attack(folder: Path) -> None:
    section = "adversary: {norm: l2, eps: 0.5, steps: 1, random_step: %s}\n"
    control, robust = (
        training_of(folder, f"{SHORT}{section % text}", f"step_{text}") for text in ("true", "false")
    )
    for one in (control, robust):
        one.run(Uncounted())
    assert control.adversary and robust.adversary
    state = robust.network.state_dict()
    assert not all(torch.equal(value, state[name]) for name, value in control.network.state_dict().items())
    tested = [
        accuracy(control.network, control._validation_clips(), "word", control.device, one.adversary)
        for one in (control, robust)
    ]
    assert tested[0] == tested[1]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{norm: l2, eps: 0.5, steps: 0}", "adversary.steps"),
        ("{norm: l1, eps: 0.5}", "adversary.norm"),
        ("{norm: l2, eps: -1}", "adversary.eps"),
        ("{norm: l2, eps: .inf}", "adversary.eps"),
        ("{norm: l2, eps: 0.5, step_size: 0}", "adversary.step_size"),
        ("{norm: l2, eps: 0.5, step_size: 0.6}", r"step_size 0.6 is larger than eps 0.5"),
        ("{norm: l2, eps: 0.5, stpes: 3}", "unknown field adversary.stpes"),
    ],
)
def test_an_adversary_that_cannot_be_is_one_line(folder: Path, section: str, said: str) -> None:
    with pytest.raises(SpecError, match=said) as raised:
        spec_of(folder, f"{TINY}adversary: {section}\n")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        # RMS 0.05 to 0.2 over 40,000 samples is a norm of 10 to 40.
        (
            "{norm: l2, eps: 40}",
            r"norm 40, but the quietest waveform has norm 1\d\.?\d? \(RMS 0\.0\d+ over 40000",
        ),
        ("{norm: linf, eps: 0.2}", r"norm 40, but the quietest waveform has norm 1\d"),
        ("{norm: l2, eps: 1000, space: cochleagram}", r"norm 1e\+03, but the quietest cochleagram has norm"),
    ],
)
def test_a_ball_that_holds_silence_is_refused_before_anything_is_written(
    folder: Path, section: str, said: str
) -> None:
    (folder / "loud.yaml").write_text(f"{TINY}adversary: {section}\n")
    with pytest.raises(UserError, match=said):
        train(folder / "loud.yaml", folder / "loud")
    assert not list((folder / "loud").glob("[!.]*"))
