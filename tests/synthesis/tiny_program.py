"""`python -m tests.synthesis.tiny_program` is `python -m synthesis` that knows the small network too."""

import tests.synthesis.networks  # noqa: F401  (registers it)
from synthesis.__main__ import main

main()
