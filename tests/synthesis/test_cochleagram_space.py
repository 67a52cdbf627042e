"""Metamers optimised as cochleagrams, and then as waveforms that have them."""

import math
import shutil
from pathlib import Path

import pytest
import soundfile
import torch

from synthesis.bundle.spec import SynthesisSpec
from synthesis.bundle.store import BundleStore
from synthesis.certify.certificate import fault_of
from synthesis.common.errors import UserError
from synthesis.common.yaml_file import load_yaml
from synthesis.optimise.activations import MatchedActivation
from synthesis.optimise.batch import initial_noise
from synthesis.optimise.cochleagram_space import CochleagramBatch, after_cochleagram, cochleagram_of
from synthesis.optimise.recipes import make_recipe
from synthesis.runs.driver import make_bundle
from synthesis.runs.engines.local import InProcess
from synthesis.runs.plan import make_plan
from tests.synthesis.auditory_networks import EAR, small_networks, sounds
from tests.synthesis.sound_networks import clip

MODULE = """
from tests.synthesis.sound_networks import mute
from tests.synthesis.auditory_networks import COCHCNN, EAR
from synthesis.networks.hearing.cochcnn import CochCNN
from synthesis.networks.registry import Network, SoundInput

def make():
    return Network("small", CochCNN(COCHCNN), COCHCNN.layers, SoundInput(20_000, EAR.samples))
"""
SPEC = """\
model: small.py:make
layers: [relu0]
stimuli: stimuli
null_stimuli: "null"
max_steps: 16
attempts: 1
decision: none
optimise: cochleagram
"""


@pytest.fixture(scope="module")
def network():
    return small_networks()["cochcnn9"]


@pytest.mark.parametrize("name", ["cochleagram", "relu0", "relu3", "final"])
def test_the_rest_of_the_network_is_given_cochleagrams(network, name):
    two, layer = sounds(network, batch=2), network.layer(name)
    rest = after_cochleagram(network, layer)
    with torch.no_grad():
        cochleagrams = cochleagram_of(network)(two)
        torch.testing.assert_close(rest(cochleagrams), MatchedActivation(network, layer)(two))


def test_both_stages_come_nearer_and_no_cochleagram_is_negative(network):
    ear, layer = cochleagram_of(network), network.layer("relu1")
    recipe = make_recipe("fast", 16, network, "relu1")
    batch: CochleagramBatch[str] = CochleagramBatch(ear, after_cochleagram(network, layer), recipe)
    two, targets, done = sounds(network, batch=2), [], []
    for number, label in enumerate(("a", "b")):
        batch.add(label, two[number], initial_noise(recipe, number, (EAR.samples,)))
    while batch.items:
        done += batch.step()
        targets += [item.label.first.result for item in batch.items if item.label.first and not item.losses]
    assert sorted(item.label for item in done) == ["a", "b"]
    assert all(float(target.min()) >= 0 for target in targets)
    assert len(targets) == 2
    for item in done:
        assert len(item.losses) == 32, "16 of each stage"
        assert item.losses[15] < 0.9 * item.losses[0]
        assert item.losses[31] < 0.95 * item.losses[16]
        assert item.result.shape == (EAR.samples,)
        assert float(item.result.abs().max()) <= 1, "the recipe's own bounds hold for the waveform"
    matched = MatchedActivation(network, layer)
    with torch.no_grad():
        for number, item in enumerate(sorted(done, key=lambda one: one.label)):
            target, start = matched(two[number][None]), initial_noise(recipe, number, (EAR.samples,))
            assert (matched(item.result[None]) - target).norm() < (matched(start[None]) - target).norm()


def test_the_first_step_by_hand(network):
    """The cochleagram of the noise, one normalised step against its gradient, and no negative value."""
    ear, layer = cochleagram_of(network), network.layer("relu1")
    recipe = make_recipe("feather2023", 1, network, "relu1")
    rest = after_cochleagram(network, layer)
    batch: CochleagramBatch[str] = CochleagramBatch(ear, rest, recipe)
    natural, noise = sounds(network)[0], initial_noise(recipe, 3, (EAR.samples,))
    batch.add("a", natural, noise)
    batch.step()
    (waiting,) = batch.items
    start = ear(noise[None]).detach().requires_grad_()
    target = rest(ear(natural[None])).detach()
    loss = (rest(start) - target).norm() / target.norm()
    (gradient,) = torch.autograd.grad(loss, start)
    expected = (start - gradient / (gradient.norm() + 1e-10)).clamp(min=0)
    first = waiting.label.first
    torch.testing.assert_close(first.result, expected[0].detach(), rtol=1e-4, atol=1e-5)
    assert first.losses == [pytest.approx(loss.item(), rel=1e-5)]
    assert not math.isinf(float(first.result.max()))


def write(folder: Path, *changes: tuple[str, str]) -> Path:
    for number, name in enumerate(("stimuli/about/0", "stimuli/zebra/1", "null/2", "null/3")):
        path = folder / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, clip(number, 20_000, EAR.samples / 20_000), 20_000, subtype="PCM_16")
    (folder / "small.py").write_text(MODULE)
    text = SPEC
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "spec.yaml").write_text(text)
    return folder / "spec.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with spec, module and the finished bundle `out`."""
    folder = tmp_path_factory.mktemp("cochleagrams")
    plan = make_plan(load_yaml(write(folder), SynthesisSpec))
    make_bundle(plan, BundleStore(folder / "out"), InProcess(torch.device("cpu")))
    return folder


def test_a_bundle_is_certified_on_what_is_served(cli, made):
    manifest = BundleStore(made / "out").read_manifest()
    assert (len(manifest.items), manifest.spec["optimise"]) == (2, "cochleagram")
    for item in manifest.items:
        assert item.provenance.steps == 32, "of both stages"
        second = item.provenance.losses[len(item.provenance.losses) // 2 :]
        assert second[-1] < 0.95 * second[0]
        assert item.certificate.passed == (fault_of(item.certificate, manifest.nulls[0], 1) == "")
    code, _, err = cli("verify", made / "out", "--model", f"{made / 'small.py'}:make")
    assert code == 0, err


def test_the_report_names_the_space(cli, made, tmp_path):
    out = shutil.copytree(made / "out", tmp_path / "out")
    assert cli("report", out)[0] == 0
    assert "fast, in the space of cochleagrams, at most 16 steps" in (out / "report.html").read_text()


def test_the_other_space_makes_other_metamers_in_the_same_folder(cli, made, tmp_path):
    manifest = BundleStore(made / "out").read_manifest()
    out = shutil.copytree(made / "out", tmp_path / "out")
    spec = write(tmp_path, ("optimise: cochleagram\n", ""))
    code, _, err = cli("run", spec, "--out", out)
    assert (code, "holds the finished bundle of another spec" in err) == (1, True)
    (out / "manifest.json").unlink()
    code, _, err = cli("run", spec, "--out", out)
    assert code == 0, err
    other = BundleStore(out).read_manifest()
    assert other.spec["optimise"] == "waveform"
    assert not {item.blob.sha256 for item in other.items} & {item.blob.sha256 for item in manifest.items}
    assert {item.provenance.steps for item in other.items} == {16}


def test_a_network_without_a_cochleagram_is_refused_in_one_line(cli, tmp_path):
    spec = write(tmp_path, ("small.py:make", "small.py:mute"), ("relu0", "relu1"))
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert err.strip() == (
        "optimise: cochleagram needs a network that begins with a cochleagram; small.py:mute does not; "
        "leave the field out"
    )
    with pytest.raises(UserError, match="vggish does not"):
        cochleagram_of(small_networks()["vggish"])


def test_the_space_is_one_of_two(cli, tmp_path):
    spec = write(tmp_path, ("optimise: cochleagram", "optimise: spectrogram"))
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "optimise" in err and "waveform" in err
    assert not (tmp_path / "out").exists()
