"""The command line: `metamerlab ...`."""

import sys

from synthesis.common.stopping import Stopped, run_program, stoppable

INTERRUPTED = "interrupted"


def main() -> None:
    """Run a command. An error that a user can mend, or a signal, is one line on stderr.

    The exit code is then 1, or 128 and the signal's number: 130 for Ctrl-C, 143 for SIGTERM.
    """
    try:
        with stoppable(INTERRUPTED):
            _run()
    except Stopped as stopped:
        _exit(INTERRUPTED, stopped.exit_code)


def program() -> None:
    """`main` for a process of its own."""
    run_program(main)


def _run() -> None:
    # Not at the top: a signal while these are loaded is heeded too.
    from app.cli.commands import app
    from app.cli.errors import EXPECTED, in_one_line

    try:
        app()
    except EXPECTED as error:
        _exit(f"error: {in_one_line(error)}", 1)


def _exit(message: str, code: int) -> None:
    sys.stderr.write(message + "\n")
    sys.exit(code)
