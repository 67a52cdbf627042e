"""Whole sessions while network and server fail, and what was acknowledged beside what is stored."""
