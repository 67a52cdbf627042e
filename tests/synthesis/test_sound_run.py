"""Metamers of sounds from folder to certified bundle, with a small network of a user's own."""

import base64
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from PIL import Image

from synthesis.bundle.store import BundleStore
from synthesis.media.sound_kind import Sounds
from synthesis.media.sounds import decode_wav, encode_wav, to_sounds
from tests.synthesis.sound_networks import MODULE, RATE_HZ, SAMPLES, WORDS, clip, write_clips

SPEC = """\
model: ear.py:make
layers: [relu2, relu1]
stimuli: stimuli
null_stimuli: "null"
max_steps: 120
decision: words
"""


def write_inputs(folder: Path) -> Path:
    write_clips(folder / "stimuli", each=2)
    write_clips(folder / "null", ("any",), each=4, first_seed=100)
    (folder / "ear.py").write_text(MODULE)
    (folder / "spec.yaml").write_text(SPEC)
    return folder / "spec.yaml"


@pytest.fixture
def spec(tmp_path) -> Path:
    return write_inputs(tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A folder with spec, module and the finished bundle `out`."""
    from synthesis.bundle.spec import SynthesisSpec
    from synthesis.common.yaml_file import load_yaml
    from synthesis.runs.driver import make_bundle
    from synthesis.runs.engines.local import InProcess
    from synthesis.runs.plan import make_plan

    folder = tmp_path_factory.mktemp("sounds")
    plan = make_plan(load_yaml(write_inputs(folder), SynthesisSpec))
    make_bundle(plan, BundleStore(folder / "out"), InProcess(torch.device("cpu")))
    return folder


@pytest.fixture
def bundle(made, tmp_path) -> BundleStore:
    return BundleStore(shutil.copytree(made / "out", tmp_path / "copy"))


def one_line(err: str) -> str:
    (line,) = err.strip().splitlines()
    return line


def test_a_bundle_of_sounds(made):
    store = BundleStore(made / "out")
    manifest = store.read_manifest()
    assert manifest.model.input.model_dump() == {
        "kind": "sound",
        "sample_rate_hz": RATE_HZ,
        "samples": SAMPLES,
    }
    assert (manifest.decision.rule, tuple(manifest.decision.categories)) == ("words", WORDS)
    assert manifest.layers == ["relu1", "relu2"]
    assert {natural.category for natural in manifest.naturals} == set(WORDS)
    assert {natural.answer for natural in manifest.naturals} <= set(WORDS), "the null class is no answer"
    assert (len(manifest.items), manifest.nulls[0].stimuli) == (12, 4)
    for blob in manifest.blobs():
        sound, rate = decode_wav(store.read_blob(blob.sha256))
        assert (blob.media_type, len(sound), rate) == ("audio/wav", SAMPLES, RATE_HZ)
        assert blob.size_bytes == 44 + 2 * SAMPLES
    certified = [item for item in manifest.items if item.certificate.passed]
    assert len(certified) >= 10
    for item in certified:
        assert item.certificate.metamer_answer == item.certificate.natural_answer
        assert [match.layer for match in item.profile] == ["relu1", "relu2", "logits"]


def test_it_verifies_and_again_is_finished(cli, made):
    code, out, err = cli("verify", made / "out", "--model", f"{made / 'ear.py'}:make")
    assert code == 0, err
    assert json.loads(out)["items"] == 12
    code, _, err = cli("run", made / "spec.yaml", "--out", made / "out")
    assert (code, "already finished" in err) == (0, True)


def test_verify_finds_a_changed_sound_and_a_changed_number(cli, bundle, made):
    item = bundle.read_manifest().items[0]
    other = encode_wav(np.arange(SAMPLES, dtype=np.int16), RATE_HZ)
    bundle.blob_path(item.blob.sha256).write_bytes(other)
    code, _, err = cli("verify", bundle.root, "--model", f"{made / 'ear.py'}:make")
    assert (code, "its bytes were changed" in err) == (1, True)


def test_verify_names_a_sound_of_another_form(cli, bundle, made):
    manifest = bundle.read_manifest()
    short = bundle.put_blob(encode_wav(np.arange(100, dtype=np.int16), RATE_HZ), "audio/wav")
    natural = manifest.naturals[0].model_copy(update={"blob": short})
    bundle.write_manifest(manifest.model_copy(update={"naturals": [natural, *manifest.naturals[1:]]}))
    code, _, err = cli("verify", bundle.root, "--model", f"{made / 'ear.py'}:make")
    assert code == 1
    assert "is not a sound of 0.5 s at 8000 Hz" in err or "noise_seed" in err


def test_an_interrupted_run_continues_to_the_same_bundle(cli, spec, made, tmp_path):
    out = shutil.copytree(made / "out", tmp_path / "again")
    (out / "manifest.json").unlink()
    for record in sorted((out / "journal").iterdir())[::2]:
        record.unlink()
    code, _, err = cli("run", spec, "--out", out, "--workers", 2)
    assert code == 0, err
    before, after = (BundleStore(place).read_manifest() for place in (made / "out", out))
    assert [item.certificate.passed for item in after.items] == [
        item.certificate.passed for item in before.items
    ]
    assert after.naturals == before.naturals


def test_observers_hear_the_sounds(cli, made, tmp_path):
    ear = made / "ear.py"
    code, out, err = cli("recognize", made / "out", "--model", f"{ear}:make", "--out", tmp_path / "own")
    assert code == 0, err
    answers = pd.read_csv(tmp_path / "own" / "answers.csv")
    assert len(answers) == json.loads(out)["naturals"] + json.loads(out)["metamers"]
    assert list(answers.columns)[-3:] == ["natural_answer_words", "answer_words", "blob_sha256"]
    assert (answers["natural_answer_words"] == answers["answer_words"]).all(), "a certificate says so"
    code, _, err = cli("recognize", made / "out", "--model", f"{ear}:tones", "--out", tmp_path / "other")
    assert code == 0, err
    figure = tmp_path / "observers.svg"
    code, _, err = cli("plot-observers", tmp_path / "own", tmp_path / "other", "--out", figure)
    assert code == 0, err
    assert "chance = 1/3" in figure.read_text()
    code, _, err = cli("recognize", made / "out", "--model", f"{ear}:mute", "--out", tmp_path / "mute")
    assert (code, one_line(err.splitlines()[-1])) == (
        0,
        "the logits of ear.py:mute stand for no words: the column is empty",
    )


def test_a_network_is_not_shown_the_other_medium(cli, made, finished_bundle, tmp_path):
    code, _, err = cli("recognize", made / "out", "--model", "tiny", "--out", tmp_path / "r")
    assert code == 1
    assert one_line(err) == "tiny is shown pictures; the bundle holds sounds; give another --model"
    ear = f"{made / 'ear.py'}:make"
    code, _, err = cli("recognize", finished_bundle, "--model", ear, "--out", tmp_path / "r")
    assert code == 1
    assert one_line(err) == "ear.py:make is shown sounds; the bundle holds pictures; give another --model"
    assert not (tmp_path / "r").exists()


def test_nulls_of_a_folder_of_sounds(cli, made):
    ear = f"{made / 'ear.py'}:make"
    code, out, err = cli("null", ear, "--stimuli", made / "null", "--layer", "relu1")
    assert code == 0, err
    assert json.loads(out)["stimuli"] == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "decision: feather",
            "decision: feather is not for sounds, which ear.py:make is shown; say `decision: words`",
        ),
        (
            "model: ear.py:mute",
            "decision: words needs logits that stand for words; those of ear.py:mute do not; "
            "fit a readout, or say `decision: none` for the null alone",
        ),
        (
            "decision: letters",
            "decision: letters needs a network that gives letters over time; ear.py:make does not; "
            "say `decision: words`, fit a readout, or say `decision: none` for the null alone",
        ),
        (
            "decision: readout",
            "spec.yaml:1: (top level): decision: readout and readout: FILE go together; give both or neither",
        ),
    ],
)
def test_a_spec_that_does_not_fit_is_one_line(cli, spec, tmp_path, change, message):
    field = change.partition(":")[0]
    lines = [change if line.startswith(field) else line for line in SPEC.splitlines()]
    spec.write_text("\n".join(lines))
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert (code, one_line(err).removeprefix(f"{tmp_path}/")) == (1, message)
    assert not BundleStore(tmp_path / "out").finished
    assert not list((tmp_path / "out").glob("blobs/*"))


def test_a_word_that_the_network_does_not_know_is_refused(cli, spec, tmp_path):
    write_clips(tmp_path / "stimuli", ("zebras",), first_seed=50)
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert (
        "the rule words cannot answer zebras; its 3 categories are zebra, about, don't; rename"
        in one_line(err)
    )


@pytest.mark.parametrize(
    ("name", "samples", "message"),
    [
        ("short.wav", clip(1, seconds=0.3), "short.wav: lasts 0.3 s"),
        ("stereo.wav", np.stack([clip(1), clip(2)], axis=1), "stereo.wav: has 2 channels that differ"),
        ("twin.flac", clip(0), "twin.flac: is the same sound as about/0.flac; remove one of them"),
    ],
)
def test_a_bad_clip_stops_a_run_in_one_line(cli, spec, tmp_path, name, samples, message):
    soundfile.write(tmp_path / "stimuli" / "zebra" / name, samples, RATE_HZ)
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert message in err.strip().splitlines()[-1]
    assert not BundleStore(tmp_path / "out").finished


def test_pictures_are_no_sounds(cli, spec, tmp_path):
    shutil.rmtree(tmp_path / "stimuli")
    (tmp_path / "stimuli" / "zebra").mkdir(parents=True)
    (tmp_path / "stimuli" / "zebra" / "z.png").touch()
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "has no sub-folder with sounds" in one_line(err)


def test_the_report_plays_the_served_sounds(cli, bundle):
    code, _, err = cli("report", bundle.root)
    assert code == 0, err
    html = (bundle.root / "report.html").read_text()
    manifest = bundle.read_manifest()
    shown = [manifest.naturals[number] for number in (0, 2, 4)]  # one of each word
    items = [item for natural in shown for item in manifest.items if item.stimulus == natural.id]
    wanted = [natural.blob for natural in shown] + [item.blob for item in items if item.certificate.passed]
    played = re.findall(r'<audio controls preload="none" src="data:audio/wav;base64,([^"]+)"', html)
    assert {base64.b64decode(sound) for sound in played} == {bundle.read_blob(blob.sha256) for blob in wanted}
    assert len(played) == len(wanted)
    assert html.count(': waveform and cochleagram"') == len(wanted)
    assert "natural picture" not in html
    sheet = np.asarray(Image.open(bundle.root / "contact_sheet.png"))
    assert sheet.shape[0] == 26 + 6 * 186


def test_a_sound_is_drawn_as_waveform_above_cochleagram(tmp_path):
    store, half = BundleStore(tmp_path), SAMPLES // 2
    tone = np.zeros(SAMPLES)
    tone[half:] = 0.9 * np.sin(2 * np.pi * 3_500 * np.arange(half) / RATE_HZ)
    blob = store.put_blob(encode_wav(to_sounds(tone[None])[0], RATE_HZ), "audio/wav")
    picture = np.asarray(Sounds.drawn(store.read_blob(blob.sha256), (100, 80)).convert("L")) / 255
    wave, cochleagram = picture[:20], picture[21:]
    assert (wave[:, :49] < 0.9).sum(axis=0).max() <= 2, "silence is a line"
    assert (wave[:, 52:] < 0.9).sum(axis=0).min() >= 17, "0.9 of full scale fills nine tenths of the box"
    assert cochleagram[:, 15:40].mean() > 0.95
    assert cochleagram[:15, 55:].min() < 0.1, "3.5 of 4 kHz is near the top"
    assert cochleagram[-30:, 60:90].mean() > 0.95
