"""A grid of levels: made, certified, continued, verified; and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from synthesis.bundle.dimensions import CONTROL, DimensionManifest, Level
from synthesis.bundle.manifest import Blob
from synthesis.bundle.store import BundleStore
from synthesis.common.errors import UserError
from synthesis.common.yaml_file import load_yaml
from synthesis.dimensions.driver import control_targets, make_grid
from synthesis.dimensions.grid_spec import GridSpec
from synthesis.dimensions.jobs import GridSetup, bench_of
from synthesis.dimensions.measure import Moved, faults
from synthesis.dimensions.plan import make_grid_plan
from synthesis.dimensions.ssim import ssim
from synthesis.process.progress import Uncounted
from synthesis.runs.engines.choice import make_engine
from synthesis.runs.jobs import JobTask, recorded
from synthesis.runs.journal import Journal
from tests.synthesis.dimensions.grids import LEVELS, MODEL, grid_inputs, made_bundle, write_spec


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return grid_inputs(tmp_path_factory.mktemp("grid"))


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Path:
    return made_bundle(folder)


def test_levels_are_reached_on_the_bytes_that_are_served(bundle: Path) -> None:
    manifest = BundleStore(bundle).read_sealed(DimensionManifest)
    assert [one.id for one in manifest.dimensions] == ["stem/2-", CONTROL]
    paths = [level for level in manifest.levels if level.dimension != CONTROL]
    assert [level.target for level in paths] == LEVELS * 2
    for level in paths:
        assert level.value == pytest.approx(level.target, rel=0.1)
        assert (level.passed, level.fault) == (True, "")
        assert 0 < level.rms < 0.3 and level.ssim < 1
    control = [level for level in manifest.levels if level.dimension == CONTROL]
    assert all(level.value == level.rms == pytest.approx(level.target, rel=0.02) for level in control)


def test_it_is_verified_and_reported_by_its_format(bundle: Path, cli) -> None:
    assert cli("verify", bundle)[0] == 0
    code, out, _ = cli("dimensions", "report", bundle)
    assert code == 0
    table, sheet = (Path(file) for file in json.loads(out.splitlines()[-1])["files"])
    assert len(table.read_text().splitlines()) == 1 + 8
    with Image.open(sheet) as drawn:
        assert drawn.size[0] > 3 * 112
    again = cli("dimensions", "grid", bundle.parent / "grid.yaml", "--out", bundle)
    assert again[0] == 0 and "already finished" in again[2]


def test_another_value_or_picture_is_found(bundle: Path, tmp_path: Path, cli) -> None:
    store = BundleStore(bundle)
    manifest = store.read_sealed(DimensionManifest)
    first = manifest.levels[0].model_copy(update={"value": 1.05, "passed": False, "fault": "level missed"})
    changed = manifest.model_copy(update={"levels": [first, *manifest.levels[1:]]})
    copy = BundleStore(tmp_path / "copy")
    for blob in manifest.blobs():
        copy.put_blob(store.read_blob(blob.sha256), blob.media_type)
    copy.write_manifest(changed)
    code, _, err = cli("verify", tmp_path / "copy")
    assert code == 1
    assert "dog/0.png along stem/2-, level 0: value is" in err
    assert "level 0: passes, recorded level missed" in err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weights": {"random": 1}}, "fitted to efficientnet_lite0 with other weights"),
        ({"dimensions": [{"layer": "block2", "component": 1}]}, "the fit has no layer 'block2'; it has stem"),
        ({"dimensions": [{"layer": "stem", "component": 4}]}, "stem has 3 components, no 4"),
        ({"dimensions": [{"layer": "stem", "component": 1} for _ in "ab"]}, "stem/1+ is there twice"),
        ({"levels": [2.0, 1.0]}, "levels: give 2 to 40, above 0 and rising"),
        ({"levels": {"least": 3, "largest": 1}}, "levels: least must be below largest"),
        ({"fit": "grid.yaml"}, "is no fit; write one with"),
    ],
)
def test_what_does_not_go_together_is_refused(
    folder: Path, tmp_path: Path, cli, changes: dict[str, object], said: str
) -> None:
    spec = write_spec(folder, **changes)
    code, _, err = cli("dimensions", "grid", spec, "--out", tmp_path / "out")
    assert code == 1 and said in err and "\n" not in err.strip()
    assert not (tmp_path / "out").exists()
    write_spec(folder)


@pytest.mark.parametrize(
    ("out", "field"),
    [("stimuli", "stimuli"), ("stimuli/dog/grid", "stimuli"), (".", "stimuli"), ("fit.safetensors", "fit")],
)
def test_a_grid_is_not_written_among_what_it_is_made_from(folder: Path, cli, out: str, field: str) -> None:
    code, _, err = cli("dimensions", "grid", write_spec(folder), "--out", folder / out)
    assert code == 1 and f"within {field} (" in err and "\n" not in err.strip()
    assert not (folder / out / "journal").exists()


def test_a_fit_does_not_take_the_place_of_a_picture(folder: Path, cli) -> None:
    spec = folder / "fit.yaml"
    given = {**MODEL, "layers": ["stem"], "pictures": "pictures", "components": 3}
    spec.write_text(yaml.safe_dump(given))
    before = (folder / "pictures" / "5.png").read_bytes()
    code, _, err = cli("dimensions", "fit", spec, "--out", folder / "pictures" / "5.png")
    assert code == 1 and "within pictures (" in err
    assert (folder / "pictures" / "5.png").read_bytes() == before


def test_each_fault_of_a_level_is_told() -> None:
    def moved(value: float, drift: float = 0.0) -> Moved:
        return Moved(value, drift, 0.1, 0.9, 0.0, 1)

    targets = [1.0, 2.0, 2.2]
    assert faults(targets, [moved(1.0), moved(2.0), moved(2.2)]) == ["", "", ""]
    assert faults(targets, [moved(1.11), moved(2.0, 0.11), moved(2.2)]) == [
        "level missed",
        "others drift",
        "",
    ]
    assert faults(targets, [moved(1.0), moved(2.19), moved(2.1)]) == ["", "", "order broken"]


def test_structural_similarity_of_known_pictures() -> None:
    random = np.random.default_rng(1)
    picture = random.integers(0, 256, (48, 48, 3), dtype=np.uint8)
    assert ssim(picture, picture) == pytest.approx(1)
    flat = np.full((48, 48, 3), 100, np.uint8)
    brighter = np.full((48, 48, 3), 140, np.uint8)
    one, other = 100 / 255, 140 / 255
    expected = (2 * one * other + 0.0001) / (one**2 + other**2 + 0.0001)
    assert ssim(flat, brighter) == pytest.approx(expected)
    assert ssim(picture, random.integers(0, 256, (48, 48, 3), dtype=np.uint8)) < 0.1


def test_a_grid_that_was_interrupted_goes_on(folder: Path, bundle: Path, tmp_path: Path) -> None:
    """A journal that has one path is not asked for it again, and the bundle is the same."""
    plan = make_grid_plan(load_yaml(write_spec(folder), GridSpec))
    whole = BundleStore(bundle).read_sealed(DimensionManifest)
    store = BundleStore(tmp_path / "begun")
    fit = store.put_blob(plan.fit_bytes, "application/x-safetensors")
    for original in whole.originals:
        store.put_blob(BundleStore(bundle).read_blob(original.blob.sha256), original.blob.media_type)
    setup = GridSetup(plan.spec.model_dump_json(), str(store.root), fit.sha256)
    first = plan.path_jobs(whole.originals)[0]
    setup.perform(JobTask((first,)), "cpu", Uncounted())
    assert recorded(Journal(store), first) is not None
    bench_of.cache_clear()
    manifest = make_grid(plan, store, make_engine("local", "cpu", 1, None))
    assert [level.blob for level in manifest.levels] == [level.blob for level in whole.levels]


def test_a_control_needs_room(folder: Path) -> None:
    blob = Blob(sha256="0" * 64, media_type="image/png", size_bytes=1)
    common = {"original": "a", "dimension": "b", "blob": blob, "drift": 0.0, "ssim": 1.0, "saturated": 0.0}
    levels = [
        Level(**common, level=at, target=1.0 + at, value=1.0, rms=0.1, label=0, steps=1, passed=True)
        for at in (0, 1)
    ]
    with pytest.raises(UserError, match=r"differ from the original by 0.1000 \(RMS\).*control: false"):
        control_targets(levels, 2)
