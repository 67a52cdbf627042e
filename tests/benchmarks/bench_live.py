"""How long pictures take that are made while a participant waits.

    python tests/benchmarks/bench_live.py [--pictures N]

EfficientNet-Lite0 (published weights; block2, block10) and ResNet-18 (random weights; conv1) at 224 px, one
thread; levels at random within a grid of six from .3 to 4.8 standard deviations, of four pictures. Prints
JSON lines and writes them to var/bench/live.jsonl:

- adaptive.generate_p95_s.LAYER: 95th percentile of the time to make, measure and write one picture, and the
  median. Control: the limit that `metamerlab study open` sets.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch
from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.live_pictures.measuring import LIMIT_S, percentile_95  # noqa: E402
from synthesis.bundle.store import BundleStore  # noqa: E402
from synthesis.dimensions.driver import make_grid  # noqa: E402
from synthesis.dimensions.fitting import fit_spec  # noqa: E402
from synthesis.dimensions.grid_spec import GridSpec  # noqa: E402
from synthesis.dimensions.live import LevelRequest, LiveBench  # noqa: E402
from synthesis.dimensions.plan import make_grid_plan  # noqa: E402
from synthesis.dimensions.spec import FitSpec  # noqa: E402
from synthesis.runs.engines.choice import make_engine  # noqa: E402

NETWORKS: tuple[dict[str, Any], ...] = (
    {"model": "torchvision/resnet18", "weights": {"random": 0}, "layers": ["conv1"]},
    {"model": "efficientnet_lite0", "weights": "published", "layers": ["block2", "block10"]},
)
LEAST, LARGEST = 0.3, 4.8


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=40)
    pictures = parser.parse_args().pictures
    torch.set_num_threads(1)
    lines: list[str] = []
    for network in NETWORKS:
        with tempfile.TemporaryDirectory() as folder:
            bench = LiveBench(grid(Path(folder), network))
            for layer in network["layers"]:
                lines.append(json.dumps(line(network["model"], layer, times(bench, layer, pictures))))
                print(lines[-1], flush=True)
    kept = ROOT / "var" / "bench" / "live.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("".join(f"{one}\n" for one in lines))


def grid(folder: Path, network: dict[str, Any], *, control: bool = False) -> BundleStore:
    """A finished grid of four pictures along the first component of each layer."""
    random = np.random.default_rng(0)
    for number in range(44):
        place = folder / "stimuli" / "any" if number < 4 else folder / "pictures"
        place.mkdir(parents=True, exist_ok=True)
        small = random.integers(0, 256, (3 + number % 6, 7, 3), dtype=np.uint8)
        Image.fromarray(small).resize((224, 224)).save(place / f"{number}.png")
    fit = folder / "fit.safetensors"
    spec = FitSpec.model_validate({**network, "pictures": folder / "pictures", "components": 4})
    fit.write_bytes(fit_spec(spec).to_bytes())
    wanted = GridSpec.model_validate(
        {
            **{name: network[name] for name in ("model", "weights")},
            "fit": fit,
            "stimuli": folder / "stimuli",
            "dimensions": [{"layer": layer, "component": 1} for layer in network["layers"]],
            "levels": {"least": LEAST, "largest": LARGEST, "number": 6},
            "control": control,
        }
    )
    store = BundleStore(folder / "grid")
    make_grid(make_grid_plan(wanted), store, make_engine("local", "cpu", 1, None))
    return store


def times(bench: LiveBench, layer: str, pictures: int) -> list[tuple[float, bool]]:
    """(seconds, whether certified) of each picture."""
    random = np.random.default_rng(1)
    originals = [one.id for one in bench.manifest.originals]
    found = []
    for number in range(pictures):
        target = float(np.exp(random.uniform(np.log(LEAST), np.log(LARGEST))))
        asked = LevelRequest(
            id=number, original=originals[number % 4], dimension=f"{layer}/1+", target=target
        )
        started = time.perf_counter()
        level = bench.make(asked)
        found.append((time.perf_counter() - started, level.passed))
    return found


def line(model: str, layer: str, found: list[tuple[float, bool]]) -> dict[str, Any]:
    seconds = [one for one, _ in found]
    return {
        "name": f"adaptive.generate_p95_s.{layer}",
        "value": round(percentile_95(seconds), 3),
        "unit": "s",
        "control": LIMIT_S,
        "model": model,
        "pictures": len(found),
        "median_s": round(statistics.median(seconds), 3),
        "certified": sum(passed for _, passed in found),
        "load": round(os.getloadavg()[0], 1),
        "machine": platform.machine(),
    }


if __name__ == "__main__":
    main()
