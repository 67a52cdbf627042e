"""The report's figures show the manifest's numbers, and the page is complete in itself."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from synthesis.bundle.nulls import Histogram
from synthesis.bundle.store import BundleStore
from synthesis.common.charts import to_svg
from synthesis.common.wording import readable_layer, readable_network
from synthesis.report.later_layers import later_layers_chart, medians, smallest_error
from synthesis.report.losses import loss_at, losses_chart
from synthesis.report.null_growth import null_growth_chart, weakest
from synthesis.report.nulls import bars, nulls_chart
from synthesis.report.page import Figure, ReportPage, render, write_report


@pytest.fixture
def bundle(finished_bundle, tmp_path) -> BundleStore:
    return BundleStore(shutil.copytree(finished_bundle, tmp_path / "copy"))


def changed(item, part, **fields):
    return item.model_copy(update={part: getattr(item, part).model_copy(update=fields)})


def test_a_loss_between_steps_is_interpolated_in_log_and_the_last_one_is_kept(finished_bundle):
    item = BundleStore(finished_bundle).read_manifest().items[0]
    item = changed(item, "provenance", loss_steps=[0, 10, 20], losses=[1.0, 0.1, 0.05])
    assert loss_at(item, np.array([0.0, 5, 10, 20, 60])) == pytest.approx([1, 10**-0.5, 0.1, 0.05, 0.05])


def test_histograms_are_scaled_to_their_peaks_and_failed_metamers_stand_on_certified_ones(finished_bundle):
    item = BundleStore(finished_bundle).read_manifest().items[0]
    values = [(0.905, True), (0.905, True), (0.915, False), (0.985, True)]
    items = [changed(item, "certificate", spearman=rho, passed=passed) for rho, passed in values]
    null = Histogram(edges=[0.0, 0.2, 0.4], counts=[5, 20])
    drawn = [tuple(bar.values()) for bar in bars(null, items, "spearman", [0.0, 1.0])]
    by_set = {}
    for kind, low, _, bottom, top in drawn:
        by_set.setdefault(kind.split()[0], []).extend((low, bottom, top))
    assert by_set["Pairs"] == [0.0, 0.0, 0.25, 0.2, 0.0, 1.0]
    # Bins of 0.02: two certified and one failed in [0.90, 0.92), one certified in [0.98, 1.00].
    assert by_set["Certified"] == pytest.approx([0.9, 0.0, 2 / 3, 0.98, 0.0, 1 / 3])
    assert by_set["Metamers"] == pytest.approx([0.9, 2 / 3, 1.0])


def test_medians_are_of_certified_metamers_at_every_layer(finished_bundle):
    manifest = BundleStore(finished_bundle).read_manifest()
    found = medians(manifest, lambda at_layer: at_layer.spearman)
    assert set(found) == {(m, layer) for m in manifest.layers for layer in manifest.model.layers}
    for (matched, layer), value in found.items():
        rho = [
            at_layer.spearman
            for item in manifest.items
            if item.layer == matched and item.certificate.passed
            for at_layer in item.profile
            if at_layer.layer == layer
        ]
        assert value == np.median(rho)


def test_the_smallest_error_of_a_signal_to_noise_ratio():
    assert smallest_error(0) == 1
    assert smallest_error(20) == pytest.approx(0.1)


@pytest.mark.parametrize("draw", [losses_chart, nulls_chart, null_growth_chart, later_layers_chart])
def test_every_matched_layer_is_named(finished_bundle, draw):
    manifest = BundleStore(finished_bundle).read_manifest()
    svg = to_svg(draw(manifest))
    for layer in manifest.layers:
        assert f">{readable_layer(layer)}<" in svg


def test_report_writes_the_page_and_each_figure(cli, bundle):
    code, out, err = cli("report", bundle.root)
    assert code == 0, err
    charts = ("losses", "nulls", "null_growth", "later_layers")
    names = ["report.html", "contact_sheet.png", *(f"{chart}.png" for chart in charts)]
    assert json.loads(out) == {"files": [str(bundle.root / name) for name in names]}
    for name in names[1:]:
        with Image.open(bundle.root / name) as picture:
            assert min(picture.size) > 200, name
    html = (bundle.root / "report.html").read_text()
    manifest = bundle.read_manifest()
    passed = sum(item.certificate.passed for item in manifest.items)
    assert f"{passed} of 12 certified" in html
    assert manifest.digest in html
    sources = re.findall(r'src="(.{20})', html)
    assert len(sources) == 5 + 12  # two pictures for each layer's and statistic's best pair
    assert all(source.startswith("data:image/") for source in sources), "nothing is fetched"
    assert len(re.findall(r'<img [^>]*alt="[^"]+"', html)) == 5
    assert cli("verify", bundle.root)[0] == 0, "the report changes nothing of the bundle"


def test_the_report_names_the_best_pairs_and_says_that_a_null_is_too_small(bundle):
    manifest = bundle.read_manifest()
    source = manifest.null.model_copy(update={"least_pairs": 100_000})
    items = [changed(item, "certificate", passed=False, fault="null too small") for item in manifest.items]
    bundle.write_manifest(manifest.model_copy(update={"null": source, "items": items}))
    write_report(bundle)
    html = (bundle.root / "report.html").read_text()
    assert "0 of 12 certified (12 null too small)" in html
    assert "66 pairs of 12 stimuli at each layer" in html
    assert "too small: 100,000 are asked for" in html
    for null in manifest.nulls:
        assert all(name in html for name in null.spearman.best)


def test_the_weakest_certified_metamer_is_the_smallest_value(finished_bundle):
    manifest = BundleStore(finished_bundle).read_manifest()
    values = [item.certificate.snr_db for item in manifest.items if item.layer == "relu1"]
    assert weakest(manifest, "relu1", "snr_db") == min(values)
    items = [changed(item, "certificate", passed=False) for item in manifest.items]
    assert weakest(manifest.model_copy(update={"items": items}), "relu1", "snr_db") is None


def test_one_figure_by_name_and_suffix(cli, bundle, tmp_path):
    code, out, _ = cli("report", bundle.root, "--figure", "nulls", "--out", tmp_path / "n.svg")
    assert (code, json.loads(out)) == (0, {"files": [str(tmp_path / "n.svg")]})
    assert (tmp_path / "n.svg").read_text().startswith("<svg")
    assert not (bundle.root / "report.html").exists()
    code, _, err = cli("report", bundle.root, "--figure", "nulls", "--out", tmp_path / "n.gif")
    assert (code, len(err.strip().splitlines())) == (1, 1)
    assert ".svg or .png" in err
    code, _, err = cli("report", bundle.root, "--figure", "losses", "--stimulus", "dog/0.png")
    assert code == 1
    assert "--stimulus chooses rows of the contact sheet" in err


def test_a_damaged_picture_is_refused_and_no_page_is_written(cli, bundle):
    bundle.blob_path(bundle.read_manifest().naturals[0].blob.sha256).write_bytes(b"damaged")
    code, _, err = cli("report", bundle.root)
    assert code == 1
    assert "its bytes were changed" in err
    assert not (bundle.root / "report.html").exists()
    assert not (bundle.root / "losses.png").exists()


def test_the_page_escapes_what_it_is_given():
    figure = Figure("data:image/png;base64,", "x.png", 'a "quoted" text')
    page = ReportPage(
        "<b>",
        "picture",
        {"Network": "<script>"},
        [],
        figure,
        [],
        [],
        [replace(figure, file="<i>")],
        [],
        "& more",
    )
    html = render(page)
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert "a &#34;quoted&#34; text" in html


def test_names_for_people():
    assert readable_layer("block10") == "block 10"
    assert readable_layer("conv1_relu1") == "conv 1 relu 1"
    names = {"efficientnet_lite0": "EfficientNet-Lite0", "resnet50 (random 3)": "ResNet50 (random 3)"}
    assert {name: readable_network(name) for name in names} == names
