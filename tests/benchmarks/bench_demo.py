"""How long the demo takes on a fresh clone and again, and the share of its metamers that are certified.

    python tests/benchmarks/bench_demo.py

Prints JSON lines and writes them to var/bench/demo.jsonl. The clone's first run includes every download;
the second run of the same clone is the control: the same command with everything there already.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from synthesis.bundle.dimensions import DIMENSIONS_FORMAT  # noqa: E402
from synthesis.bundle.store import BundleStore  # noqa: E402


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "metamerlab"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        fresh_s = _timed_demo(clone)
        again_s = _timed_demo(clone)
        stores = [BundleStore(manifest.parent) for manifest in sorted(clone.glob("var/**/manifest.json"))]
        metamers = [store for store in stores if store.format_of_manifest() != DIMENSIONS_FORMAT]
        items = [item for store in metamers for item in store.read_manifest().items]
    certified = sum(item.certificate.passed for item in items)
    _write(
        [
            {
                "name": "demo.fresh_s",
                "value": round(fresh_s, 1),
                "unit": "s",
                "n": 1,
                "control": round(again_s, 1),
            },
            {
                "name": "demo.again_s",
                "value": round(again_s, 1),
                "unit": "s",
                "n": 1,
                "control": round(fresh_s, 1),
            },
            {
                "name": "demo.certified_share",
                "value": certified / len(items),
                "unit": "share",
                "n": len(items),
                "control": 0.95,
            },
        ]
    )


def _timed_demo(clone: Path) -> float:
    started = time.monotonic()
    subprocess.run(["make", "demo", "SERVE=0"], cwd=clone, check=True, stdout=sys.stderr)
    return time.monotonic() - started


def _write(records: list[dict[str, object]]) -> None:
    lines = "".join(json.dumps(record) + "\n" for record in records)
    print(lines, end="")
    target = ROOT / "var" / "bench" / "demo.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(lines)


if __name__ == "__main__":
    main()
