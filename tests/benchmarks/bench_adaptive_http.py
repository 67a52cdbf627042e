"""Known thresholds through the interface that people use: found again, and the wait for the next picture.

    python tests/benchmarks/bench_adaptive_http.py [--people N]

A study of three dimensions and noise on a bundle of small pictures; the thresholds of one layer are three
times those of the other, in all people alike. Simulated people answer 40 trials of each through the
application itself, without a network between or a pause, four at a time, on SQLite. Prints JSON lines and
writes them to var/bench/adaptive_http.jsonl:

- adaptive.http_ratio: ratio of the layers' thresholds as analysed. Control: the planted ratio.
- adaptive.next_image_p95_ms: from sending an answer until the next trial's picture is there, 95th percentile.
  Control: the median.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.accounts.actor import COMMAND_LINE  # noqa: E402
from app.analysis.service import analyse  # noqa: E402
from app.analysis.thresholds.service import measured_of  # noqa: E402
from app.core.clock import utc_now  # noqa: E402
from app.core.config import Settings  # noqa: E402
from app.db.migrate import upgrade  # noqa: E402
from app.experiments import service as experiments  # noqa: E402
from app.main import create_app  # noqa: E402
from app.simulation.people.kinds import LAYERS  # noqa: E402
from app.simulation.visits import run, visits_of  # noqa: E402
from synthesis.bundle.dimensions import CONTROL  # noqa: E402
from synthesis.common.wording import readable_layer  # noqa: E402
from tests.support import abx_study_yaml  # noqa: E402
from tests.threshold_bundle import build_dimension_bundle  # noqa: E402

PLANTED = {"block2/1+": 0.5, "block10/1+": 1.5, "block10/2-": 1.5, CONTROL: 0.04}
RATIO = 3.0
TRIALS = 40


class Timed(httpx.AsyncBaseTransport):
    """Notes how long it takes from an answer to the next picture, for one person."""

    def __init__(self, inner: httpx.AsyncBaseTransport, waits_ms: list[float]) -> None:
        self._inner, self._waits_ms, self._since = inner, waits_ms, None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "/trials/" in request.url.path:
            self._since = time.perf_counter()
        response = await self._inner.handle_async_request(request)
        if request.url.path.startswith("/stimuli/") and self._since is not None:
            await response.aread()
            self._waits_ms.append(1000 * (time.perf_counter() - self._since))
            self._since = None
        return response


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=8)
    people = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        ratio, waits_ms = asyncio.run(measured(Path(folder), people))
    lines = [
        {
            "name": "adaptive.http_ratio",
            "value": round(ratio, 3),
            "unit": "ratio",
            "n": people,
            "control": RATIO,
        },
        {
            "name": "adaptive.next_image_p95_ms",
            "value": round(float(np.percentile(waits_ms, 95)), 1),
            "unit": "ms",
            "n": len(waits_ms),
            "control": round(float(np.median(waits_ms)), 1),
        },
    ]
    written = [json.dumps(line) for line in lines]
    kept = ROOT / "var" / "bench" / "adaptive_http.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("".join(f"{line}\n" for line in written))
    print(*written, sep="\n")


async def measured(folder: Path, people: int) -> tuple[float, list[float]]:
    """The ratio that the analysis finds, and the waits in ms."""
    build_dimension_bundle(folder / "bundle")
    (folder / "study.yaml").write_text(
        abx_study_yaml(folder / "bundle", adaptive=f"trials_per_dimension: {TRIALS}")
    )
    (folder / "thresholds.yaml").write_text(yaml.safe_dump({"thresholds": PLANTED, "person_sd_octaves": 0}))
    settings = Settings(database_url=f"sqlite+aiosqlite:///{folder / 'bench.db'}", rate_limits=False)
    await asyncio.to_thread(upgrade, settings.database_url)
    app = create_app(settings)
    waits_ms: list[float] = []
    async with app.router.lifespan_context(app):
        database = app.state.database
        async with database.writing() as session:
            checked = experiments.check_study(folder / "study.yaml")
            await experiments.create_study(session, COMMAND_LINE, checked, utc_now())
            await experiments.open_study(session, COMMAND_LINE, "abx", utc_now())
        async with database.reading() as session:
            visits = await visits_of(session, "abx", 0, [LAYERS] * people, folder / "thresholds.yaml")
        way = lambda: Timed(httpx.ASGITransport(app), waits_ms)  # noqa: E731
        await run(visits, "http://localhost", settings.database_url, lambda: None, way)
        async with database.reading() as session:
            found = (await measured_of(session, await analyse(session, "abx", "simulated"))).contrasts
    of_layers = found[found["scale"].eq("coordinate") & found["between"].eq("layers")]
    deep, near = readable_layer("block10"), readable_layer("block2")
    (row,) = [row for _, row in of_layers.iterrows() if {row["a"], row["b"]} == {deep, near}]
    return float(row["ratio"] if row["a"] == deep else 1 / row["ratio"]), waits_ms


if __name__ == "__main__":
    main()
