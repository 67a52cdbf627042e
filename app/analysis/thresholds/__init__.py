"""Thresholds of adaptive studies: how far pictures may move along a dimension before people notice."""
