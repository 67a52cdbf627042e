"""`python -m tests.synthesis.deadly_program` is `python -m synthesis` whose workers are all killed."""

import os
import signal

import tests.synthesis.networks  # noqa: F401 - registers the small network
from synthesis.__main__ import main
from synthesis.common.stopping import run_program

if __name__ == "__mp_main__":  # the name of this module in the processes that it starts
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    run_program(main)
