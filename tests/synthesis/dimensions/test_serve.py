"""Pictures at levels between those of a grid, made when they are asked for."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from synthesis.bundle.dimensions import CONTROL, DimensionManifest, Level
from synthesis.bundle.store import BundleStore
from synthesis.dimensions.live import LiveBench, fault_between
from synthesis.dimensions.measure import Moved, Probe, measured
from synthesis.media.pictures import decode_png
from tests.synthesis.dimensions.grids import LEVELS, made_grid


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_grid(tmp_path_factory.mktemp("live"))


def ask(cli: Any, monkeypatch: pytest.MonkeyPatch, bundle: Path, *lines: object) -> list[dict[str, Any]]:
    """What the program answers to lines, after that which says that it is ready."""
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    code, out, err = cli("dimensions", "serve", bundle)
    assert code == 0 and "ready after" in err
    ready, *said = map(json.loads, out.splitlines())
    assert ready["ready"] and ready["dimensions"] == ["stem/2-", CONTROL]
    return said


def request(**changes: object) -> dict[str, object]:
    return {"id": 1, "original": "dog/0.png", "dimension": "stem/2-", "target": 1.4, **changes}


def test_a_level_between_is_made_measured_and_written(bundle: Path, cli, monkeypatch) -> None:
    store = BundleStore(bundle)
    before = store.manifest_path.read_bytes()
    manifest = store.read_sealed(DimensionManifest)
    noise = [level.target for level in manifest.levels if level.dimension == CONTROL]
    wanted = (noise[0] * noise[1]) ** 0.5
    moved, again, control = ask(
        cli, monkeypatch, bundle, request(), request(id="b"), request(dimension=CONTROL, target=wanted)
    )
    assert [moved["id"], again["id"], control["id"]] == [1, "b", 1]
    assert moved["level"] == again["level"]  # the same bytes, whatever was made before
    level = Level.model_validate(moved["level"])
    assert level.passed and level.value == pytest.approx(1.4, rel=0.1) and level.steps > 0
    bench = LiveBench(store)
    original = decode_png(store.read_blob(manifest.originals[0].blob.sha256))
    picture = decode_png(store.read_blob(level.blob.sha256))
    probe: Probe = bench._probes["stem"]
    assert measured(probe, original, picture, 1, -1).value == pytest.approx(level.value, rel=1e-4)
    noisy = Level.model_validate(control["level"])
    assert noisy.passed and noisy.value == noisy.rms == pytest.approx(wanted, rel=0.02)
    assert store.manifest_path.read_bytes() == before
    assert cli("verify", bundle)[0] == 0


def test_what_cannot_be_made_is_one_line_and_the_next_is_made(bundle: Path, cli, monkeypatch) -> None:
    *refused, good = ask(
        cli,
        monkeypatch,
        bundle,
        request(target=LEVELS[-1] * 1.01),
        request(target=LEVELS[0] / 2),
        request(original="dog/9.png"),
        request(dimension="stem/1+"),
        '{"id": 7, "target": NaN}',
        "nonsense",
        "",
        request(id=8, target=LEVELS[-1]),
    )
    said = [one["error"] for one in refused]
    assert "beyond the grid, whose levels go from 1 to 2" in said[0] and "beyond the grid" in said[1]
    assert "no picture 'dog/9.png'" in said[2] and "it has stem/2-, control" in said[3]
    assert "not a request" in said[4] and refused[4]["id"] == 7
    assert "not a request" in said[5] and refused[5]["id"] is None
    assert all("\n" not in line for line in said)
    assert good["id"] == 8 and good["level"]["target"] == LEVELS[-1]


def test_a_network_with_other_weights_is_refused(bundle: Path, tmp_path: Path, cli) -> None:
    store, copy = BundleStore(bundle), BundleStore(tmp_path / "copy")
    manifest = store.read_sealed(DimensionManifest)
    for blob in manifest.blobs():
        copy.put_blob(store.read_blob(blob.sha256), blob.media_type)
    copy.write_manifest(manifest.model_copy(update={"spec": {**manifest.spec, "weights": {"random": 5}}}))
    code, out, err = cli("dimensions", "serve", tmp_path / "copy")
    assert code == 1 and not out
    assert "weights here are not those that the bundle was made with" in err and "\n" not in err.strip()


def test_faults_of_a_level_between() -> None:
    grid = [
        Level.model_validate(
            {
                "original": "o", "dimension": "d", "level": n, "target": target, "value": target, "drift": 0,
                "rms": 0.1, "ssim": 0.9, "saturated": 0.0, "label": 1, "steps": 1, "passed": True,
                "blob": {"sha256": "0" * 64, "media_type": "image/png", "size_bytes": 1},
            }
        )
        for n, target in enumerate((1.0, 2.0))
    ]  # fmt: skip

    def fault(target: float, value: float, drift: float = 0.0, below: int = 1) -> str:
        return fault_between(target, Moved(value, drift, 0.1, 0.9, 0.0, 1), grid, below)

    assert fault(1.5, 1.5, 0.09) == ""
    assert fault(1.5, 1.5, 0.11) == "others drift"  # of the grid's step, not of the way from the level below
    assert fault(1.5, 1.3) == "level missed"
    assert fault(1.05, 0.99) == "order broken"
    assert fault(1.95, 2.01) == "order broken"
    assert fault(2.0, 2.1) == "" and fault(1.0, 0.95, below=0) == ""
