"""The figures of docs/analysis.md on thresholds, of simulated observers: `make figure-thresholds`.

Eight observers, two dimensions at each of two layers and noise, 40 trials of each, levels chosen by the
psi-marginal method. Thresholds at the later layer are three times those at the earlier one in standard
deviations, and equal in RMS contrast.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app.adaptive.psychometric import Psychometric  # noqa: E402
from app.analysis.thresholds.dimensions import MeasuredDimension, ServedLevel  # noqa: E402
from app.analysis.thresholds.figures.by_layer import by_layer_figure  # noqa: E402
from app.analysis.thresholds.figures.psychometric import psychometric_figure  # noqa: E402
from app.analysis.thresholds.measured import measure  # noqa: E402
from synthesis.bundle.dimensions import CONTROL  # noqa: E402
from synthesis.common.files import write_atomically  # noqa: E402
from tests.unit.thresholds.observing import ORIGINALS, dimension, observed  # noqa: E402

IMAGES = ROOT / "docs" / "images"
OBSERVERS, SPREAD_OCTAVES = 8, 0.35
NOISE_LEVELS = tuple(float(level) for level in np.geomspace(0.002, 0.13, 12))


def main() -> None:
    noise = MeasuredDimension(
        *(CONTROL, "", 0, "", "rms", NOISE_LEVELS),
        served=tuple(ServedLevel(one, level, level, level) for one in ORIGINALS for level in NOISE_LEVELS),
    )
    early = [dimension("block2", number, rms_at_1=0.03, power=1) for number in (1, 2)]
    late = [dimension("block10", number, rms_at_1=0.01, power=1) for number in (1, 2)]
    dimensions = [*early, *late, noise]
    thresholds = {"block2": 0.6, "block10": 1.8, "": 0.03}
    random = np.random.default_rng(4)
    truths = {
        number: {
            one.id: Psychometric(float(thresholds[one.layer] * 2 ** random.normal(0, SPREAD_OCTAVES)))
            for one in dimensions
        }
        for number in range(1, OBSERVERS + 1)
    }
    trials = observed(truths, dimensions, procedure="psi-marginal")
    measured = measure("simulated-observers", "simulated", trials, dimensions)
    for name, figure in (
        ("thresholds", by_layer_figure(measured)),
        ("psychometric", psychometric_figure(measured)),
    ):
        write_atomically(IMAGES / f"{name}.svg", figure.svg.encode())


if __name__ == "__main__":
    main()
