"""Whole runs with the small network: content, resuming, interrupting, and finished folders."""

import json
import os
import signal
from collections import Counter

from synthesis.bundle.store import BundleStore
from synthesis.common import stopping
from synthesis.runs.journal import Journal


def summary(output):
    return json.loads(output.splitlines()[-1])


def test_a_run_makes_each_stimulus_x_layer_with_a_certificate(cli, spec, tmp_path):
    code, out, _ = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0
    store = BundleStore(tmp_path / "out")
    manifest = store.read_manifest()
    passed = [item for item in manifest.items if item.certificate.passed]
    assert summary(out) | {"seconds": 0} == {
        "items": 12,
        "passed": len(passed),
        "failed": 12 - len(passed),
        "decision": "feather",
        "seconds": 0,
        "faults": dict(Counter(item.certificate.fault for item in manifest.items if item.certificate.fault)),
    }
    assert manifest.layers == ["relu1", "relu6"], "depth order, whatever the spec's"
    assert len(manifest.naturals) == 6
    assert len(manifest.null_stimuli) == 12
    assert [null.pairs for null in manifest.nulls] == [66, 66], "of the null's stimuli alone"
    assert [item.layer for item in manifest.items] == ["relu1"] * 6 + ["relu6"] * 6
    assert len(passed) >= 8
    for blob in manifest.blobs():
        assert len(store.read_blob(blob.sha256)) == blob.size_bytes
    item = manifest.items[0]
    assert item.id == "airplane/0.png/relu1/0"
    assert item.provenance.losses[-1] < item.provenance.losses[0]
    assert "/" not in json.dumps(manifest.spec), "no path of this machine is recorded"


def test_the_noise_of_a_stimulus_is_shared_by_all_layers(finished_bundle):
    first_tries: dict[str, set[int]] = {}
    for item in BundleStore(finished_bundle).read_manifest().items:
        if item.provenance.attempt == 0:
            first_tries.setdefault(item.stimulus, set()).add(item.provenance.noise_seed)
    assert all(len(seeds) == 1 for seeds in first_tries.values())
    assert len(set.union(*first_tries.values())) == len(first_tries)


def test_a_finished_folder_is_left_alone(cli, spec, tmp_path):
    cli("run", spec, "--out", tmp_path / "out")
    before = (tmp_path / "out" / "manifest.json").read_bytes()
    code, out, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0
    assert "already finished" in err
    assert summary(out)["items"] == 12
    assert (tmp_path / "out" / "manifest.json").read_bytes() == before


def test_a_finished_folder_of_another_spec_is_refused(cli, spec, tmp_path):
    cli("run", spec, "--out", tmp_path / "out")
    code, _, err = cli("run", spec, "--out", tmp_path / "out", "--recipe", "feather2023")
    assert code == 1
    assert err.strip().endswith("holds the finished bundle of another spec; give another --out folder")
    assert len(err.strip().splitlines()) == 1


def test_changed_pictures_make_another_spec(cli, spec, tmp_path):
    cli("run", spec, "--out", tmp_path / "out")
    (tmp_path / "stimuli" / "dog" / "0.png").unlink()
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 1
    assert "another spec" in err


def interrupt_after_the_first_metamer(monkeypatch):
    """Send this process Ctrl-C when the first attempt has been written down, once."""
    put = Journal.put_attempt

    def put_and_interrupt(journal, key, attempt):
        put(journal, key, attempt)
        monkeypatch.setattr(Journal, "put_attempt", put)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Journal, "put_attempt", put_and_interrupt)


def test_an_interrupted_run_continues_to_the_same_bundle(cli, spec, tmp_path, finished_bundle, monkeypatch):
    journal = tmp_path / "out" / "journal"
    monkeypatch.setattr(stopping, "GRACE_S", 600.0)  # its end would be that of the tests' own process
    interrupt_after_the_first_metamer(monkeypatch)
    code, out, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 130
    assert out == ""
    assert "run the same command to continue" in err
    assert not BundleStore(tmp_path / "out").finished
    kept = {path: path.stat().st_mtime_ns for path in journal.glob("*.json")}
    assert 3 <= len(kept) < 14

    code, _, _ = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0
    assert all(path.stat().st_mtime_ns == written for path, written in kept.items()), "not made again"
    continued, uninterrupted = (
        BundleStore(folder).read_manifest() for folder in (tmp_path / "out", finished_bundle)
    )
    assert continued.nulls == uninterrupted.nulls
    for one, other in zip(continued.items, uninterrupted.items, strict=True):
        assert one.id == other.id
        assert abs(one.certificate.spearman - other.certificate.spearman) < 0.02


def test_a_damaged_blob_of_an_unfinished_run_is_made_again(cli, spec, tmp_path):
    cli("run", spec, "--out", tmp_path / "out")
    store = BundleStore(tmp_path / "out")
    wanted = store.read_manifest()
    store.manifest_path.unlink()
    store.blob_path(wanted.items[3].blob.sha256).write_bytes(b"damaged")
    code, _, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0, err
    again = store.read_manifest()
    assert [item.id for item in again.items] == [item.id for item in wanted.items]
    store.read_blob(again.items[3].blob.sha256)


def test_failed_metamers_are_tried_thrice_and_stay_in_the_manifest_unpassed(cli, spec, tmp_path):
    spec.write_text(spec.read_text().replace("max_steps: 60", "max_steps: 1"))
    code, out, err = cli("run", spec, "--out", tmp_path / "out")
    assert code == 0
    manifest = BundleStore(tmp_path / "out").read_manifest()
    failed = [item for item in manifest.items if not item.certificate.passed]
    assert len(manifest.items) == 12
    assert len(failed) == summary(out)["failed"] > 0
    assert all(f"no certificate ({item.certificate.fault}): {item.id}" in err for item in failed)
    # Two nulls; three attempts at each item that failed, at least one at the others.
    assert len(list((tmp_path / "out" / "journal").iterdir())) >= 2 + 3 * len(failed)


def test_several_seeds_give_several_metamers(cli, spec, tmp_path):
    spec.write_text(spec.read_text() + "seeds_per_stimulus: 2\nseed: 5\n")
    assert cli("run", spec, "--out", tmp_path / "out")[0] == 0
    items = BundleStore(tmp_path / "out").read_manifest().items
    assert [item.seed for item in items[:4]] == [5, 6, 5, 6]
    assert len({item.blob.sha256 for item in items}) == 24
