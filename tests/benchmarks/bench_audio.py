"""The hearing side: how fast its front end is.

    python tests/benchmarks/bench_audio.py

Prints JSON lines as they come and writes them to var/bench/audio.jsonl. What each figure is stands at the top
of its module in tests/benchmarks/audio/; a part is a function that yields lines.
"""

import json
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from tests.benchmarks.audio.cochleagram import cochleagram_lines  # noqa: E402

Part = Callable[[], Iterator[dict[str, Any]]]
PARTS: tuple[Part, ...] = (cochleagram_lines,)


def main() -> None:
    machine = {"machine": platform.machine(), "torch": torch.__version__}
    written = []
    for part in PARTS:
        for line in part():
            written.append(json.dumps({**line, **machine}))
            print(written[-1], flush=True)
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audio.jsonl").write_text("".join(f"{line}\n" for line in written))


if __name__ == "__main__":
    main()
