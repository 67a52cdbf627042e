import io

import numpy as np
from PIL import Image

from synthesis.bundle.store import BundleStore


def test_the_contact_sheet_shows_the_certified_metamers_and_no_others(cli, finished_bundle):
    code, out, _ = cli("report", finished_bundle)
    assert code == 0
    path = finished_bundle / "contact_sheet.png"
    assert out.strip() == str(path)
    sheet = np.asarray(Image.open(path))
    store = BundleStore(finished_bundle)
    manifest = store.read_manifest()
    for item in manifest.items:
        row = [natural.id for natural in manifest.naturals].index(item.stimulus)
        column = 1 + manifest.layers.index(item.layer)
        left, top = 190 + column * 166, 26 + row * 186
        cell = sheet[top + 2 : top + 158, left + 2 : left + 158].astype(int)
        metamer = Image.open(io.BytesIO(store.read_blob(item.blob.sha256)))
        expected = np.asarray(metamer.resize((160, 160), Image.Resampling.LANCZOS))[2:158, 2:158]
        drawn = np.abs(cell - expected).max() == 0
        assert drawn == item.certificate.passed


def test_an_unfinished_bundle_has_no_sheet(cli, tmp_path):
    code, _, err = cli("report", tmp_path)
    assert code == 1
    assert "unfinished" in err
    assert not list(tmp_path.iterdir())
