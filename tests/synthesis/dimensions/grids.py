"""A small grid of a network with random weights, for tests."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from synthesis.bundle.store import BundleStore
from synthesis.common.yaml_file import load_yaml
from synthesis.dimensions import fitting
from synthesis.dimensions.driver import make_grid
from synthesis.dimensions.grid_spec import GridSpec
from synthesis.dimensions.plan import make_grid_plan
from synthesis.dimensions.spec import FitSpec
from synthesis.runs.engines.choice import make_engine

MODEL = {"model": "efficientnet_lite0", "weights": {"random": 0}}
LEVELS = [1.0, 2.0]


def made_grid(folder: Path) -> Path:
    """The inputs and the finished bundle of a grid; the bundle's folder."""
    return made_bundle(grid_inputs(folder))


def grid_inputs(made: Path) -> Path:
    """Pictures, a fit to them, two stimuli, and grid.yaml."""
    random = np.random.default_rng(0)
    for number in range(26):
        place = made / "stimuli" / "dog" if number < 2 else made / "pictures"
        place.mkdir(parents=True, exist_ok=True)
        small = random.integers(0, 256, (3 + number % 6, 7, 3), dtype=np.uint8)
        Image.fromarray(small).resize((224, 224)).save(place / f"{number}.png")
    given = {**MODEL, "layers": ["stem"], "pictures": made / "pictures", "components": 3}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "FEW", 24)
        (made / "fit.safetensors").write_bytes(fitting.fit_spec(FitSpec.model_validate(given)).to_bytes())
    write_spec(made)
    return made


def write_spec(folder: Path, **changes: object) -> Path:
    spec = {
        **MODEL,
        "fit": "fit.safetensors",
        "stimuli": "stimuli",
        "dimensions": [{"layer": "stem", "component": 2, "direction": "-"}],
        "levels": LEVELS,
        "path": {"steps": 60, "rate": 0.005},
        **changes,
    }
    path = folder / "grid.yaml"
    path.write_text(yaml.safe_dump(spec))
    return path


def made_bundle(folder: Path) -> Path:
    plan = make_grid_plan(load_yaml(folder / "grid.yaml", GridSpec))
    manifest = make_grid(plan, BundleStore(folder / "bundle"), make_engine("local", "cpu", 1, None))
    assert len(manifest.levels) == 2 * 2 * 2
    return folder / "bundle"
