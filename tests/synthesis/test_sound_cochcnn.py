"""A small CochCNN with random weights, from recordings to a bundle: gradients go through the front end."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from synthesis.bundle.store import BundleStore
from synthesis.media.sounds import decode_wav
from synthesis.networks.registry import Network
from synthesis.optimise.recipes import Fast
from tests.synthesis.auditory_networks import EAR, small_networks
from tests.synthesis.sound_networks import clip

RATE_HZ, SAMPLES = EAR.sample_rate_hz, EAR.samples
WORDS = ("a", "b", "c", "d", "e", "f", "")
LAYERS = ["cochleagram", "relu0", "relu4", "relufc"]
SPEC = f"""\
model: ear.py:make
layers: {LAYERS}
stimuli: stimuli
null_stimuli: "null"
max_steps: 150
attempts: 1
decision: words
"""


def make() -> Network:
    return replace(small_networks()["cochcnn9"], answers=WORDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cochcnn")
    (folder / "ear.py").write_text("from tests.synthesis.test_sound_cochcnn import make\n")
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "null").mkdir()
    for number, word in enumerate(WORDS[:3]):
        (folder / "stimuli" / word).mkdir(parents=True)
        samples = clip(number, 44_100, SAMPLES / RATE_HZ)
        soundfile.write(folder / "stimuli" / word / "1.wav", samples, 44_100, subtype="PCM_24")
    for number in range(6):
        samples = clip(100 + number, RATE_HZ, SAMPLES / RATE_HZ)
        soundfile.write(folder / "null" / f"{number}.flac", samples, RATE_HZ)
    return folder


def test_from_recordings_to_a_verified_bundle(cli, folder):
    code, out, err = cli("run", folder / "spec.yaml", "--out", folder / "out")
    assert code == 0, err
    assert json.loads(out)["items"] == 12
    code, _, err = cli("verify", folder / "out", "--model", f"{folder / 'ear.py'}:make")
    assert code == 0, err
    store = BundleStore(folder / "out")
    manifest = store.read_manifest()
    assert manifest.layers == LAYERS
    for blob in manifest.blobs():
        sound, rate = decode_wav(store.read_blob(blob.sha256))
        assert (blob.media_type, rate, len(sound)) == ("audio/wav", RATE_HZ, SAMPLES)
    for natural in manifest.naturals:
        sound, _ = decode_wav(store.read_blob(natural.blob.sha256))
        assert np.sqrt(np.mean((sound / 2**15) ** 2)) == pytest.approx(0.1, rel=1e-3)


def test_metamers_match_and_the_error_is_recorded_per_layer(cli, folder):
    manifest = BundleStore(folder / "out").read_manifest()
    for item in manifest.items:
        made = item.provenance
        # Deep layers of a random network tell sounds apart little: they start close and end at "enough".
        assert made.losses[-1] < max(0.5 * made.losses[0], Fast().enough)
        assert [match.layer for match in item.profile] == manifest.model.layers
        assert 0 < made.coarse_steps <= made.steps, "bfloat16 behind the front end"
    for layer in LAYERS:
        errors = [item.certificate.relative_error for item in manifest.items if item.layer == layer]
        assert max(errors) < 0.6
