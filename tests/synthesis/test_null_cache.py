"""Nulls are computed once on a machine, and by a command of their own."""

import json

from synthesis.bundle.store import BundleStore
from synthesis.certify.null_cache import NullCache, null_key
from synthesis.networks.registry import load_network

A, B = ("a.png", "0" * 64), ("b.png", "1" * 64)


def test_a_second_run_with_the_same_pictures_takes_the_nulls_of_the_first(cli, spec, tmp_path):
    cli("run", spec, "--out", tmp_path / "first")
    _, _, said = cli("run", spec, "--out", tmp_path / "second", "--recipe", "feather2019")
    assert "null of" not in said
    first, second = (BundleStore(tmp_path / name).read_manifest() for name in ("first", "second"))
    assert first.nulls == second.nulls


def test_the_command_computes_what_a_run_then_finds(cli, spec, tmp_path):
    pictures = tmp_path / "null"
    code, out, _ = cli("null", "tiny", "--stimuli", pictures, "--layer", "relu6")
    assert code == 0
    (line,) = map(json.loads, out.splitlines())
    assert (line["layer"], line["stimuli"], line["pairs"]) == ("relu6", 12, 66)
    assert line["spearman"]["percentile_99"] <= line["spearman"]["maximum"] < 1
    _, _, said = cli("run", spec, "--out", tmp_path / "out")
    assert "null of relu1" in said
    assert "null of relu6" not in said
    nulls = {null.layer: null for null in BundleStore(tmp_path / "out").read_manifest().nulls}
    assert nulls["relu6"].spearman.maximum == line["spearman"]["maximum"]


def test_other_pictures_layers_and_weights_have_other_keys():
    network = load_network("tiny")
    keys = [null_key(network, layer, stimuli) for layer in ("relu1", "relu6") for stimuli in ([A], [A, B])]
    assert len({json.dumps(key) for key in keys}) == 4
    assert null_key(network, "relu1", [A, B]) == null_key(network, "relu1", [B, A])


def test_a_damaged_file_is_computed_again(cli, spec, tmp_path):
    cli("run", spec, "--out", tmp_path / "first")
    for file in NullCache().folder.iterdir():
        file.write_text("{")
    code, _, said = cli("run", spec, "--out", tmp_path / "second", "--recipe", "feather2019")
    assert code == 0
    assert "null of relu1" in said


def test_a_cache_that_cannot_be_written_stops_no_run(cli, spec, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("METAMERLAB_CACHE", str(tmp_path / "file"))
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
