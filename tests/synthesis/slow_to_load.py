"""`python -m tests.synthesis.slow_to_load` is `python -m synthesis` where loading torch takes long."""

import sys
import time
from importlib.abc import MetaPathFinder

from synthesis.__main__ import main
from synthesis.common.stopping import run_program


class _Slow(MetaPathFinder):
    def find_spec(self, name: str, *_: object) -> None:
        if name == "torch":
            sys.stderr.write("loading\n")
            sys.stderr.flush()
            time.sleep(600)


if __name__ == "__main__":
    sys.meta_path.insert(0, _Slow())
    run_program(main)
