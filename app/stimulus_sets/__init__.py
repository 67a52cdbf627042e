"""Stimulus sets: pictures and sounds that experimenters upload, checked file by file."""
