"""A synthesis run from a form: network, layers, stimulus sets, recipe; it writes the spec."""
