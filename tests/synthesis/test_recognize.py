"""Other networks answer a bundle's pictures: what is shown, the control, other sizes, bad input."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from synthesis.bundle.spec import parse_weights
from synthesis.bundle.store import BundleStore
from synthesis.certify.decision import FeatherRule
from synthesis.certify.readout.readout import Readout
from synthesis.media.pictures import decode_png, encode_png, resized, to_input
from synthesis.networks.registry import PictureInput, load_network
from synthesis.recognition.observe import distinct_name
from synthesis.recognition.recognize import recognize_bundle
from synthesis.recognition.results import read_results
from tests.synthesis.networks import TinyBody, smooth_picture, tiny_weights

COLUMNS = [
    "stimulus", "condition", "generating_model", "observer_model", "seed", "category",
    "natural_answer_feather", "answer_feather", "natural_answer_geirhos", "answer_geirhos",
    "natural_answer_1000", "answer_1000", "blob_sha256",
]  # fmt: skip


@pytest.fixture
def bundle(finished_bundle, tmp_path) -> BundleStore:
    return BundleStore(shutil.copytree(finished_bundle, tmp_path / "copy"))


def other_network(size_px=48, classes=1000):
    """A network of the same kind with other weights, another input size and perhaps other classes."""
    with torch.random.fork_rng():
        torch.manual_seed(11)
        body = TinyBody()
        body.classifier = torch.nn.Linear(24, classes)
    module = body.eval().requires_grad_(False)
    return replace(
        load_network("tiny"),
        name="other",
        module=module,
        input=PictureInput(size_px, size_px),
        feature_node="pool",
        weights="random, seed 11",
        weights_sha256="b" * 64,
    )


def observed(bundle, network, out, **options):
    record = recognize_bundle(bundle, network, out, command=["test"], **options)
    return record, pd.read_csv(out / "answers.csv"), pd.read_csv(out / "summary.csv", dtype={"rule": str})


def test_every_natural_and_certified_metamer_is_shown_once(cli, bundle, tmp_path):
    code, out, err = cli("recognize", bundle.root, "--model", "tiny", "--out", tmp_path / "r")
    assert code == 0, err
    manifest = bundle.read_manifest()
    certified = [item for item in manifest.items if item.certificate.passed]
    result = json.loads(out)
    assert (result["naturals"], result["metamers"]) == (6, len(certified))
    assert result["uncertified"] == len(manifest.items) - len(certified)
    answers = pd.read_csv(tmp_path / "r" / "answers.csv")
    assert list(answers.columns) == COLUMNS
    shown = list(answers[["stimulus", "condition", "blob_sha256"]].itertuples(index=False, name=None))
    wanted = [(natural.id, "natural", natural.blob.sha256) for natural in manifest.naturals]
    wanted += [(item.stimulus, item.layer, item.blob.sha256) for item in certified]
    assert shown == wanted
    assert answers["seed"].isna().tolist() == [condition == "natural" for _, condition, _ in wanted]


def test_the_generating_network_is_its_own_control(bundle, tmp_path):
    record, answers, summary = observed(bundle, load_network("tiny"), tmp_path / "r")
    assert record.control
    own = summary[(summary["rule"] == "feather") & (summary["score"] == "natural_label")]
    assert list(own["condition"]) == ["natural", "relu1", "relu6"]
    assert list(own["share"]) == [1, 1, 1], "a certificate says so"
    naturals = answers[answers["condition"] == "natural"]
    assert list(naturals["answer_feather"]) == [natural.answer for natural in bundle.read_manifest().naturals]


def test_an_observer_of_another_input_size_sees_the_whole_picture_resized(bundle, tmp_path):
    network = other_network(size_px=48)
    record, answers, _ = observed(bundle, network, tmp_path / "r")
    assert not record.control
    row = answers.iloc[-1]
    picture = Image.fromarray(decode_png(bundle.read_blob(row["blob_sha256"])))
    larger = np.asarray(picture.resize((48, 48), Image.Resampling.BICUBIC))
    with torch.inference_mode():
        logits = network.module(torch.from_numpy(to_input(larger[None])))
    assert row["answer_1000"] == int(logits.argmax())
    assert [row["answer_feather"]] == FeatherRule().answers(logits, logits)


def test_shrinking_is_antialiased_and_the_own_size_is_left_alone():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    # Without a filter against aliasing, stripes of the Nyquist frequency would give all black or all white.
    assert abs(resized(stripes, 16)[4:-4, 4:-4].astype(float) - 127.5).max() < 8
    assert resized(stripes, 64) is stripes


def test_other_classes_leave_cells_empty_with_a_note_and_a_readout_answers(bundle, tmp_path):
    network = other_network(classes=10)
    weight = torch.linspace(-1, 1, 3 * 24).reshape(3, 24)
    readout = Readout(weight, torch.zeros(3), ("airplane", "bear", "dog"), network.name, "b" * 64)
    (tmp_path / "readout.safetensors").write_bytes(readout.to_bytes())
    record, answers, summary = observed(
        bundle, network, tmp_path / "r", readout=tmp_path / "readout.safetensors"
    )
    assert list(answers.columns) == [*COLUMNS, "natural_answer_readout", "answer_readout"]
    assert answers[[name for name in COLUMNS if "answer" in name]].isna().all(axis=None)
    assert set(answers["answer_readout"]) <= {"airplane", "bear", "dog"}
    assert set(summary["rule"]) == {"readout"}
    assert set(summary["score"]) == {"natural_label", "true_label"}
    assert "gives 10 classes" in record.notes[0]


def test_without_any_rule_the_cells_are_empty_and_the_note_says_why(bundle, tmp_path):
    record, answers, summary = observed(bundle, other_network(classes=10), tmp_path / "r")
    assert len(answers) > 6
    assert answers["answer_feather"].isna().all()
    assert summary.empty
    assert "10 classes" in record.notes[0]


def test_again_gives_the_same_tables_and_another_observer_is_refused(cli, bundle, tmp_path):
    folder = tmp_path / "r"
    observed(bundle, load_network("tiny"), folder)
    tables = {name: (folder / name).read_bytes() for name in ("answers.csv", "summary.csv")}
    observed(bundle, load_network("tiny"), folder)
    assert {name: (folder / name).read_bytes() for name in tables} == tables
    with pytest.raises(ValueError, match="holds the answers of tiny to the bundle"):
        observed(bundle, other_network(), folder)
    assert {name: (folder / name).read_bytes() for name in tables} == tables


def test_a_damaged_bundle_is_refused_and_nothing_is_written(cli, bundle, tmp_path):
    blob = bundle.read_manifest().naturals[2].blob
    bundle.blob_path(blob.sha256).write_bytes(encode_png(smooth_picture(99)))
    code, _, err = cli("recognize", bundle.root, "--model", "tiny", "--out", tmp_path / "r")
    assert code == 1
    assert "its bytes were changed" in err.strip().splitlines()[-1]
    assert not (tmp_path / "r").exists()


def test_an_observer_that_answers_nan_is_refused(bundle, tmp_path):
    network = other_network()
    network.module.classifier.bias[3] = torch.nan
    with pytest.raises(ValueError, match="other answers with numbers that are not finite"):
        observed(bundle, network, tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_bad_arguments_are_one_line(cli, bundle, tmp_path):
    (tmp_path / "file").write_text("")
    for arguments, message in (
        ((tmp_path / "nowhere", "--model", "tiny", "--out", tmp_path / "r"), "no such folder"),
        ((bundle.root, "--model", "tinny", "--out", tmp_path / "r"), "unknown model 'tinny'"),
        ((bundle.root, "--model", "tiny", "--out", tmp_path / "file"), "is a file; give --out a folder"),
        ((bundle.root, "--model", "tiny", "--weights", "random:x", "--out", tmp_path / "r"), "random:0"),
        ((bundle.root, "--model", "tiny", "--readout", tmp_path / "no", "--out", tmp_path / "r"), "readout"),
    ):
        code, _, err = cli("recognize", *arguments)
        assert code == 1
        (line,) = err.strip().splitlines()
        assert message in line
        assert not (tmp_path / "r").exists()


def test_other_weights_are_another_observer(cli, bundle, tmp_path):
    def recognize(seed, out):
        return cli("recognize", bundle.root, "--model", "tiny", "--weights", f"random:{seed}", "--out", out)

    for seed in (1, 2):
        assert recognize(seed, tmp_path / f"r{seed}")[0] == 0
    one, two = (pd.read_csv(tmp_path / name / "answers.csv") for name in ("r1", "r2"))
    assert set(one["observer_model"]) == {"tiny (random, seed 1)"}
    assert (one["answer_1000"] != two["answer_1000"]).any()
    assert not read_results(tmp_path / "r1")[0].control
    code, _, err = recognize(2, tmp_path / "r1")
    assert code == 1
    assert "holds the answers of tiny (random, seed 1)" in err


def test_weights_from_a_file_are_named_after_it(bundle, tmp_path):
    file = tmp_path / "l2_eps3.safetensors"
    shutil.copy(tiny_weights(), file)
    network = load_network("tiny", parse_weights(str(file)))
    assert distinct_name(network) == "tiny (file l2_eps3.safetensors)"
    assert distinct_name(load_network("tiny", parse_weights("published"))) == "tiny"
