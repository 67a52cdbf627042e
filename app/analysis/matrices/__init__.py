"""Matrices of participants by stage, and the published analyses of variance."""
