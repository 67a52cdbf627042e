"""`python -m app.cli` is `metamerlab`."""

from app.cli import main

if __name__ == "__main__":  # processes that are started by the server read this file again
    main()
