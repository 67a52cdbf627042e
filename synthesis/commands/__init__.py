"""The commands of `python -m synthesis`, one module each."""
