"""Simulated participants, who go through a study by the interface that people use."""
