"""`python -m tests.integration.tiny_generator BEHAVIOUR` is `metamerlab generator` with a program that stands
for the synthesis one."""

import sys

from app.cli import generator
from app.core.config import read_settings
from synthesis.common.stopping import Stopped, stoppable
from tests.integration.live_studies import program

if __name__ == "__main__":
    try:
        with stoppable("interrupted"):
            generator.run(read_settings(), program=program(*filter(None, sys.argv[1:])))
    except Stopped as stopped:
        sys.exit(stopped.exit_code)
