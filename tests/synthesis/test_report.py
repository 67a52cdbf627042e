"""The contact sheet shows what is certified, says why the rest is not, and draws what was asked for."""

import json

import numpy as np
from PIL import Image

from synthesis.bundle.store import BundleStore
from synthesis.media.pictures import decode_png
from synthesis.report.contact_sheet import contact_sheet

GAP_COLOURS = {(255, 255, 255), (100, 106, 112), (176, 0, 32)}


def test_certified_pictures_are_drawn_and_failed_ones_only_named(finished_bundle):
    store = BundleStore(finished_bundle)
    manifest = store.read_manifest()
    natural = manifest.naturals[0]
    sheet = contact_sheet(store, [natural.id])
    drawn = np.asarray(sheet.crop((190, 26, 350, 186)))
    source = Image.fromarray(decode_png(store.read_blob(natural.blob.sha256)))
    assert np.array_equal(drawn, np.asarray(source.resize((160, 160), Image.Resampling.LANCZOS)))
    items = {item.layer: item for item in manifest.items if item.stimulus == natural.id}
    for column, layer in enumerate(manifest.layers, start=1):
        left = 190 + column * 166
        colours = {colour for _, colour in sheet.crop((left, 26, left + 4, 186)).getcolors(1 << 16)}
        assert (colours <= GAP_COLOURS) != items[layer].certificate.passed


def test_one_row_for_each_stimulus_that_was_asked_for(cli, finished_bundle, tmp_path):
    ids = [natural.id for natural in BundleStore(finished_bundle).read_manifest().naturals]
    heights = {}
    for count in (1, 2):
        chosen = [word for name in ids[:count] for word in ("--stimulus", name)]
        code, out, err = cli("report", finished_bundle, *chosen, "--out", tmp_path / f"{count}.png")
        assert (code, json.loads(out)) == (0, {"files": [str(tmp_path / f"{count}.png")]}), err
        heights[count] = len(decode_png((tmp_path / f"{count}.png").read_bytes()))
    assert heights[2] - heights[1] == 186


def test_an_unknown_stimulus_is_named_with_what_is_there(cli, finished_bundle, tmp_path):
    code, _, err = cli("report", finished_bundle, "--stimulus", "dog/nope.png", "--out", tmp_path / "s.png")
    assert code == 1
    assert "no stimulus 'dog/nope.png'" in err
    assert "dog/" in err.split("some that it has")[1]
    assert not (tmp_path / "s.png").exists()
