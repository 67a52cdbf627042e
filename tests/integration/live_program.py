"""`python -m tests.integration.live_program [BEHAVIOUR] dimensions serve BUNDLE` makes pictures.

It is quick, since it has no network. It may be told to misbehave: `dies` at the first request, `hangs` at it,
`refuses` it, is `slow` (a second each), or says `nonsense`.
"""

import json
import os
import signal
import sys
import time

from synthesis.bundle.dimensions import Level
from synthesis.bundle.store import BundleStore
from tests.support import _blocks_png


def main() -> None:
    behaviour = sys.argv[1] if len(sys.argv) == 5 else ""
    store = BundleStore(sys.argv[-1])
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        if behaviour == "dies":
            print("the reason", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if behaviour == "hangs":
            time.sleep(600)
        if behaviour == "nonsense":
            print("no answer", flush=True)
            continue
        if behaviour == "slow":
            time.sleep(1)
        answer = {"error": "no such picture"} if behaviour == "refuses" else {"level": made(store, asked)}
        print(json.dumps({"id": asked["id"], **answer, "seconds": 0.25}), flush=True)


def made(store: BundleStore, asked: dict[str, object]) -> dict[str, object]:
    target = float(str(asked["target"]))
    picture = _blocks_png(hash((asked["original"], asked["dimension"], target)) % 2**31, 64)
    level = Level(
        original=str(asked["original"]),
        dimension=str(asked["dimension"]),
        level=1,
        target=target,
        blob=store.put_blob(picture, "image/png"),
        value=target * 1.01,
        drift=0.01,
        rms=0.02,
        ssim=0.9,
        saturated=0.0,
        label=1,
        steps=9,
        passed=True,
    )
    return level.model_dump(mode="json")


if __name__ == "__main__":
    main()
