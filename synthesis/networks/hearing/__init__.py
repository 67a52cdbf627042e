"""Networks that are shown sounds."""
