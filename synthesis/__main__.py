"""The command line: ``python -m synthesis ...``. Messages go to stderr, results to stdout."""

import sys

from synthesis.common.errors import UserError
from synthesis.common.stopping import Stopped, run_program, stoppable

INTERRUPTED = "interrupted; run the same command to continue"


def main() -> None:
    """Run a command. An error that a user can mend, or a signal, is one line on stderr.

    The exit code is then 1, or 128 and the signal's number: 130 for Ctrl-C, 143 for SIGTERM.
    """
    try:
        with stoppable(INTERRUPTED):
            # Not at the top: a signal while this is loaded is heeded too.
            from synthesis.commands.program import app

            app(prog_name="python -m synthesis")
    except UserError as error:
        _exit(str(error), 1)
    except Stopped as stopped:
        _exit(INTERRUPTED, stopped.exit_code)


def _exit(message: str, code: int) -> None:
    sys.stderr.write(message + "\n")
    sys.exit(code)


if __name__ == "__main__":
    run_program(main)
