"""A study of thresholds over HTTP: are known thresholds found, and how soon is the next picture there?

    python tests/benchmarks/bench_adaptive_people.py [--people N] [--trials N]

`metamerlab serve` on SQLite, a grid of noise at six levels (224 px, three dimensions and the control).
Prints JSON lines and writes them to var/bench/adaptive-people.jsonl:

- adaptive.http_ratio: thresholds of layer block10 to those of block2, of simulated people who were given
  three times as large ones; N people, 40 trials a dimension. Control: the ratio that they were given.
- adaptive.next_image_p95_ms: from sending an answer to holding the picture of the next trial, which is asked
  for only then; N people at once, who do nothing else. A page asks a trial ahead. Control: the median.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from app.db.migrate import upgrade  # noqa: E402
from synthesis.bundle.dimensions import CONTROL  # noqa: E402
from synthesis.common.wording import readable_layer  # noqa: E402
from tests.benchmarks.serve.site import Site, free_port  # noqa: E402
from tests.http import answer_body, enter  # noqa: E402
from tests.support import abx_study_yaml  # noqa: E402
from tests.threshold_bundle import build_dimension_bundle  # noqa: E402

SIDE_PX, TRIALS, RATIO = 224, 40, 3.0
NEAR = 0.5  # sd; the grid reaches from .25 to 4
GIVEN = {"block2/1+": NEAR, "block10/1+": RATIO * NEAR, "block10/2-": RATIO * NEAR, CONTROL: 0.04}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument(
        "--trials", type=int, default=40, help="Timed, of each person: before the first break."
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), f"sqlite+aiosqlite:///{folder}/bench.db", free_port(), workers=1)
        upgrade(site.database_url)
        live = _opened(site)
        with site.serving():
            times_ms = asyncio.run(_timed(site.url, live, given.people, given.trials))
            found = _ratio(site, given.people)
    lines = [
        json.dumps({**one, "load": round(os.getloadavg()[0], 1)})
        for one in (found, _latency(times_ms, given))
    ]
    kept = ROOT / "var" / "bench" / "adaptive-people.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text("".join(f"{line}\n" for line in lines))
    print(*lines, sep="\n")


def _opened(site: Site) -> str:
    """The code of the live link of an open study."""
    bundle = build_dimension_bundle(site.folder / "bundle", SIDE_PX)
    study = site.folder / "study.yaml"
    study.write_text(
        abx_study_yaml(
            bundle, adaptive=f"trials_per_dimension: {TRIALS}", participants=1000, practice_trials=0
        )
    )
    (site.folder / "given.yaml").write_text(yaml.safe_dump({"thresholds": GIVEN}))
    site.run("study", "create", str(study))
    link: str = site.run("study", "open", "abx")["links"]["live"]
    return link.rpartition("/")[2]


def _ratio(site: Site, people: int) -> dict[str, Any]:
    given = str(site.folder / "given.yaml")
    site.run("simulate", "abx", "-n", str(people), "--url", site.url, "--thresholds", given)
    out = str(site.folder / "results")
    contrasts = site.run("analyze", "abx", "--audience", "simulated", "--out", out)["contrasts"]
    deep, near = readable_layer("block10"), readable_layer("block2")
    (row,) = [
        one
        for one in contrasts
        if one["scale"] == "coordinate"
        and one["between"] == "layers"
        and {one["a"], one["b"]} == {deep, near}
    ]
    turned = row["a"] == near
    return {
        "name": "adaptive.http_ratio",
        "value": round(1 / row["ratio"] if turned else row["ratio"], 3),
        "unit": "ratio",
        "control": RATIO,
        "p_holm": row["p_holm"],
        "people": row["participants"],
        "trials_per_dimension": TRIALS,
    }


def _latency(times_ms: list[float], given: argparse.Namespace) -> dict[str, Any]:
    return {
        "name": "adaptive.next_image_p95_ms",
        "value": round(float(np.percentile(times_ms, 95)), 1),
        "unit": "ms",
        "control": round(float(np.median(times_ms)), 1),
        "n": len(times_ms),
        "people": given.people,
    }


async def _timed(url: str, code: str, people: int, trials: int) -> list[float]:
    found = await asyncio.gather(*(_person(url, code, trials) for _ in range(people)))
    return [time_ms for each in found for time_ms in each]


async def _person(url: str, code: str, trials: int) -> list[float]:
    """From each answer to the picture of the next trial, ms."""
    times_ms = []
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        await enter(client, code)
        await _fetch(client, code, 0)
        for index in range(trials):
            body = answer_body(("first", "second")[index % 2], timing={})
            began = time.perf_counter()
            (await client.put(f"/api/{code}/trials/{index}", json=body)).raise_for_status()
            await _fetch(client, code, index + 1)
            times_ms.append(1000 * (time.perf_counter() - began))
    return times_ms


async def _fetch(client: httpx.AsyncClient, code: str, index: int) -> None:
    window = await client.get(f"/api/{code}/trials", params={"start": index, "count": 1})
    window.raise_for_status()
    (await client.get(window.json()["trials"][0]["stimulus"])).raise_for_status()


if __name__ == "__main__":
    main()
