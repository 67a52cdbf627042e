"""The process that decodes what was uploaded: one line of JSON in, one out; it ends with its input.

Files of strangers are read by libraries of C, which one of them may bring down or keep busy for ever. Here
that costs one file: the process may use only so much memory, and whoever started it kills it when it is late.
"""

import json
import resource
import sys
from pathlib import Path

from app.stimulus_sets.examining import pictures, sounds
from app.stimulus_sets.examining.findings import Findings, Refused

MOST_MEMORY_BYTES = 3 * 2**30
EXAMINE = {"picture": pictures.examine, "sound": sounds.examine}


def examined(medium: str, source: Path, name: str, out: Path) -> Findings:
    try:
        return EXAMINE[medium](source, name, out)
    except Refused as refused:
        return Findings.refusal(str(refused))
    except MemoryError:
        return Findings.refusal("needs too much memory to be read; make it smaller")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    for line in sys.stdin:
        asked = json.loads(line)
        found = examined(asked["medium"], Path(asked["source"]), asked["name"], Path(asked["out"]))
        print(json.dumps(found.as_json()), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
