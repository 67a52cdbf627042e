"""`python -m app.cli` is `metamerlab`."""

from app.cli import main

main()
