"""Naming pictures: each is shown for a moment, and one of the categories is the answer."""
