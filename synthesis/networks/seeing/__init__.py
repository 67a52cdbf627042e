"""Networks that are shown pictures."""
