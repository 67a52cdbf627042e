"""The hearing side: how fast its front end is, and what the networks that ship name: words and backgrounds.

    python tests/benchmarks/bench_audio.py [PART ...]

Prints JSON lines as they come and writes them to var/bench/audio.jsonl. What each figure is stands at the top
of its module in tests/benchmarks/audio/; a part is a function that yields lines.
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from tests.benchmarks.audio.attacks import attack_lines  # noqa: E402
from tests.benchmarks.audio.cochleagram import cochleagram_lines  # noqa: E402
from tests.benchmarks.audio.kernels import kernel_lines  # noqa: E402
from tests.benchmarks.audio.optimisers import optimiser_lines  # noqa: E402
from tests.benchmarks.audio.read_speech import read_speech_lines  # noqa: E402
from tests.benchmarks.audio.textures import texture_lines  # noqa: E402
from tests.benchmarks.audio.training_rate import training_rate_lines  # noqa: E402
from tests.benchmarks.audio.words import word_accuracy_lines  # noqa: E402

HELD_OUT = ROOT / "var" / "bench" / "held_out"
Part = Callable[[], Iterator[dict[str, Any]]]
PARTS: dict[str, Part] = {
    "cochleagram": cochleagram_lines,
    "words": partial(word_accuracy_lines, HELD_OUT),
    "textures": partial(texture_lines, HELD_OUT),
    "read_speech": read_speech_lines,
    "kernels": kernel_lines,
    "attacks": partial(attack_lines, HELD_OUT),
    "training_rate": partial(training_rate_lines, HELD_OUT),
    "optimisers": partial(optimiser_lines, ROOT / "var" / "bench"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    machine = {"machine": platform.machine(), "torch": torch.__version__}
    written = []
    for part in parser.parse_args().parts:
        for line in PARTS[part]():
            written.append(json.dumps({**line, **machine}))
            print(written[-1], flush=True)
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audio.jsonl").write_text("".join(f"{line}\n" for line in written))


if __name__ == "__main__":
    main()
