"""`python -m app.cli` is `metamerlab`."""

from app.cli import program

if __name__ == "__main__":  # processes that are started by the server read this file again
    program()
