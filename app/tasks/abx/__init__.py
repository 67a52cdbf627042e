"""Telling two pictures apart: three are shown, and the third is one of the first two (ABX)."""
