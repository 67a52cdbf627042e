"""What share of the metamers of photographs is certified, and why the others are not.

    python tests/benchmarks/bench_certified.py [--layers block0 block4 block10 logits] [--steps 400]
        [--stimuli FOLDER] [--null FOLDER] [--out FOLDER] [--workers N]

One run of `python -m synthesis run` with EfficientNet-Lite0, the rule `feather` and the recipe `fast`: by
default 80 photographs, against a null of all pairs of 1,200 other pictures. The bundle stays in `--out`, and
the same command continues one that was interrupted. Prints JSON lines `synthesis.certified_share.LAYER`, also
written to var/bench/certified.jsonl:

- `value`, the certified share of `n` items, and `first_attempt`, the share that needed no second one;
- `another_answer` and `inside_the_null`: how many of the others fail by their answer, and by a statistic that
  is not above the null's maximum (`below_spearman`, `below_pearson_r2` and `below_snr_db` say which; those
  with another answer are counted there too);
- `error` and `spearman`, the medians, and `worst_error` and `worst_spearman`;
- `null_pairs`, and the null's maxima.

The script ends with an error where the null has fewer pairs than a certificate should rest on (100,000).
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.synthesis.networks import SHARED_DATA  # noqa: E402

LEAST_PAIRS = 100_000
STATISTICS = ("spearman", "pearson_r2", "snr_db")
BENCH = ROOT / "var" / "bench"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--layers", nargs="+", default=["block0", "block4", "block10", "logits"])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--stimuli", type=Path, default=SHARED_DATA / "photos16")
    parser.add_argument("--null", type=Path, default=SHARED_DATA / "null_images")
    parser.add_argument("--out", type=Path, default=BENCH / "certified")
    parser.add_argument("--workers", type=int, default=None)
    arguments = parser.parse_args()
    for folder in (arguments.stimuli, arguments.null):
        if not folder.is_dir():
            parser.error(f"{folder}: no such folder")
    manifest = _bundle(arguments)
    lines = [json.dumps(line) for line in _lines(manifest, arguments.steps)]
    print("\n".join(lines))
    (BENCH / "certified.jsonl").write_text("".join(f"{line}\n" for line in lines))
    if any(null["pairs"] < LEAST_PAIRS for null in manifest["nulls"]):
        sys.exit(f"the null has fewer than {LEAST_PAIRS:,} pairs; give a --null with more pictures")


def _bundle(arguments: argparse.Namespace) -> dict[str, Any]:
    """The manifest of the run, which is made or continued."""
    spec = {
        "model": "efficientnet_lite0",
        "layers": arguments.layers,
        "stimuli": str(arguments.stimuli.absolute()),
        "null_stimuli": str(arguments.null.absolute()),
        "decision": "feather",
        "recipe": "fast",
        "max_steps": arguments.steps,
        "seed": 0,
    }
    BENCH.mkdir(parents=True, exist_ok=True)
    path = arguments.out.with_suffix(".yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(spec))
    workers = ["--workers", str(arguments.workers)] if arguments.workers else []
    command = [sys.executable, "-m", "synthesis", "run", str(path), "--out", str(arguments.out), *workers]
    subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, check=True)
    manifest: dict[str, Any] = json.loads((arguments.out / "manifest.json").read_text())
    return manifest


def _lines(manifest: dict[str, Any], steps: int) -> Iterator[dict[str, Any]]:
    for null in manifest["nulls"]:
        items = [item for item in manifest["items"] if item["layer"] == null["layer"]]
        yield {
            "name": f"synthesis.certified_share.{manifest['model']['name']}.{null['layer']}",
            "unit": "1",
            "steps": steps,
            **_shares(items, null),
            "null_pairs": null["pairs"],
            "null_maxima": {name: round(null[name]["maximum"], 4) for name in STATISTICS},
        }


def _shares(items: list[dict[str, Any]], null: dict[str, Any]) -> dict[str, Any]:
    certificates = [item["certificate"] for item in items]
    passed = [item for item in items if item["certificate"]["passed"]]
    other = [c for c in certificates if c["natural_answer"] != c["metamer_answer"]]
    below = {name: [c for c in certificates if c[name] <= null[name]["maximum"]] for name in STATISTICS}
    errors = [c["relative_error"] for c in certificates]
    correlations = [c["spearman"] for c in certificates]
    return {
        "value": round(len(passed) / len(items), 4),
        "n": len(items),
        "first_attempt": round(sum(not item["provenance"]["attempt"] for item in passed) / len(items), 4),
        "another_answer": len(other),
        "inside_the_null": sum(
            c not in other and any(c in inside for inside in below.values()) for c in certificates
        ),
        **{f"below_{name}": len(inside) for name, inside in below.items()},
        "error": round(median(errors), 4),
        "worst_error": round(max(errors), 4),
        "spearman": round(median(correlations), 4),
        "worst_spearman": round(min(correlations), 4),
    }


if __name__ == "__main__":
    main()
