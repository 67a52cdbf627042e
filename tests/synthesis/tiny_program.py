"""`python -m tests.synthesis.tiny_program` is `python -m synthesis` that knows the small network too.

So do the processes that it starts: Python's own import this module again, Ray's are told below.
"""

import os
import sys

from synthesis.__main__ import main
from synthesis.common.stopping import run_program

if {"run", "verify"} & set(sys.argv):  # the other commands used in tests do without torch
    import tests.synthesis.networks  # noqa: F401  (registers it)

if __name__ == "__main__":
    os.environ["RAY_RUNTIME_ENV_HOOK"] = "tests.synthesis.networks.known_to_ray"
    run_program(main)
