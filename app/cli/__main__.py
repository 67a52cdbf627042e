"""`python -m app.cli` is `metamerlab`."""

from app.cli import program

program()
