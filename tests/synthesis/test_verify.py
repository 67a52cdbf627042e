"""Verification holds for an untouched bundle and finds whatever was changed."""

import json
import shutil

import pytest

from synthesis.bundle.manifest import Manifest
from synthesis.bundle.store import BundleStore
from synthesis.media.pictures import encode_png
from synthesis.runs.verify import verify_bundle
from tests.synthesis.networks import smooth_picture


@pytest.fixture
def bundle(finished_bundle, tmp_path) -> BundleStore:
    return BundleStore(shutil.copytree(finished_bundle, tmp_path / "copy"))


def edit(bundle, path, change, reseal):
    """Change one value of manifest.json in place; with `reseal` the digest is made to fit."""
    content = json.loads(bundle.manifest_path.read_text())
    target = content
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = change(target[path[-1]])
    if reseal:
        bundle.write_manifest(Manifest.model_validate(content))
    else:
        bundle.manifest_path.write_text(json.dumps(content))


def test_an_untouched_bundle_holds(cli, bundle):
    code, out, err = cli("verify", bundle.root)
    assert code == 0, err
    summary = json.loads(out)
    assert summary["items"] == 12
    assert summary["passed"] + summary["failed"] == 12


@pytest.mark.parametrize("kind", ["naturals", "null_stimuli", "items"])
def test_a_changed_byte_in_a_blob_is_found(cli, bundle, kind):
    sha256 = getattr(bundle.read_manifest(), kind)[1].blob.sha256
    data = bytearray(bundle.blob_path(sha256).read_bytes())
    data[len(data) // 2] ^= 1
    bundle.blob_path(sha256).write_bytes(data)
    code, _, err = cli("verify", bundle.root)
    assert code == 1
    assert sha256 in err


def test_a_missing_blob_is_found(cli, bundle):
    sha256 = bundle.read_manifest().items[0].blob.sha256
    bundle.blob_path(sha256).unlink()
    code, _, err = cli("verify", bundle.root)
    assert code == 1
    assert sha256 in err


def test_a_changed_number_without_a_new_digest_is_found(cli, bundle):
    edit(bundle, ("items", 0, "certificate", "spearman"), lambda rho: rho + 0.01, reseal=False)
    code, _, err = cli("verify", bundle.root)
    assert code == 1
    assert "its content was changed" in err


CHANGES = {
    "rho": (("items", 0, "certificate", "spearman"), lambda rho: rho - 0.01),
    "r2": (("items", 3, "certificate", "pearson_r2"), lambda r2: r2 - 0.01),
    "snr": (("items", 5, "certificate", "snr_db"), lambda snr: snr + 0.2),
    "error": (("items", 7, "certificate", "relative_error"), lambda error: error / 2),
    "fault": (("items", 10, "certificate", "fault"), lambda _: "null too small"),
    "least pairs": (("null", "least_pairs"), lambda pairs: pairs + 1),
    "null growth": (("nulls", 0, "spearman", "growth", 0, "median"), lambda rho: rho + 0.05),
    "freed clamp": (("freed_clamps", "relu1"), lambda nodes: []),
    "passed": (("items", 11, "certificate", "passed"), lambda passed: not passed),
    "metamer's answer": (("items", 2, "certificate", "metamer_answer"), lambda answer: answer + "x"),
    "natural's answer": (("naturals", 0, "answer"), lambda answer: answer + "x"),
    "null maximum": (("nulls", 1, "spearman", "maximum"), lambda rho: rho - 0.05),
    "null percentile": (("nulls", 0, "snr_db", "percentile_99"), lambda snr: snr - 1),
    "null counts": (("nulls", 1, "pearson_r2", "histogram", "counts"), lambda counts: counts[::-1]),
    "null values": (("nulls", 1, "snr_db", "histogram", "counts", 0), lambda count: count + 1),
    "null edge": (("nulls", 0, "spearman", "histogram", "edges", 3), lambda edge: edge + 0.01),
    "pairs": (("nulls", 0, "pairs"), lambda pairs: pairs + 1),
    "stimuli": (("nulls", 0, "stimuli"), lambda stimuli: stimuli + 1),
    "noise seed": (("items", 4, "provenance", "noise_seed"), lambda seed: seed + 1),
    "seed": (("items", 4, "seed"), lambda seed: seed + 1),
    "weights": (("model", "weights_sha256"), lambda digest: digest.replace("7", "8")),
    "size": (("items", 1, "blob", "size_bytes"), lambda size: size + 1),
    "layer": (("items", 0, "layer"), lambda layer: "relu6"),
    "missing item": (("items",), lambda items: items[:-1]),
    "missing null stimulus": (("null_stimuli",), lambda stimuli: stimuli[:-1]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_number_with_a_fitting_digest_is_found(bundle, what):
    path, change = CHANGES[what]
    edit(bundle, path, change, reseal=True)
    _, differences = verify_bundle(bundle)
    assert differences


def test_a_swapped_picture_is_found(bundle):
    items = bundle.read_manifest().items
    edit(bundle, ("items", 0, "blob"), lambda _: items[1].blob.model_dump(), reseal=True)
    _, differences = verify_bundle(bundle)
    assert any(difference.startswith(f"item {items[0].id}: spearman") for difference in differences)


@pytest.mark.parametrize("content", ["", "{}", "[1]"])
def test_what_is_no_bundle_is_one_line(cli, tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)
    code, _, err = cli("verify", tmp_path)
    assert code == 1
    assert len(err.strip().splitlines()) == 1


def test_an_unfinished_or_missing_folder_is_one_line(cli, tmp_path):
    assert cli("verify", tmp_path)[2].strip().endswith("start it again to continue")
    assert "no such folder" in cli("verify", tmp_path / "nowhere")[2]


def test_a_picture_of_another_size_is_found(cli, bundle):
    small = bundle.put_blob(encode_png(smooth_picture(1, 16)), "image/png")
    edit(bundle, ("items", 0, "blob"), lambda _: small.model_dump(), reseal=True)
    code, _, err = cli("verify", bundle.root)
    assert code == 1
    assert "is not a picture of 32 x 32 px" in err
