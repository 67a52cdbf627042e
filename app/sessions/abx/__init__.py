"""Giving out the trials of a study of thresholds: which level each shows."""
