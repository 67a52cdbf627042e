"""Metamers of graph networks against their null and baselines: `make figure-graphs`.

    python docs/make_graphs_figure.py

Runs docs/examples/graphs.yaml into var/graphs and draws docs/images/graphs.svg. Interrupted, the same command
continues.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.make_observers_figure import synthesis  # noqa: E402
from synthesis.bundle.graphs import GraphManifest  # noqa: E402
from synthesis.bundle.store import BundleStore  # noqa: E402
from synthesis.common.charts import save_chart  # noqa: E402
from synthesis.graphs.figures.errors import errors_chart  # noqa: E402

BUNDLE = ROOT / "var" / "graphs"
FIGURE = ROOT / "docs" / "images" / "graphs.svg"


def main() -> None:
    """Make what is not there yet, and the figure."""
    synthesis("graphs", "run", ROOT / "docs" / "examples" / "graphs.yaml", "--out", BUNDLE)
    save_chart(errors_chart(BundleStore(BUNDLE).read_sealed(GraphManifest)), FIGURE)


if __name__ == "__main__":
    main()
