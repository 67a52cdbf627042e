"""`python -m tests.synthesis.tiny_program` is `python -m synthesis` that knows the small network too."""

import sys

from synthesis.__main__ import main

if sys.argv[1:2] == ["run"]:  # the other commands used in tests do without torch
    import tests.synthesis.networks  # noqa: F401  (registers it)

main()
