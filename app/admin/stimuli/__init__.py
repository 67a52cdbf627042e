"""Stimulus sets: their pages, and the calls by which they are uploaded."""
